import * as E from 'fp-ts/lib/Either.js';
import { concat, fromUtf8, toBase64, utf8 } from '../encoding/bytes.js';
import { type Malformed, malformed } from './malformed.js';
import { MOST_NOTE_BYTES, type Note, parseNote } from './note.js';
import type { Hashes } from './tile-edge.js';
import { HASH_RULE, hashOf, SIZE_RULE, sizeOf } from './tlog-text.js';

/** C2SP tlog-witness, add-checkpoint: the size that the witness is believed to know, and the way from there. */
export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: Hashes;
  readonly note: Note;
}

const MOST_HASHES = 63;
const MOST_HEAD_BYTES = 64 + MOST_HASHES * 45;
export const MOST_REQUEST_BYTES = MOST_NOTE_BYTES + MOST_HEAD_BYTES;

/** Content type of a witness's answer that it knows another size than the request said. */
export const SIZE_CONTENT_TYPE = 'text/x.tlog.size';

const fault = malformed('add-checkpoint');

/** `checkpoint` are the bytes of the note with at least the log's signature. */
export const formatAddCheckpoint = (oldSize: number, proof: Hashes, checkpoint: Uint8Array): Uint8Array =>
  concat(utf8(`old ${String(oldSize)}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n`), checkpoint);

const parseHead = (lines: ReadonlyArray<string>): E.Either<Malformed, Omit<AddCheckpoint, 'note'>> => {
  const [first = '', ...hashLines] = lines;
  const oldSize = first.startsWith('old ') ? sizeOf(first.slice('old '.length)) : undefined;
  if (oldSize === undefined) return E.left(fault('old', SIZE_RULE));
  if (hashLines.length > MOST_HASHES) return E.left(fault('proof', `must be at most ${String(MOST_HASHES)} lines`));
  const proof: Array<Uint8Array> = [];
  for (const [i, line] of hashLines.entries()) {
    const hash = hashOf(line);
    if (hash === undefined) return E.left(fault(`proof.${String(i)}`, HASH_RULE));
    proof.push(hash);
  }
  return E.right({ oldSize, proof });
};

/** Reads a request; checks no signature and no proof. */
export const parseAddCheckpoint = (bytes: Uint8Array): E.Either<Malformed, AddCheckpoint> => {
  if (bytes.length > MOST_REQUEST_BYTES)
    return E.left(fault('(whole)', `must be at most ${String(MOST_REQUEST_BYTES)} bytes`));
  const text = fromUtf8(bytes);
  if (text === undefined) return E.left(fault('(whole)', 'must be UTF-8'));
  const split = text.indexOf('\n\n');
  if (split < 0) return E.left(fault('(whole)', 'must have an empty line before the checkpoint'));
  const head = parseHead(text.slice(0, split).split('\n'));
  if (E.isLeft(head)) return head;
  const note = parseNote(utf8(text.slice(split + 2)));
  return E.isLeft(note) ? note : E.right({ ...head.right, note: note.right });
};

/** The body of a 409: the size that the witness cosigned last. */
export const parseSizeAnswer = (text: string): number | undefined =>
  text.endsWith('\n') ? sizeOf(text.slice(0, -1)) : undefined;
