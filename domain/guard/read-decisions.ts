import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import { leafOf } from '../ledger/leaf.js';
import type { LedgerReader } from '../ledger/ledger.js';
import { type LoadFault, recordedOf } from '../ledger/load-stream.js';
import { readEntry } from '../ledger/read-entry.js';
import { verifySignature } from '../ledger/verify-entry.js';
import type { StoredEntry } from '../ports.js';
import { type GuardEvent, guardCatalogue } from './events.js';

/** By its own signature: the stream before it is not read, and may be long. */
const verified = (reader: LedgerReader, stored: StoredEntry): E.Either<LoadFault, Recorded<GuardEvent>> =>
  pipe(
    readEntry(reader.canonicalize, stored),
    E.tap((entry) => verifySignature(reader, { ...entry, stored }, reader.keyring())),
    E.flatMap(({ envelope, halves }) => {
      const { revision, recordedAt, command } = envelope;
      const tip = { revision, leaf: leafOf(reader.hashing, stored.bytes), recordedAt, command, ordinal: 0 };
      return recordedOf(guardCatalogue, { envelope, halves, stored, tip });
    }),
  );

/** Answers of one stream, `count` entries of it from a revision on. */
export const readDecisions =
  (reader: LedgerReader) =>
  (stream: StreamId, from: number, count: number): TE.TaskEither<LoadFault, ReadonlyArray<Recorded<GuardEvent>>> =>
    pipe(
      reader.store.readStream(stream, from, count),
      TE.flatMapEither(E.traverseArray((stored) => verified(reader, stored))),
    );
