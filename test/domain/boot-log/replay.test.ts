import { readdirSync, readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import type { BootLog } from '../../../domain/boot-log/boot-log.js';
import { EV } from '../../../domain/boot-log/event-types.js';
import { parseBootLog } from '../../../domain/boot-log/parse-boot-log.js';
import { readClaims } from '../../../domain/boot-log/read-claims.js';
import { initialPcr, replay, replayBank } from '../../../domain/boot-log/replay.js';
import { concat, utf8 } from '../../../domain/encoding/bytes.js';
import type { HashAlgorithm } from '../../../domain/tpm/algorithms.js';
import {
  agileLog,
  type Entry,
  hex,
  locality,
  separator,
  sha1Log,
  sha256,
  u32,
} from '../../support/boot-log-builder.js';

const parse = (bytes: Uint8Array): BootLog => {
  const log = parseBootLog(bytes);
  if (E.isLeft(log)) throw new Error(JSON.stringify(log.left));
  return log.right;
};
const pcr = (entries: ReadonlyArray<Entry>, index: number): string =>
  hex(replayBank(nodeHashing, parse(agileLog(entries)), 'sha256').get(index) ?? new Uint8Array());
const codes = (entries: ReadonlyArray<Entry>): ReadonlyArray<string> =>
  readClaims(nodeHashing, parse(agileLog(entries)), 'sha256').findings.map(({ code }) => code);

const START = new Uint8Array(32);
const zero = sha256(u32(0));
const extended = (start: Uint8Array): string => hex(sha256(start, zero));
const startedAt = (value: number): Uint8Array => concat(START.subarray(1), Uint8Array.of(value));

describe('replaying a log', () => {
  it('extends each register in order, in every bank', () => {
    const log = parse(agileLog([separator(4), { pcr: 4, type: EV.ACTION, data: utf8('next') }]));
    const banks = replay(nodeHashing, log);
    expect([...banks.keys()]).toEqual(['sha1', 'sha256']);
    expect(hex(banks.get('sha256')?.get(4) ?? START)).toBe(hex(sha256(sha256(START, zero), sha256(utf8('next')))));
    const sha1 = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => nodeHashing.hash('sha1', ...parts);
    expect(banks.get('sha1')?.get(4)).toEqual(sha1(sha1(new Uint8Array(20), sha1(u32(0))), sha1(utf8('next'))));
  });

  it('has all 24 registers: zero at reset, ones in those of a dynamic launch', () => {
    const registers = replayBank(nodeHashing, parse(agileLog([separator(4)])), 'sha256');
    expect([...registers.keys()]).toEqual(Array.from({ length: 24 }, (_, i) => i));
    for (const [index, value] of registers)
      if (index !== 4) expect(hex(value)).toBe((index >= 17 && index <= 22 ? 'ff' : '00').repeat(32));
  });

  it('extends zero after a dynamic launch', () => {
    expect(pcr([separator(17)], 17)).toBe(extended(START));
    expect(hex(initialPcr('sha256', 17, 0))).toBe('ff'.repeat(32));
  });

  it('never extends EV_NO_ACTION', () => {
    const noAction = {
      pcr: 4,
      type: EV.NO_ACTION,
      data: utf8('no'),
      digest: (bank: HashAlgorithm) => nodeHashing.hash(bank, u32(9)),
    };
    expect(pcr([noAction], 4)).toBe(hex(START));
  });

  it.each([0, 3, 4])('starts PCR 0 at locality %i when the log says so', (value) => {
    expect(pcr([locality(value), separator(0)], 0)).toBe(extended(startedAt(value)));
    expect(codes([locality(value)])).not.toContain('StartupLocalityInvalid');
  });

  it('starts PCR 0 at locality 4 when an H-CRTM was measured first', () => {
    const hCrtm = { pcr: 0, type: EV.EFI_HCRTM_EVENT, data: utf8('HCRTM'), measured: u32(0) };
    expect(pcr([hCrtm], 0)).toBe(extended(startedAt(4)));
    expect(pcr([separator(0), hCrtm], 0)).toBe(hex(sha256(sha256(START, zero), zero)));
  });

  it.each<readonly [string, ReadonlyArray<Entry>]>([
    ['another locality', [locality(1), separator(0)]],
    ['a locality after the first measurement', [separator(0), locality(3)]],
    ['a locality in another register', [locality(3, 1), separator(0)]],
    ['a locality of two bytes', [{ ...locality(3), data: utf8('StartupLocality\0\u0003\u0003') }, separator(0)]],
    ['a locality cut off', [{ ...locality(3), data: utf8('StartupLocality\0') }, separator(0)]],
  ])('reports %s and starts at zero', (_, entries) => {
    expect(codes(entries)).toContain('StartupLocalityInvalid');
    expect(pcr(entries, 0)).toBe(extended(START));
  });

  it('keeps the first of two localities and reports the second', () => {
    expect(codes([locality(3), locality(4), separator(0)])).toContain('StartupLocalityInvalid');
    expect(pcr([locality(3), locality(4), separator(0)], 0)).toBe(extended(startedAt(3)));
  });

  it('replays a SHA-1 log in its only bank', () => {
    expect([...replay(nodeHashing, parse(sha1Log([separator(2)]))).keys()]).toEqual(['sha1']);
  });
});

interface EvidenceFile {
  readonly eventLog: string;
  readonly pcrs: Readonly<Partial<Record<HashAlgorithm, Readonly<Record<string, string>>>>>;
}

const folder = new URL('../../vectors/evidence/', import.meta.url);
const recorded = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as EvidenceFile] as const);

describe('logs of real TPMs', () => {
  it.each(recorded)('%s: replays to the registers that the TPM held, and nothing is wrong with it', (_, evidence) => {
    const log = parse(new Uint8Array(Buffer.from(evidence.eventLog, 'base64')));
    const banks = Object.entries(evidence.pcrs) as ReadonlyArray<[HashAlgorithm, Readonly<Record<string, string>>]>;
    expect(banks.length).toBeGreaterThan(0);
    for (const [bank, registers] of banks) {
      const replayed = replayBank(nodeHashing, log, bank);
      const held = Object.keys(registers).map((index) => [index, hex(replayed.get(Number(index)) ?? START)]);
      expect(Object.fromEntries(held)).toEqual(registers);
      expect(readClaims(nodeHashing, log, bank).findings).toEqual([]);
    }
  });

  it('show every changed byte that a digest is or covers', () => {
    const [, evidence] = recorded.find(([name]) => name === 'linux-secure-boot-rsassa.json') ?? recorded[0] ?? [];
    const bytes = new Uint8Array(Buffer.from(evidence?.eventLog ?? '', 'base64'));
    const seen = (log: BootLog): string =>
      [...replayBank(nodeHashing, log, 'sha256').values()].map(hex).join() +
      JSON.stringify(readClaims(nodeHashing, log, 'sha256').findings);
    const healthy = seen(parse(bytes));
    const covered = parse(bytes).measurements.flatMap(({ digests, data }) => {
      const digest = digests.get('sha256') ?? new Uint8Array();
      return hex(sha256(data)) === hex(digest) ? [digest, data] : [digest];
    });
    for (const part of covered) {
      for (let i = 0; i < part.length; i += 5) {
        const changed = Uint8Array.from(bytes);
        const at = part.byteOffset - bytes.byteOffset + i;
        changed[at] = (changed[at] ?? 0) ^ (1 << (i % 8));
        const log = parseBootLog(changed);
        expect(E.isRight(log) && seen(log.right) === healthy).toBe(false);
      }
    }
  });
});
