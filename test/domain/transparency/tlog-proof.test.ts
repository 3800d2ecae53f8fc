import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../../domain/encoding/bytes.js';
import { formatCheckpoint } from '../../../domain/transparency/checkpoint.js';
import { formatNote } from '../../../domain/transparency/note.js';
import { cosignNote, signNote } from '../../../domain/transparency/sign-note.js';
import { rootOfEdge } from '../../../domain/transparency/tile-edge.js';
import {
  formatTlogProof,
  parseTlogProof,
  type TlogProof,
  verifyTlogProof,
} from '../../../domain/transparency/tlog-proof.js';
import { inclusionFromTiles } from '../../../domain/transparency/tree-proof.js';
import { formatVerifierKey } from '../../../domain/transparency/verifier-key.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../../../domain/transparency/witness-policy.js';
import { left, right } from '../../support/ledger.js';
import { noteEngines, noteSigner, verifierKey } from '../../support/note-signers.js';
import { oddText } from '../../support/odd-text.js';
import { testLeaf, tileTree } from '../../support/tile-tree.js';

const { hashing } = noteEngines;
const log = noteSigner('ledger.example', 1);
const witnesses = [noteSigner('w1.example', 2), noteSigner('w2.example', 3)];
const INDEX = 300;

const policyOf = (...lines: ReadonlyArray<string>): WitnessPolicy =>
  right(parseWitnessPolicy(hashing, utf8(lines.map((line) => `${line}\n`).join(''))));
const logLine = `log ${formatVerifierKey(verifierKey(log, 'ed25519'))}`;
const witnessLines = witnesses.map(
  (signer, i) => `witness w${String(i)} ${formatVerifierKey(verifierKey(signer, 'cosignature-v1'))}`,
);
const policy = policyOf(logLine, ...witnessLines, 'group both all w0 w1', 'quorum both');

let proof: TlogProof;
let signedOnly: Uint8Array;

beforeAll(async () => {
  const { edge, read } = tileTree(600);
  const text = formatCheckpoint({
    origin: 'ledger.example',
    size: 600,
    root: rootOfEdge(hashing, edge),
    extensions: [],
  });
  const signed = right(await signNote(noteEngines, log)(text)());
  const cosigned = await Promise.all(
    witnesses.map(async (signer) => right(await cosignNote(noteEngines, signer)(text, 1_700_000_000)())),
  );
  signedOnly = formatNote({ text, signatures: [signed] });
  const hashes = right(await inclusionFromTiles(hashing, read, INDEX, 600)());
  proof = {
    extra: undefined,
    index: INDEX,
    hashes,
    checkpoint: formatNote({ text, signatures: [signed, ...cosigned] }),
  };
});

const verify = (changed: Partial<TlogProof>, leaf = testLeaf(INDEX), by = policy) =>
  verifyTlogProof(noteEngines, by, { ...proof, ...changed }, leaf);

describe('a tlog-proof', () => {
  it('convinces with the entry, a policy and nothing else', () => {
    const trusted = right(verify({}));
    expect(trusted.checkpoint.size).toBe(600);
    expect(trusted.cosignatures.map(({ witness, time }) => [witness.name, time])).toEqual([
      ['w0', 1_700_000_000],
      ['w1', 1_700_000_000],
    ]);
  });

  it('has the lines of the specification', () => {
    const lines = new TextDecoder().decode(formatTlogProof({ ...proof, extra: utf8('context') })).split('\n');
    expect(lines.slice(0, 3)).toEqual(['c2sp.org/tlog-proof@v1', 'extra Y29udGV4dA==', 'index 300']);
    expect(lines.slice(3 + proof.hashes.length, 6 + proof.hashes.length)).toEqual(['', 'ledger.example', '600']);
  });

  it('does not convince of another entry, place or tree', () => {
    expect(left(verify({}, testLeaf(INDEX + 1)))).toEqual({ _tag: 'NotIncluded', index: INDEX, size: 600 });
    expect(left(verify({ index: INDEX + 1 }))._tag).toBe('NotIncluded');
    expect(left(verify({ index: 600 }))._tag).toBe('NotIncluded');
    expect(left(verify({ hashes: proof.hashes.slice(1) }))._tag).toBe('NotIncluded');
  });

  it('does not convince without the quorum, or of a log that is not trusted', () => {
    expect(left(verify({ checkpoint: signedOnly }))).toEqual({ _tag: 'QuorumMissing', cosignedBy: [] });
    expect(E.isRight(verify({ checkpoint: signedOnly }, testLeaf(INDEX), policyOf(logLine, 'quorum none')))).toBe(true);
    expect(left(verify({}, testLeaf(INDEX), policyOf('quorum none')))).toEqual({
      _tag: 'UnknownLog',
      origin: 'ledger.example',
    });
    const other = formatVerifierKey(verifierKey(noteSigner('ledger.example', 9), 'ed25519'));
    expect(left(verify({}, testLeaf(INDEX), policyOf(`log ${other}`, 'quorum none')))._tag).toBe('NoKnownSignature');
    const byWitnessesOnly = policyOf(`log ${other}`, ...witnessLines, 'quorum w0');
    expect(left(verify({}, testLeaf(INDEX), byWitnessesOnly))).toEqual({
      _tag: 'LogSignatureMissing',
      origin: 'ledger.example',
    });
  });

  it('is not accepted from one trusted log for the origin of another', async () => {
    const second = noteSigner('second.example', 7);
    const text = new TextDecoder().decode(proof.checkpoint).split('\n\n')[0]!;
    const signed = right(await signNote(noteEngines, second)(`${text}\n`)());
    const two = policyOf(logLine, `log ${formatVerifierKey(verifierKey(second, 'ed25519'))}`, 'quorum none');
    expect(
      left(verify({ checkpoint: formatNote({ text: `${text}\n`, signatures: [signed] }) }, testLeaf(INDEX), two))._tag,
    ).toBe('NoKnownSignature');
  });

  it('never convinces with any bit changed that carries meaning, and never throws', () => {
    const bytes = formatTlogProof(proof);
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const read = parseTlogProof(changed);
      expect(E.isRight(read) && E.isRight(verifyTlogProof(noteEngines, policy, read.right, testLeaf(INDEX)))).toBe(
        false,
      );
    }
    for (let end = 0; end < bytes.length; end += 7) {
      const read = parseTlogProof(bytes.slice(0, end));
      expect(E.isRight(read) && E.isRight(verifyTlogProof(noteEngines, policy, read.right, testLeaf(INDEX)))).toBe(
        false,
      );
    }
  });

  it('is written as it was read', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const extra = fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined });
    fc.assert(
      fc.property(extra, fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), (e, index, hashes) => {
        const bytes = formatTlogProof({ extra: e, index, hashes, checkpoint: proof.checkpoint });
        expect(toHex(formatTlogProof(right(parseTlogProof(bytes))))).toBe(toHex(bytes));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['another first line', 'c2sp.org/tlog-proof@v2\nindex 0\n\nx', '(first line)'],
    ['no index', 'c2sp.org/tlog-proof@v1\n\nx', 'index'],
    ['an index with a leading zero', 'c2sp.org/tlog-proof@v1\nindex 00\n\nx', 'index'],
    ['extra behind the index', 'c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nx', 'hashes.0'],
    ['empty extra', 'c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nx', 'extra'],
    ['a short hash', 'c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx', 'hashes.0'],
    [
      '64 hashes',
      `c2sp.org/tlog-proof@v1\nindex 0\n${'A'.repeat(64)}\n`.padEnd(4000, 'AAAA\n').concat('\n\nx'),
      'hashes',
    ],
    ['no checkpoint', 'c2sp.org/tlog-proof@v1\nindex 0\n', '(whole)'],
  ])('with %s is malformed', (_, text, field) => {
    expect(left(parseTlogProof(utf8(text)))).toMatchObject({ _tag: 'Malformed', document: 'tlog-proof', field });
  });

  it('parser survives any text', () => {
    fc.assert(
      fc.property(oddText, (text) => {
        const bytes = utf8(`c2sp.org/tlog-proof@v1\n${text}`);
        const read = parseTlogProof(bytes);
        expect(E.isLeft(read) || toHex(formatTlogProof(read.right)) === toHex(bytes)).toBe(true);
      }),
    );
  });
});
