import * as t from 'io-ts';
import type { Doubt } from '../../../domain/ledger/doubt.js';
import { AsOf } from './answers.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

const Place = t.type({ index: t.number, at: t.string });
const Span = t.type({ entries: t.number, first: Place, last: Place });

/** What one key, which was declared compromised, leaves in doubt. */
export const DoubtView = t.type(
  {
    kid: t.string,
    purpose: t.string,
    since: t.string,
    reason: t.string,
    /** Ledger index of the declaration. */
    declared: t.number,
    /** Entries below `size` are not in doubt: a quorum of witnesses had cosigned them by `at`. */
    witnessed: orNull(t.type({ size: t.number, at: t.string })),
    /** Entries recorded since then. */
    later: orNull(Span),
    /** Entries that say they are older: a thief could have set their time back. */
    earlier: orNull(Span),
    types: t.readonlyArray(t.type({ type: t.string, entries: t.number })),
    /** Keys that entries in doubt brought into use. */
    brought: t.readonlyArray(t.string),
  },
  'Doubt',
);
export type DoubtView = t.TypeOf<typeof DoubtView>;

export const doubtView = ({ witnessed, later, earlier, ...rest }: Doubt): DoubtView => ({
  ...rest,
  witnessed: witnessed === undefined ? null : { size: witnessed.size, at: witnessed.at },
  later: later ?? null,
  earlier: earlier ?? null,
});

export const DoubtsAnswer = t.type(
  {
    asOf: AsOf,
    doubts: t.readonlyArray(DoubtView),
    entries: t.readonlyArray(
      t.type({
        index: t.number,
        stream: t.string,
        revision: t.number,
        type: t.string,
        recordedAt: t.string,
        kid: t.string,
      }),
    ),
    /** Entries behind these that are not listed here. */
    more: t.number,
    nextCursor: orNull(t.number),
  },
  'DoubtsAnswer',
);
export type DoubtsAnswer = t.TypeOf<typeof DoubtsAnswer>;
