import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64, utf8 } from '../../../domain/encoding/bytes.js';
import {
  type Checkpoint,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from '../../../domain/transparency/checkpoint.js';
import { cosignatureMessage, decodeTimestamped, encodeTimestamped } from '../../../domain/transparency/cosignature.js';
import { formatNote, isNoteText } from '../../../domain/transparency/note.js';
import { signNote } from '../../../domain/transparency/sign-note.js';
import { left, right } from '../../support/ledger.js';
import { noteEngines, noteSigner, verifierKey } from '../../support/note-signers.js';
import { oddText } from '../../support/odd-text.js';

// The example of C2SP tlog-checkpoint v1.0.0.
const EXAMPLE = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const ROOT = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';

describe('a checkpoint', () => {
  it('of the specification is read and written byte for byte', () => {
    const checkpoint = right(parseCheckpoint(EXAMPLE));
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163, extensions: [] });
    expect(toBase64(checkpoint.root)).toBe(ROOT);
    expect(formatCheckpoint(checkpoint)).toBe(EXAMPLE);
  });

  it.each([
    ['no origin', `\n1\n${ROOT}\n`, 'origin'],
    ['a size with a leading zero', `o\n01\n${ROOT}\n`, 'size'],
    ['a negative size', `o\n-1\n${ROOT}\n`, 'size'],
    ['a size with a plus sign', `o\n+1\n${ROOT}\n`, 'size'],
    ['no size', `o\n\n${ROOT}\n`, 'size'],
    ['a size above 2^53 - 1', `o\n9007199254740992\n${ROOT}\n`, 'size'],
    ['a size above 2^64', `o\n18446744073709551616\n${ROOT}\n`, 'size'],
    ['a short root', 'o\n1\nAAAA\n', 'root'],
    ['a root without padding', `o\n1\n${ROOT.slice(0, -1)}\n`, 'root'],
    ['a root with spare bits', `o\n1\n${ROOT.slice(0, -2)}J=\n`, 'root'],
    ['two lines', 'o\n1\n', 'root'],
    ['an empty extension line', `o\n1\n${ROOT}\nx\n\n`, 'extensions.1'],
    ['no final newline', `o\n1\n${ROOT}`, '(whole)'],
  ])('with %s is malformed', (_, text, field) => {
    expect(left(parseCheckpoint(text))).toMatchObject({ _tag: 'Malformed', document: 'checkpoint', field });
  });

  it('round-trips with any origin and extensions', () => {
    const line = fc.string({ minLength: 1, maxLength: 20 });
    const checkpoint = fc.record({
      origin: line,
      size: fc.maxSafeNat(),
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      extensions: fc.array(line, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(checkpoint, (value: Checkpoint) => {
        const text = formatCheckpoint(value);
        fc.pre(isNoteText(text));
        expect(formatCheckpoint(right(parseCheckpoint(text)))).toBe(text);
      }),
    );
  });

  it('is opened only behind a signature of a known key', async () => {
    const signer = noteSigner('example.com/behind-the-sofa', 3);
    const line = right(await signNote(noteEngines, signer)(EXAMPLE)());
    const bytes = formatNote({ text: EXAMPLE, signatures: [line] });
    expect(
      right(openCheckpoint(noteEngines.verifyEd25519, [verifierKey(signer, 'ed25519')], bytes)).checkpoint.size,
    ).toBe(20_852_163);
    expect(left(openCheckpoint(noteEngines.verifyEd25519, [], bytes))).toEqual({ _tag: 'NoKnownSignature' });
    const signedProse = right(await signNote(noteEngines, signer)('prose\n')());
    const prose = formatNote({ text: 'prose\n', signatures: [signedProse] });
    expect(left(openCheckpoint(noteEngines.verifyEd25519, [verifierKey(signer, 'ed25519')], prose))._tag).toBe(
      'Malformed',
    );
  });

  it('parser survives any text', () => {
    fc.assert(
      fc.property(oddText, (text) => {
        const read = parseCheckpoint(text);
        expect(E.isLeft(read) || formatCheckpoint(read.right) === text).toBe(true);
      }),
    );
  });
});

describe('a timestamped cosignature', () => {
  it('of the specification has the time that its example says', () => {
    const line =
      'jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==';
    expect(decodeTimestamped(fromBase64(line).subarray(4))?.time).toBe(1_679_315_147);
  });

  it('signs header, time and the whole text', () => {
    expect(cosignatureMessage(1_679_315_147, EXAMPLE)).toEqual(utf8(`cosignature/v1\ntime 1679315147\n${EXAMPLE}`));
  });

  it('is 72 bytes, and nothing of another length or a time beyond 2^53 is one', () => {
    const signature = new Uint8Array(64).fill(7);
    fc.assert(
      fc.property(fc.maxSafeNat(), (time) => {
        expect(decodeTimestamped(encodeTimestamped({ time, signature }))).toEqual({ time, signature });
      }),
    );
    const bytes = encodeTimestamped({ time: 1, signature });
    for (let end = 0; end < bytes.length; end++) expect(decodeTimestamped(bytes.subarray(0, end))).toBeUndefined();
    expect(decodeTimestamped(Uint8Array.of(...bytes, 0))).toBeUndefined();
    expect(decodeTimestamped(Uint8Array.of(0xff, ...bytes.subarray(1)))).toBeUndefined();
  });
});
