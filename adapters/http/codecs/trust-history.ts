import * as t from 'io-ts';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant } from '../../../domain/encoding/primitives.js';
import { AsOf } from './answers.js';
import { SafeIntText } from './queries.js';

/**
 * `from` and `to`: times; absent: the beginning of the ledger, and now. `last`: so many seconds before the end, instead of `from`.
 * `steps`: about how many; at most 120.
 */
export const TrustHistoryQuery = t.refinement(
  closedWith({}, { from: Instant, last: SafeIntText, to: Instant, steps: SafeIntText }, 'TrustHistoryQuery'),
  ({ from, last, to }) => from === undefined || (last === undefined && (to === undefined || from < to)),
  'TrustHistoryQuery(from or last, not both; from before to)',
);
export type TrustHistoryQuery = t.TypeOf<typeof TrustHistoryQuery>;

export const TrustHistoryAnswer = t.type(
  {
    asOf: AsOf,
    from: t.string,
    to: t.string,
    /** Milliseconds between two of them; the last one may come sooner. */
    every: t.number,
    /** The last entry recorded at or before each time, and how many hosts were in each state then. */
    steps: t.readonlyArray(t.type({ time: t.string, index: t.number, counts: t.record(t.string, t.number) })),
  },
  'TrustHistoryAnswer',
);
export type TrustHistoryAnswer = t.TypeOf<typeof TrustHistoryAnswer>;

export const HostTrustHistoryAnswer = t.type(
  {
    asOf: AsOf,
    host: t.string,
    /** False: what was before the first band is not shown. */
    whole: t.boolean,
    /** Oldest first. `index`: the entry that it began with; null: time went by. */
    bands: t.readonlyArray(
      t.type({
        state: t.string,
        reasons: t.readonlyArray(t.string),
        index: t.union([t.null, t.number]),
        from: t.string,
        until: t.string,
      }),
    ),
  },
  'HostTrustHistoryAnswer',
);
export type HostTrustHistoryAnswer = t.TypeOf<typeof HostTrustHistoryAnswer>;
