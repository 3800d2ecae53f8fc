import * as t from 'io-ts';
import { DoubtView } from './doubts.js';
import { lateField } from './late-field.js';

export const Replayed = t.type(
  {
    checked: t.number,
    /** Decisions about releases of keys. */
    releases: lateField(t.number, 0),
    /** Answers of the workload guard that were kept. */
    decisions: lateField(t.number, 0),
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
    readModels: lateField(
      t.type({
        /** `untold`: by an authority that does not compare them yet. */
        state: t.keyof({ compared: null, partly: null, absent: null, outdated: null, untold: null }),
        /** From so many entries. */
        entries: t.number,
      }),
      { state: 'untold', entries: 0 },
    ),
    faultCount: t.number,
    faults: t.readonlyArray(
      t.type({
        rule: t.string,
        index: t.union([t.null, t.number]),
        stream: t.union([t.null, t.string]),
        revision: t.union([t.null, t.number]),
        /** A table of the read models' file. */
        table: lateField(t.union([t.null, t.string]), null),
        /** The read model. */
        model: lateField(t.union([t.null, t.string]), null),
        key: lateField(t.union([t.null, t.string]), null),
        text: t.string,
      }),
    ),
    /** What compromised keys leave in doubt: no fault of the ledger, and nothing to build on. */
    doubts: lateField(t.readonlyArray(DoubtView), []),
    /** `unknown`: what witnesses had cosigned can't be told from here, so it ends no doubt. */
    cosigned: lateField(t.keyof({ counted: null, unknown: null }), 'unknown'),
  },
  'Verified',
);
export type Verified = t.TypeOf<typeof Verified>;
