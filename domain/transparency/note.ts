import * as E from 'fp-ts/lib/Either.js';
import { concat, fromBase64, fromHex, fromUtf8, isBase64, toBase64, toHex, utf8 } from '../encoding/bytes.js';
import { type Malformed, malformed } from './malformed.js';
import { isKeyName } from './verifier-key.js';

const SPLIT = '\n\n';
const DASH = '\u2014 ';
const KEY_ID_BYTES = 4;
const WELL_FORMED = /^(?:[^\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])*$/;
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** Room for a hundred signatures of today's largest kind is not needed; 16 of them must fit. */
export const MOST_NOTE_BYTES = 262_144;
const MOST_SIGNATURES = 100;

/** What a signature line says. Nothing vouches for it until it was checked against a known key. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** C2SP signed-note. The text must be ignored until `openNote` found a signature of a trusted key. */
export interface Note {
  readonly text: string;
  readonly signatures: ReadonlyArray<NoteSignature>;
}

const fault = malformed('signed note');

const parseLine = (line: string): NoteSignature | undefined => {
  const [name = '', encoded = '', ...more] = line.startsWith(DASH) ? line.slice(DASH.length).split(' ') : [];
  if (more.length > 0 || !isKeyName(name) || !isBase64(encoded)) return undefined;
  const bytes = fromBase64(encoded);
  if (bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, keyId: toHex(bytes.subarray(0, KEY_ID_BYTES)), signature: bytes.subarray(KEY_ID_BYTES) };
};

/** One or more whole signature lines: the end of a note, and what a witness answers. */
export const parseSignatureLines = (text: string): E.Either<Malformed, ReadonlyArray<NoteSignature>> => {
  if (text.length > MOST_NOTE_BYTES)
    return E.left(fault('signatures', `must be at most ${String(MOST_NOTE_BYTES)} bytes`));
  const lines = text.split('\n');
  if (lines.pop() !== '') return E.left(fault('signatures', 'must end with a newline'));
  if (lines.length === 0) return E.left(fault('signatures', 'must be one or more'));
  if (lines.length > MOST_SIGNATURES) return E.left(fault('signatures', `must be at most ${String(MOST_SIGNATURES)}`));
  const signatures: Array<NoteSignature> = [];
  for (const [i, line] of lines.entries()) {
    const signature = parseLine(line);
    if (signature === undefined) {
      return E.left(
        fault(`signatures.${String(i)}`, 'must be an em dash, a key name and base64 of key id and signature'),
      );
    }
    signatures.push(signature);
  }
  return E.right(signatures);
};

export const formatSignatureLines = (signatures: ReadonlyArray<NoteSignature>): string =>
  signatures
    .map(({ name, keyId, signature }) => `${DASH}${name} ${toBase64(concat(fromHex(keyId), signature))}\n`)
    .join('');

/** Whether a text can be signed: what `parseNote` would read back, byte for byte. */
export const isNoteText = (text: string): boolean =>
  text.endsWith('\n') && WELL_FORMED.test(text) && !CONTROL.test(text);

/** Splits at the last empty line, as the specification says. Checks no signature. */
export const parseNote = (bytes: Uint8Array): E.Either<Malformed, Note> => {
  if (bytes.length > MOST_NOTE_BYTES)
    return E.left(fault('(whole)', `must be at most ${String(MOST_NOTE_BYTES)} bytes`));
  const whole = fromUtf8(bytes);
  if (whole === undefined) return E.left(fault('(whole)', 'must be UTF-8'));
  if (CONTROL.test(whole)) return E.left(fault('(whole)', 'must hold no control characters but newlines'));
  const split = whole.lastIndexOf(SPLIT);
  if (split < 0) return E.left(fault('(whole)', 'must be a text, an empty line and signature lines'));
  const signatures = parseSignatureLines(whole.slice(split + SPLIT.length));
  return E.isLeft(signatures) ? signatures : E.right({ text: whole.slice(0, split + 1), signatures: signatures.right });
};

export const formatNote = ({ text, signatures }: Note): Uint8Array =>
  utf8(`${text}\n${formatSignatureLines(signatures)}`);
