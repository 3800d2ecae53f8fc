import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, isBase64 } from '../../../../domain/encoding/bytes.js';
import type { EventStore, StoredEntry, StoreError } from '../../../../domain/ports.js';
import { askJson } from '../ask.js';
import { readOf } from '../place.js';

interface EntryText extends Omit<StoredEntry, 'bytes'> {
  readonly bytes: string;
}

const unavailable = (detail: string): StoreError => ({ _tag: 'StoreUnavailable', detail });

/** Nothing of what the server says beside the bytes is believed: the checks hold it against them. */
const entryOf = ({ bytes, ...rest }: EntryText): StoredEntry => {
  if (typeof bytes !== 'string' || !isBase64(bytes)) throw new Error('no entry');
  return { ...rest, bytes: fromBase64(bytes) };
};

const read =
  (token: string | undefined, path: string): TE.TaskEither<StoreError, ReadonlyArray<StoredEntry>> =>
  () =>
    TE.tryCatch(
      async () => {
        const reply = await askJson<{ readonly events: ReadonlyArray<EntryText> }>(token, path);
        if (reply._tag !== 'Answer') throw new Error('no answer');
        return reply.body.events.map(entryOf);
      },
      () => unavailable(`the server did not give ${path}`),
    )();

const MOST_ON_A_PAGE = 500;

/** The ledger as the server gives it out, for the checks of the program: it can be read, and not a byte of it is believed. */
export const remoteStore = (token: string | undefined): EventStore => {
  const page = (limit: number): string => String(Math.min(limit, MOST_ON_A_PAGE));
  const never = TE.left(unavailable('a reader appends nothing'));
  return {
    append: () => never,
    readStream: (stream, from, limit) =>
      read(token, readOf('v1/events', {}, { stream, from: String(from), limit: page(limit) })),
    readAll: (from, limit) => read(token, readOf('v1/events', {}, { from: String(from), limit: page(limit) })),
    size: () => never,
    onAppended: () => () => undefined,
  };
};
