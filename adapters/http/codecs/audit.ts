import * as t from 'io-ts';
import { DoubtView } from './doubts.js';

export const Replayed = t.type(
  {
    checked: t.number,
    /** Decisions about releases of keys. */
    releases: t.number,
    /** Answers of the workload guard that were kept. */
    decisions: t.number,
    differenceCount: t.number,
    /** The first ones, verdict by verdict. */
    differences: t.readonlyArray(
      t.type({
        host: t.string,
        index: t.number,
        revision: t.number,
        differences: t.readonlyArray(t.UnknownRecord),
      }),
    ),
  },
  'Replayed',
);

export const Verified = t.type(
  {
    size: t.number,
    /** RFC 6962 root over all entries. */
    root: t.string,
    /** Whether the read models were made again from the entries and held against what is kept of them. */
    readModels: t.type({
      state: t.keyof({ compared: null, partly: null, absent: null, outdated: null }),
      /** From so many entries. */
      entries: t.number,
    }),
    faultCount: t.number,
    faults: t.readonlyArray(
      t.type({
        rule: t.string,
        index: t.union([t.null, t.number]),
        stream: t.union([t.null, t.string]),
        revision: t.union([t.null, t.number]),
        /** A table of the read models' file. */
        table: t.union([t.null, t.string]),
        /** The read model. */
        model: t.union([t.null, t.string]),
        key: t.union([t.null, t.string]),
        text: t.string,
      }),
    ),
    /** What compromised keys leave in doubt: no fault of the ledger, and nothing to build on. */
    doubts: t.readonlyArray(DoubtView),
    /** `unknown`: what witnesses had cosigned can't be told from here, so it ends no doubt. */
    cosigned: t.keyof({ counted: null, unknown: null }),
  },
  'Verified',
);
export type Verified = t.TypeOf<typeof Verified>;
