import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { toBase64 } from '../encoding/bytes.js';
import type { VerifyEd25519 } from '../ports.js';
import { type Malformed, malformed } from './malformed.js';
import { type Note, parseNote } from './note.js';
import { type NoteRefusal, openNote, type VerifiedSignature } from './open-note.js';
import { HASH_RULE, hashOf, SIZE_RULE, sizeOf } from './tlog-text.js';
import type { VerifierKey } from './verifier-key.js';

/** C2SP tlog-checkpoint: a tree's size and root, and whose tree it is. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Opaque lines that no monitor can audit; this product writes none. */
  readonly extensions: ReadonlyArray<string>;
}

const fault = malformed('checkpoint');

export const formatCheckpoint = ({ origin, size, root, extensions }: Checkpoint): string =>
  [origin, String(size), toBase64(root), ...extensions].map((line) => `${line}\n`).join('');

/** Reads a note's text. Trust in it is the note's. */
export const parseCheckpoint = (text: string): E.Either<Malformed, Checkpoint> => {
  const lines = text.split('\n');
  if (lines.pop() !== '') return E.left(fault('(whole)', 'must end with a newline'));
  const [origin = '', sizeText = '', rootText = '', ...extensions] = lines;
  if (origin === '') return E.left(fault('origin', 'must not be empty'));
  const size = sizeOf(sizeText);
  if (size === undefined) return E.left(fault('size', SIZE_RULE));
  const root = hashOf(rootText);
  if (root === undefined) return E.left(fault('root', HASH_RULE));
  const empty = extensions.indexOf('');
  if (empty >= 0) return E.left(fault(`extensions.${String(empty)}`, 'must not be empty'));
  return E.right({ origin, size, root, extensions });
};

/** A checkpoint whose note carries at least one valid signature of the keys it was opened with. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly note: Note;
  readonly signatures: ReadonlyArray<VerifiedSignature>;
}

/** Checks signatures first, then reads the text. */
export const openCheckpoint = (
  verify: VerifyEd25519,
  keys: ReadonlyArray<VerifierKey>,
  bytes: Uint8Array,
): E.Either<Malformed | NoteRefusal, OpenedCheckpoint> =>
  pipe(
    parseNote(bytes),
    E.flatMap((note) =>
      pipe(
        openNote(verify, keys, note),
        E.flatMap(({ text, signatures }) =>
          pipe(
            parseCheckpoint(text),
            E.map((checkpoint) => ({ checkpoint, note, signatures })),
          ),
        ),
      ),
    ),
  );
