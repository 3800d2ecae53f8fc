import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromHex, toBase64, toHex, utf8 } from '../../../domain/encoding/bytes.js';
import {
  formatNote,
  isNoteText,
  MOST_NOTE_BYTES,
  parseNote,
  parseSignatureLines,
} from '../../../domain/transparency/note.js';
import { openNote } from '../../../domain/transparency/open-note.js';
import { cosignNote, signNote } from '../../../domain/transparency/sign-note.js';
import {
  formatVerifierKey,
  isKeyName,
  makeVerifierKey,
  parseVerifierKey,
} from '../../../domain/transparency/verifier-key.js';
import { left, right } from '../../support/ledger.js';
import { noteEngines, noteSigner, signerFromSeed, verifierKey } from '../../support/note-signers.js';
import { oddText } from '../../support/odd-text.js';

const { hashing, verifyEd25519 } = noteEngines;

// The example of C2SP signed-note v1.0.0.
const EXAMPLE_KEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const EXAMPLE =
  'This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

const open = (text: string, ...keys: ReadonlyArray<string>) =>
  openNote(
    verifyEd25519,
    keys.map((key) => right(parseVerifierKey(hashing, key))),
    right(parseNote(utf8(text))),
  );

const alice = noteSigner('alice.example/log', 11);
const bob = noteSigner('bob.example/log', 12);
const aliceKey = verifierKey(alice, 'ed25519');
const bobKey = verifierKey(bob, 'ed25519');
const TEXT = 'first line\n\nthird line: \u00e8 sera\n';
const sign = async (signer: typeof alice, text = TEXT) => right(await signNote(noteEngines, signer)(text)());

describe('a signed note', () => {
  it('of the specification is accepted with its key', () => {
    const { text, signatures } = right(open(EXAMPLE, EXAMPLE_KEY));
    expect(text).toBe('This is an example message.\n');
    expect(signatures.map(({ key }) => formatVerifierKey(key))).toEqual([EXAMPLE_KEY]);
  });

  it('has one spelling: reading and writing gives the same bytes', () => {
    expect(formatNote(right(parseNote(utf8(EXAMPLE))))).toEqual(utf8(EXAMPLE));
  });

  it('is refused without the final newline of its text, or of its last line', () => {
    expect(E.isLeft(parseNote(utf8(EXAMPLE.replace('.\n\n', '.\n'))))).toBe(true);
    expect(E.isLeft(parseNote(utf8(EXAMPLE.slice(0, -1))))).toBe(true);
  });

  it('verifies with any of several keys and ignores signatures of unknown ones', async () => {
    const note = { text: TEXT, signatures: [await sign(alice), await sign(bob)] };
    expect(right(openNote(verifyEd25519, [aliceKey], note)).signatures.map(({ key }) => key.name)).toEqual([
      alice.name,
    ]);
    expect(right(openNote(verifyEd25519, [bobKey, aliceKey], note)).signatures).toHaveLength(2);
    expect(left(openNote(verifyEd25519, [verifierKey(noteSigner('carol.example', 13), 'ed25519')], note))).toEqual({
      _tag: 'NoKnownSignature',
    });
  });

  it('is refused whole when one known key has a signature that fails', async () => {
    const good = await sign(alice);
    const forged = { ...(await sign(bob)), signature: good.signature };
    const note = { text: TEXT, signatures: [good, forged] };
    expect(left(openNote(verifyEd25519, [aliceKey, bobKey], note))).toEqual({
      _tag: 'SignatureInvalid',
      name: bobKey.name,
      keyId: bobKey.id,
    });
    expect(E.isRight(openNote(verifyEd25519, [aliceKey], note))).toBe(true);
  });

  it('is not verified by a key that shares only the name or only the id', async () => {
    const line = await sign(alice);
    for (const other of [
      { ...line, name: 'mallory.example' },
      { ...line, keyId: '00000000' },
    ]) {
      expect(left(openNote(verifyEd25519, [aliceKey], { text: TEXT, signatures: [other] }))).toEqual({
        _tag: 'NoKnownSignature',
      });
    }
  });

  it('is not opened with two keys that could not be told apart', async () => {
    const note = { text: TEXT, signatures: [await sign(alice)] };
    expect(
      left(openNote(verifyEd25519, [aliceKey, { ...bobKey, name: aliceKey.name, id: aliceKey.id }], note))._tag,
    ).toBe('AmbiguousKeys');
  });

  it('refuses a signature with S + L in place of S', async () => {
    const line = await sign(alice);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const reversed = (bytes: Uint8Array): Uint8Array => bytes.slice().reverse();
    const s = BigInt(`0x${toHex(reversed(line.signature.subarray(32)))}`) + order;
    const signature = Uint8Array.from([
      ...line.signature.subarray(0, 32),
      ...reversed(fromHex(s.toString(16).padStart(64, '0'))),
    ]);
    expect(left(openNote(verifyEd25519, [aliceKey], { text: TEXT, signatures: [{ ...line, signature }] }))._tag).toBe(
      'SignatureInvalid',
    );
  });

  it('carries 16 signatures of post-quantum size, and is refused beyond its cap', () => {
    const line = { name: 'n', keyId: '01020304', signature: new Uint8Array(4900) };
    const signatures = Array.from({ length: 16 }, () => line);
    expect(right(parseNote(formatNote({ text: TEXT, signatures }))).signatures).toHaveLength(16);
    expect(E.isLeft(parseNote(new Uint8Array(MOST_NOTE_BYTES + 1).fill(0x41)))).toBe(true);
    const small = { ...line, signature: new Uint8Array(1) };
    expect(E.isLeft(parseNote(formatNote({ text: TEXT, signatures: Array.from({ length: 101 }, () => small) })))).toBe(
      true,
    );
  });

  it.each([
    ['a tab', 'a\tb\n\n\u2014 n AAAAAAE=\n'],
    ['a carriage return', 'a\r\n\n\u2014 n AAAAAAE=\n'],
    ['a hyphen in place of the dash', 'a\n\n- n AAAAAAE=\n'],
    ['a name with a plus sign', 'a\n\n\u2014 n+m AAAAAAE=\n'],
    ['a name with a no-break space', 'a\n\n\u2014 n\u00a0m AAAAAAE=\n'],
    ['an empty name', 'a\n\n\u2014  AAAAAAE=\n'],
    ['a key id and no signature', 'a\n\n\u2014 n AAAAAA==\n'],
    ['base64 with spare bits', 'a\n\n\u2014 n AAAAAAF=\n'],
    ['base64 without padding', 'a\n\n\u2014 n AAAAAAE\n'],
    ['words behind the signature', 'a\n\n\u2014 n AAAAAAE= x\n'],
    ['no signature', 'a\n\n'],
    ['text behind the signatures', 'a\n\n\u2014 n AAAAAAE=\nmore\n'],
  ])('with %s is malformed', (_, text) => {
    expect(left(parseNote(utf8(text)))._tag).toBe('Malformed');
  });

  it('that is not UTF-8 is malformed', () => {
    expect(left(parseNote(Uint8Array.from([0xff, ...utf8(EXAMPLE)])))).toMatchObject({ rule: 'must be UTF-8' });
  });

  it('never verifies and never throws with any bit changed, or cut at any byte', async () => {
    const bytes = formatNote({ text: TEXT, signatures: [await sign(alice)] });
    const opens = (changed: Uint8Array): boolean => {
      const note = parseNote(changed);
      return E.isRight(note) && E.isRight(openNote(verifyEd25519, [aliceKey], note.right));
    };
    expect(opens(bytes)).toBe(true);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(opens(changed)).toBe(false);
    }
    for (let end = 0; end < bytes.length; end++) expect(opens(bytes.slice(0, end))).toBe(false);
  });

  it('reads back whatever could be signed', () => {
    const line = fc.record({
      name: fc.string({ minLength: 1, maxLength: 20 }).filter(isKeyName),
      keyId: fc.uint8Array({ minLength: 4, maxLength: 4 }).map(toHex),
      signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    });
    const text = oddText.map((part) => `${part}\n`).filter(isNoteText);
    fc.assert(
      fc.property(text, fc.array(line, { minLength: 1, maxLength: 4 }), (body, signatures) => {
        const read = right(parseNote(formatNote({ text: body, signatures })));
        expect(read.text).toBe(body);
        expect(read.signatures.map((one) => [one.name, one.keyId, toHex(one.signature)])).toEqual(
          signatures.map((one) => [one.name, one.keyId, toHex(one.signature)]),
        );
      }),
    );
  });

  it('parsers survive any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), oddText, (bytes, text) => {
        expect(['Left', 'Right']).toContain(parseNote(bytes)._tag);
        expect(['Left', 'Right']).toContain(parseSignatureLines(text)._tag);
        expect(E.isLeft(parseVerifierKey(hashing, text))).toBe(true);
      }),
    );
  });
});

describe('signing a note', () => {
  it('refuses a text that could not be read back', async () => {
    for (const text of ['no newline', 'tab\t\n', 'lone surrogate \ud800\n', '']) {
      expect(left(await signNote(noteEngines, alice)(text)())._tag).toBe('Malformed');
    }
  });

  it('hands nothing on that its own key does not verify', async () => {
    const faulty = { ...alice, sign: bob.sign };
    expect(left(await signNote(noteEngines, faulty)(TEXT)())).toEqual({ _tag: 'SignerFaulty', name: alice.name });
    const silent = { ...alice, sign: () => TE.left({ _tag: 'SignerUnavailable' as const, detail: 'locked' }) };
    expect(left(await signNote(noteEngines, silent)(TEXT)())._tag).toBe('SignerUnavailable');
  });

  it('makes a timestamped cosignature that no other time and no plain key verifies', async () => {
    const line = right(await cosignNote(noteEngines, bob)(TEXT, 1_679_315_147)());
    const note = { text: TEXT, signatures: [line] };
    const key = verifierKey(bob, 'cosignature-v1');
    expect(right(openNote(verifyEd25519, [key], note)).signatures.map(({ time }) => time)).toEqual([1_679_315_147]);
    expect(left(openNote(verifyEd25519, [bobKey], note))._tag).toBe('NoKnownSignature');
    const later = line.signature.map((byte, i) => (i === 7 ? byte ^ 1 : byte));
    expect(left(openNote(verifyEd25519, [key], { text: TEXT, signatures: [{ ...line, signature: later }] }))._tag).toBe(
      'SignatureInvalid',
    );
  });
});

describe('a verifier key', () => {
  it('is written as it was read', () => {
    const published = [EXAMPLE_KEY, 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'];
    expect(published.map((text) => formatVerifierKey(right(parseVerifierKey(hashing, text))))).toEqual(published);
  });

  it('of a published secret seed is the one published with it', async () => {
    // example.com/log/testdata of the tlog-tiles conformance tests: the type byte, then the seed.
    const seed = fromBase64('AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg').subarray(1);
    const signer = signerFromSeed('example.com/log/testdata', seed);
    const key = verifierKey(signer, 'ed25519');
    expect(formatVerifierKey(key)).toBe(
      'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
    );
    const line = await sign(signer);
    expect(E.isRight(openNote(verifyEd25519, [key], { text: TEXT, signatures: [line] }))).toBe(true);
  });

  it('of one public key has another id for each purpose', () => {
    expect(verifierKey(bob, 'cosignature-v1').id).not.toBe(bobKey.id);
  });

  it.each([
    ['another id', 'example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'id'],
    ['another name', 'example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'id'],
    ['an upper-case id', 'example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'id'],
    ['an unknown type', `example.com/foo+530d903a+${toBase64(Uint8Array.of(6, ...new Uint8Array(32)))}`, 'type'],
    ['a short key', `example.com/foo+530d903a+${toBase64(Uint8Array.of(1, ...new Uint8Array(31)))}`, 'key'],
    ['no key', 'example.com/foo+530d903a+', 'key'],
    ['no name', '+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'name'],
    ['one part', 'example.com/foo', 'id'],
  ])('with %s is refused', (_, text, field) => {
    expect(left(parseVerifierKey(hashing, text))).toMatchObject({ _tag: 'Malformed', field });
  });

  it('round-trips for any name and key', () => {
    const name = fc.string({ minLength: 1, maxLength: 40 }).filter(isKeyName);
    const type = fc.constantFrom('ed25519' as const, 'cosignature-v1' as const);
    fc.assert(
      fc.property(name, type, fc.uint8Array({ minLength: 32, maxLength: 32 }), (n, kind, publicKey) => {
        const key = right(makeVerifierKey(hashing, { name: n, type: kind, publicKey }));
        const read = right(parseVerifierKey(hashing, formatVerifierKey(key)));
        expect({ ...read, publicKey: toHex(read.publicKey) }).toEqual({ ...key, publicKey: toHex(publicKey) });
      }),
    );
  });
});
