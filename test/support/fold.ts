import { CATALOGUE, type LedgerEvent } from '../../domain/catalogue.js';
import type { Recorded } from '../../domain/ledger/envelope.js';
import { recordedOf } from '../../domain/ledger/load-stream.js';
import { readEntry } from '../../domain/ledger/read-entry.js';
import type { EventStore } from '../../domain/ports.js';
import type { Projection } from '../../projections/projection.js';
import { engines } from './engines.js';
import { right } from './ledger.js';

/** Every event of a store, decoded; nothing is verified. */
export const eventsOf = async (store: EventStore): Promise<ReadonlyArray<Recorded<LedgerEvent>>> => {
  const entries = right(await store.readAll(0, 100_000)());
  return entries.map((stored) => {
    const { envelope, halves } = right(readEntry(engines.canonicalize, stored));
    const { revision, recordedAt, command } = envelope;
    return right(
      recordedOf(CATALOGUE, { envelope, halves, stored, tip: { revision, leaf: '', recordedAt, command, ordinal: 0 } }),
    );
  });
};

/** The rows of a projection after these events, from nothing. */
export const foldOf = <Row>(
  projection: Projection<Row, LedgerEvent>,
  events: ReadonlyArray<Recorded<LedgerEvent>>,
): ReadonlyMap<string, Row> => {
  const rows = new Map<string, Row>();
  for (const event of events) {
    for (const [key, row] of projection.evolve(rows, event)) {
      if (row === null) rows.delete(key);
      else rows.set(key, row);
    }
  }
  return rows;
};
