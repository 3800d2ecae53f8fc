import * as E from 'fp-ts/lib/Either.js';
import { MOST_ENTRY_BYTES, StreamId } from '../../../domain/ledger/envelope.js';
import type { Append, StoreError } from '../../../domain/ports.js';
import type { KurrentEvent } from './client.js';
import type { StreamNames } from './stream-names.js';

const damaged = (where: string, rule: string): E.Either<StoreError, never> =>
  E.left({ _tag: 'StoreDamaged', where: `EventStoreDB stream ${where}`, rule });

/** What was written under the ledger's prefix as the append that it must have been; anything else there is damage. */
export const appendOf = (names: StreamNames, event: KurrentEvent): E.Either<StoreError, Append> => {
  const { stream: name, bytes, revision, id, type } = event;
  const stream = name.slice(names.ledger.length);
  if (type.startsWith('$')) return damaged(name, `holds ${type}: it was deleted, or a link was put into it`);
  if (!StreamId.is(stream)) return damaged(name, 'must be named as a stream of a ledger');
  if (bytes === undefined) return damaged(name, 'must hold binary events');
  if (bytes.length > MOST_ENTRY_BYTES) return damaged(name, `an entry is at most ${MOST_ENTRY_BYTES} bytes`);
  return E.right({ stream, expectedRevision: revision - 1, entries: [{ id: id.toLowerCase(), bytes }] });
};

const RETENTION = ['$maxAge', '$maxCount', '$tb'];

/** Undefined: nothing in a stream's metadata lets the server forget its events. */
export const retentionIn = (metadata: unknown): string | undefined =>
  RETENTION.find((key) => typeof metadata === 'object' && metadata !== null && key in metadata);

export const forgetsEvents = (stream: string, key: string): StoreError => ({
  _tag: 'StoreDamaged',
  where: `EventStoreDB stream ${stream}`,
  rule: `has ${key} in its metadata, which lets the server forget events; take it out`,
});
