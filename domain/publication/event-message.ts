import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromUtf8 } from '../encoding/bytes.js';
import { placeOf } from '../follow-entry.js';
import type { Envelope } from '../ledger/envelope.js';
import { leafOf } from '../ledger/leaf.js';
import type { Hashing, StoredEntry, StoreError } from '../ports.js';
import { type Message, TYPE_PREFIX } from './message.js';

const envelopeOf = (stored: StoredEntry): E.Either<StoreError, Envelope> =>
  pipe(
    E.tryCatch(
      () => JSON.parse(fromUtf8(stored.bytes) ?? '') as Envelope | null,
      () => 'must be JSON',
    ),
    E.flatMap(E.fromNullable('must be an object')),
    E.mapLeft((rule) => ({ _tag: 'StoreDamaged', where: `index ${String(placeOf(stored).index)}`, rule })),
  );

/**
 * A stored event as a message: its canonical bytes unchanged, its stream as key, CloudEvents attributes as headers (Kafka
 * binding, binary mode). The same event makes the same message again, whoever sends it and how often.
 */
export const eventMessage = (
  hashing: Hashing,
  origin: string,
  stored: StoredEntry,
): E.Either<StoreError, { readonly message: Message; readonly recordedAt: string }> =>
  pipe(
    envelopeOf(stored),
    E.map(({ type, typeVersion, recordedAt, previous, kid }) => ({
      recordedAt,
      message: {
        key: stored.stream,
        value: stored.bytes,
        headers: {
          ce_specversion: '1.0',
          ce_id: stored.id,
          ce_source: origin,
          ce_type: `${TYPE_PREFIX}${type}.v${String(typeVersion)}`,
          ce_subject: stored.stream,
          ce_time: recordedAt,
          'content-type': 'application/json',
          ce_index: String(stored.index),
          ce_revision: String(stored.revision),
          ce_leaf: leafOf(hashing, stored.bytes),
          ...(previous === null ? {} : { ce_previous: previous }),
          ce_kid: kid,
        },
      },
    })),
  );
