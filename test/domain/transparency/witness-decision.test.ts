import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { concat, toHex, utf8 } from '../../../domain/encoding/bytes.js';
import {
  formatAddCheckpoint,
  parseAddCheckpoint,
  parseSizeAnswer,
} from '../../../domain/transparency/add-checkpoint.js';
import { formatCheckpoint } from '../../../domain/transparency/checkpoint.js';
import { formatNote } from '../../../domain/transparency/note.js';
import { signNote } from '../../../domain/transparency/sign-note.js';
import { rootOfEdge } from '../../../domain/transparency/tile-edge.js';
import { consistencyFromTiles } from '../../../domain/transparency/tree-proof.js';
import { checkAdvance, readRequest, type WitnessRefusal } from '../../../domain/transparency/witness-decision.js';
import { left, right } from '../../support/ledger.js';
import { noteEngines, noteSigner, verifierKey } from '../../support/note-signers.js';
import { oddText } from '../../support/odd-text.js';
import { tileTree } from '../../support/tile-tree.js';

const { hashing, verifyEd25519 } = noteEngines;
const log = noteSigner('ledger.example', 1);
const keys = (origin: string) => (origin === log.name ? [verifierKey(log, 'ed25519')] : []);
const rootAt = (size: number): Uint8Array => rootOfEdge(hashing, tileTree(size).edge);
const headAt = (size: number) => ({ size, root: rootAt(size) });

interface Asked {
  readonly old: number;
  readonly size: number;
  readonly root?: Uint8Array;
  readonly proof?: ReadonlyArray<Uint8Array>;
  readonly signer?: typeof log;
  readonly origin?: string;
}

const request = async ({
  old,
  size,
  root = rootAt(size),
  proof,
  signer = log,
  origin = log.name,
}: Asked): Promise<Uint8Array> => {
  const text = formatCheckpoint({ origin, size, root, extensions: [] });
  const note = formatNote({ text, signatures: [right(await signNote(noteEngines, signer)(text)())] });
  const between = old > size ? [] : right(await consistencyFromTiles(hashing, tileTree(size).read, old, size)());
  return formatAddCheckpoint(old, proof ?? between, note);
};

const decide = (body: Uint8Array, known: number | undefined): E.Either<WitnessRefusal, unknown> => {
  const read = readRequest(verifyEd25519, keys, body);
  return E.isLeft(read) ? read : checkAdvance(hashing, known === undefined ? undefined : headAt(known), read.right);
};

describe('a witness', () => {
  it('accepts a first checkpoint, a consistent later one, and the same one again', async () => {
    expect(E.isRight(decide(await request({ old: 0, size: 5 }), undefined))).toBe(true);
    expect(E.isRight(decide(await request({ old: 5, size: 9 }), 5))).toBe(true);
    expect(E.isRight(decide(await request({ old: 9, size: 9 }), 9))).toBe(true);
    expect(E.isRight(decide(await request({ old: 0, size: 0 }), undefined))).toBe(true);
    expect(E.isRight(decide(await request({ old: 0, size: 4 }), 0))).toBe(true);
  });

  it('tells the size that it knows when asked from another', async () => {
    expect(left(decide(await request({ old: 0, size: 9 }), 5))).toEqual({ _tag: 'OtherSizeKnown', size: 5 });
    expect(left(decide(await request({ old: 3, size: 4 }), 5))).toEqual({ _tag: 'OtherSizeKnown', size: 5 });
    expect(left(decide(await request({ old: 3, size: 4 }), undefined))).toEqual({ _tag: 'OtherSizeKnown', size: 0 });
  });

  it('refuses logs that it does not know and checkpoints that the log did not sign', async () => {
    expect(left(decide(await request({ old: 0, size: 5, origin: 'other.example' }), undefined))).toEqual({
      _tag: 'UnknownLog',
    });
    const impostor = { ...noteSigner(log.name, 2) };
    expect(left(decide(await request({ old: 0, size: 5, signer: impostor }), undefined))).toEqual({
      _tag: 'NotSignedByLog',
    });
  });

  it('refuses a known key whose signature fails, whatever else signed', async () => {
    const good = new TextDecoder().decode(await request({ old: 0, size: 5 }));
    const line = good.trimEnd().split('\n').at(-1)!;
    const broken = line.replace(
      /.{8}==$|.{8}=$/,
      (end) => `${end.startsWith('AAAA') ? 'BBBB' : 'AAAA'}${end.slice(4)}`,
    );
    expect(broken).not.toBe(line);
    expect(left(decide(utf8(`${good}${broken}\n`), undefined))).toEqual({ _tag: 'NotSignedByLog' });
  });

  it('refuses to go back, another tree of the same size, and proofs that do not lead there', async () => {
    expect(left(decide(await request({ old: 9, size: 5 }), 9))).toEqual({
      _tag: 'OldSizeAboveCheckpoint',
      oldSize: 9,
      size: 5,
    });
    expect(left(decide(await request({ old: 9, size: 9, root: rootAt(8) }), 9))._tag).toBe('Inconsistent');
    expect(left(decide(await request({ old: 5, size: 9, proof: [] }), 5))._tag).toBe('Inconsistent');
    expect(left(decide(await request({ old: 5, size: 9, root: rootAt(8) }), 5))._tag).toBe('Inconsistent');
    expect(left(decide(await request({ old: 9, size: 9, proof: [rootAt(1)] }), 9))._tag).toBe('Inconsistent');
  });

  it('refuses a proof from nothing, and an empty tree with a root', async () => {
    expect(left(decide(await request({ old: 0, size: 5, proof: [rootAt(1)] }), undefined))._tag).toBe('Inconsistent');
    expect(left(decide(await request({ old: 0, size: 0, root: rootAt(1) }), undefined))._tag).toBe('Inconsistent');
  });
});

describe('an add-checkpoint request', () => {
  it('is read as it was written, and refused cut at any byte', async () => {
    const body = await request({ old: 5, size: 9 });
    const { oldSize, proof, note } = right(parseAddCheckpoint(body));
    expect(toHex(formatAddCheckpoint(oldSize, proof, formatNote(note)))).toBe(toHex(body));
    for (let end = 0; end < body.length; end++) expect(E.isLeft(parseAddCheckpoint(body.subarray(0, end)))).toBe(true);
  });

  it.each([
    ['no old line', 'new 1\n\n', 'old'],
    ['an old size with a leading zero', 'old 01\n\n', 'old'],
    ['two spaces', 'old  1\n\n', 'old'],
    ['a short hash', 'old 1\nAAAA\n\n', 'proof.0'],
    ['64 hashes', `old 1\n${'A\n'.repeat(64)}\n`, 'proof'],
    ['no empty line', 'old 1\n', '(whole)'],
  ])('with %s is malformed', (_, head, field) => {
    expect(left(parseAddCheckpoint(concat(utf8(head), utf8('x'))))).toMatchObject({ _tag: 'Malformed', field });
  });

  it('parser survives any text', () => {
    fc.assert(
      fc.property(oddText, (text) => {
        const read = parseAddCheckpoint(utf8(text));
        expect(E.isLeft(read) || read.right.proof.length <= 63).toBe(true);
      }),
    );
  });

  it('is answered with a size and a newline', () => {
    expect(parseSizeAnswer('20852163\n')).toBe(20_852_163);
    for (const text of ['20852163', '020852163\n', '-1\n', '\n', '1\n\n', '1e3\n'])
      expect(parseSizeAnswer(text)).toBeUndefined();
  });
});
