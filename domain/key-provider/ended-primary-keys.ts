import type { Recorded } from '../ledger/envelope.js';
import type { EventOf } from '../ledger/event-type.js';
import type {
  PrimaryKeyDestructionOrdered,
  PrimaryKeyEnd,
  PrimaryKeyEndConfirmed,
  PrimaryKeyRevoked,
} from './primary-key-events.js';

/** A primary key that wraps and unwraps nothing any more. */
export interface EndedPrimaryKey {
  readonly end: PrimaryKeyEnd;
  /** Entry of the event that ended it so. */
  readonly index: number;
  /** Whether the key servers did the same. */
  readonly confirmed: boolean;
}

export type EndedPrimaryKeys = ReadonlyMap<string, EndedPrimaryKey>;

export type PrimaryKeyEnding = EventOf<
  typeof PrimaryKeyRevoked | typeof PrimaryKeyDestructionOrdered | typeof PrimaryKeyEndConfirmed
>;

const endedBy = (event: PrimaryKeyEnding, index: number, before: EndedPrimaryKey | undefined): EndedPrimaryKey => {
  switch (event.type) {
    case 'PrimaryKeyRevoked':
      return { end: event.data.compromised ? 'compromised' : 'revoked', index, confirmed: false };
    case 'PrimaryKeyDestructionOrdered':
      return { end: 'destroyed', index, confirmed: false };
    case 'PrimaryKeyEndConfirmed':
      return { end: event.data.end, index: before?.index ?? index, confirmed: true };
  }
};

export const withEnding = (
  ended: EndedPrimaryKeys,
  { event, index }: Pick<Recorded<PrimaryKeyEnding>, 'event' | 'index'>,
): EndedPrimaryKeys => {
  const { primaryKey } = event.data;
  return new Map(ended).set(primaryKey, endedBy(event, index, ended.get(primaryKey)));
};
