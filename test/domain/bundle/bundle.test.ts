import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalize } from '../../../adapters/crypto/canonicalize.js';
import { entryEngines } from '../../../adapters/crypto/engines.js';
import { type Bundle, formatBundle, parseBundle } from '../../../domain/bundle/bundle.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { parseVerifierKey } from '../../../domain/transparency/verifier-key.js';
import {
  bundleOf,
  checked,
  eventfulAuthority,
  LOG_KEY,
  logOf,
  POLICY,
  readBundle,
  spelt,
} from '../../support/bundle.js';
import { left, right } from '../../support/ledger.js';

let bare: Uint8Array;
let whole: Uint8Array;

beforeAll(async () => {
  const authority = await eventfulAuthority();
  const log = await logOf(authority, { witnesses: 2 });
  bare = await bundleOf(authority, log, { evidence: false });
  whole = await bundleOf(authority, log);
});

const parse = (bytes: Uint8Array) => parseBundle(canonicalize, bytes);

/** With exactly as many cosignatures as the policy asks for, so that none can be spared. */
const isProved = async (bytes: Uint8Array): Promise<boolean> => {
  const bundle = parse(bytes);
  if (E.isLeft(bundle)) return false;
  return (await checked(bundle.right, { key: LOG_KEY, policy: POLICY })).faultCount === 0;
};

const flipped = (bytes: Uint8Array, at: number, bit: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
};

describe('the file of a bundle', () => {
  it('is read back as what was written, and written as it was read', async () => {
    expect(right(formatBundle(canonicalize, right(parse(whole))))).toEqual(whole);
    expect(await isProved(whole)).toBe(true);
    expect(await isProved(bare)).toBe(true);
  });

  it('is refused wherever it is cut', () => {
    const cuts = [...Array(300).keys()].flatMap((i) => [i, bare.length - 1 - i]);
    for (const cut of cuts) expect(E.isLeft(parse(bare.subarray(0, cut)))).toBe(true);
    fc.assert(fc.property(fc.nat(whole.length - 1), (cut) => E.isLeft(parse(whole.subarray(0, cut)))));
  });

  it('never verifies with a flipped bit, wherever it is', async () => {
    const bit = (bytes: Uint8Array) => fc.tuple(fc.nat(bytes.length - 1), fc.nat(7));
    await fc.assert(
      fc.asyncProperty(bit(bare), async ([at, which]) => !(await isProved(flipped(bare, at, which)))),
      { numRuns: 250 },
    );
    await fc.assert(
      fc.asyncProperty(bit(whole), async ([at, which]) => !(await isProved(flipped(whole, at, which)))),
      { numRuns: 50 },
    );
  });

  it('is refused in any other spelling, order or size', () => {
    const bundle = readBundle(bare);
    const rule = (bytes: Uint8Array): string => {
      const { field, rule: broken } = left(parse(bytes));
      return `${field} ${broken}`;
    };
    expect(rule(utf8(JSON.stringify(bundle, undefined, 1)))).toBe('(whole) must be spelt as RFC 8785 says');
    expect(rule(utf8(`${new TextDecoder().decode(bare)}\n`))).toBe('(whole) must be spelt as RFC 8785 says');
    const changed = (change: Partial<Bundle>): Uint8Array => spelt({ ...bundle, ...change });
    expect(rule(changed({ entries: [...bundle.entries].reverse() }))).toBe('entries must ascend by index');
    expect(rule(changed({ entries: [bundle.entries[0]!, bundle.entries[0]!] }))).toBe('entries must ascend by index');
    const blob = { sha256: 'aa'.repeat(32), bytes: 'AAAA' };
    expect(rule(changed({ blobs: [blob, blob] }))).toBe('blobs must ascend by digest');
    expect(rule(utf8('{"format":"sekisho-bundle/1","format":"sekisho-bundle/1"}'))).toContain('must differ');
    expect(rule(changed({ more: 1 } as Partial<Bundle>))).toBe('more is not a known field');
    expect(rule(Uint8Array.of(0xff))).toBe('(whole) must be UTF-8');
    expect(rule(new Uint8Array(64 * 1024 * 1024 + 1))).toContain('must be at most');
  });

  it('of version 1 is proved for ever', async () => {
    const folder = new URL('../../vectors/bundle/', import.meta.url);
    const bytes = new Uint8Array(readFileSync(new URL('h1.bundle', folder)));
    const vkey = readFileSync(new URL('h1.vkey', folder), 'utf8').trim();
    const key = right(parseVerifierKey(entryEngines.hashing, vkey));
    const report = await checked(right(parse(bytes)), { key, policy: POLICY });
    expect(report).toMatchObject({
      faultCount: 0,
      host: { ending: 'authority-says' },
      tree: { size: 23, quorum: true },
    });
    expect(report.verdicts.map(({ outcome }) => outcome)).toEqual(['same', 'same', 'same']);
  });
});
