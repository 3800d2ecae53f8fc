import * as E from 'fp-ts/lib/Either.js';
import { fromUtf8, isHex, toHex } from '../encoding/bytes.js';
import { MOST_ENTRY_BYTES, StreamId, Uuid } from '../ledger/envelope.js';
import { leafBytes } from '../ledger/leaf.js';
import type { Hashing } from '../ports.js';
import { MOST_NOTE_BYTES } from '../transparency/note.js';
import { CHECKPOINT_TYPE, type PlacedEntry, TYPE_PREFIX } from './message.js';

/** A message as it came; anybody who may write to the topic can have made it. */
export interface ReceivedMessage {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Undefined where a header is missing, or stands more than once. */
  readonly header: (name: string) => Uint8Array | undefined;
}

/** Why a message is refused. Closed, since each is counted by its name. */
export const MESSAGE_FAULTS = ['oversize', 'headers', 'source', 'key', 'leaf'] as const;
export type MessageFault = (typeof MESSAGE_FAULTS)[number];

const MOST_HEADER = 256;

/** Printable ASCII only: all headers of ours are. */
const textOf = (bytes: Uint8Array | undefined): string | undefined => {
  if (bytes === undefined || bytes.length > MOST_HEADER) return undefined;
  let text = '';
  for (const byte of bytes) {
    if (byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
};

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^(?:0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text))
    ? Number(text)
    : undefined;

const common = (message: ReceivedMessage, origin: string, most: number): MessageFault | Uint8Array => {
  const { value, header } = message;
  if (value === null || value.length === 0 || value.length > most) return 'oversize';
  if (textOf(header('ce_specversion')) !== '1.0') return 'headers';
  return textOf(header('ce_source')) === origin ? value : 'source';
};

/** What the bytes themselves say; that much a header can't be believed to know better. */
const saysItself = (value: Uint8Array, id: string, stream: string, revision: number): boolean => {
  const parsed = E.tryCatch(
    () => JSON.parse(fromUtf8(value) ?? '') as unknown,
    () => undefined,
  );
  if (E.isLeft(parsed) || typeof parsed.right !== 'object' || parsed.right === null) return false;
  const said = parsed.right as Readonly<Record<string, unknown>>;
  return said['id'] === id && said['stream'] === stream && said['revision'] === revision;
};

/** Reads the place that a message claims for an event: only its index is not in the bytes, and waits for the tree. */
export const readEventMessage = (
  hashing: Hashing,
  origin: string,
  message: ReceivedMessage,
): E.Either<MessageFault, PlacedEntry> => {
  const value = common(message, origin, MOST_ENTRY_BYTES);
  if (typeof value === 'string') return E.left(value);
  const { header } = message;
  const [id, stream, leaf, type] = ['ce_id', 'ce_subject', 'ce_leaf', 'ce_type'].map((name) => textOf(header(name)));
  const [index, revision] = ['ce_index', 'ce_revision'].map((name) => numberOf(textOf(header(name))));
  if (index === undefined || revision === undefined || !Uuid.is(id) || !StreamId.is(stream)) return E.left('headers');
  if (leaf?.length !== 64 || !isHex(leaf) || type?.startsWith(TYPE_PREFIX) !== true) return E.left('headers');
  if (textOf(message.key ?? undefined) !== stream) return E.left('key');
  if (toHex(leafBytes(hashing, value)) !== leaf) return E.left('leaf');
  if (!saysItself(value, id, stream, revision)) return E.left('headers');
  return E.right({ index, stream, revision, id, bytes: value, leaf });
};

/** The note that a message carries, unopened. */
export const readCheckpointMessage = (origin: string, message: ReceivedMessage): E.Either<MessageFault, Uint8Array> => {
  const value = common(message, origin, MOST_NOTE_BYTES);
  if (typeof value === 'string') return E.left(value);
  return textOf(message.header('ce_type')) === CHECKPOINT_TYPE ? E.right(value) : E.left('headers');
};
