import type { DomainEvent, Recorded } from '../domain/ledger/envelope.js';

/** A row as an event leaves it; null: there is no such row any more. */
export type Change<Row> = readonly [key: string, row: Row | null];

/**
 * A read model: a fold of the whole ledger, in its order, into rows. `version` changes with the fold or with the rows' form;
 * then everything is folded anew. Total: whatever is in the ledger happened.
 */
export interface Projection<Row, Ev extends DomainEvent> {
  readonly name: string;
  readonly version: number;
  /** The rows that this event changes, given all rows as they were before it. */
  readonly evolve: (rows: ReadonlyMap<string, Row>, recorded: Recorded<Ev>) => ReadonlyArray<Change<Row>>;
}

/** What the ledger holds of every kind: where a projection has no use for an event, it changes nothing. */
export const NOTHING: ReadonlyArray<never> = [];
