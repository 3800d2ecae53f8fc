import * as t from 'io-ts';

/** Answers are open: a later version may say more, and a client must bear it. */
export const AsOf = t.type(
  {
    /** Number of ledger entries applied, minus one: -1 on an empty ledger. */
    index: t.number,
    time: t.union([t.null, t.string]),
  },
  'AsOf',
);

/** What a command recorded. `index` is null when there was nothing new to record. */
export const Recorded = t.type(
  {
    index: t.union([t.null, t.number]),
    stream: t.string,
    revision: t.number,
    events: t.readonlyArray(t.type({ index: t.number, type: t.string })),
  },
  'Recorded',
);
export type Recorded = t.TypeOf<typeof Recorded>;
