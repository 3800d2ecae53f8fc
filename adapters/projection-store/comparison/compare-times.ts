import { blobOf, type Database, type SqlRow } from '../database.js';
import { timesOf } from '../write-batch.js';
import type { RowFault } from './read-model-fault.js';

/** Which index the ledger had reached at which time, against the entries' times. */
export interface TimesComparison {
  readonly take: (first: number, times: Float64Array) => void;
  /** `whole`: nothing more will come. */
  readonly finish: (whole: boolean) => ReadonlyArray<RowFault>;
}

interface KeptTimes {
  readonly first: number;
  readonly times: Float64Array;
}

/** Undefined: no such row is ever written. */
const keptOf = ([first, firstTime, blob]: SqlRow): KeptTimes | undefined => {
  if (typeof first !== 'number' || blobOf(blob).length % Float64Array.BYTES_PER_ELEMENT !== 0) return undefined;
  const times = timesOf(blob);
  return times.length > 0 && times[0] === firstTime ? { first, times } : undefined;
};

/** Only the first difference is told: behind it, every answer to *as of then* may be another one. */
export const compareTimes = (database: Database, where: string): TimesComparison => {
  const rows = database
    .prepare('SELECT first, first_time, times FROM times ORDER BY first')
    .each([])
    [Symbol.iterator]();
  let at: KeptTimes | undefined;
  let fault: RowFault | undefined;
  const differs = (_tag: RowFault['_tag'], index: number): void => {
    fault ??= { _tag, where, table: 'times', model: '', key: '', index };
  };
  const keptAt = (index: number): number | undefined => {
    if (at === undefined || index >= at.first + at.times.length) {
      const next = rows.next();
      at = next.done === true ? undefined : keptOf(next.value);
    }
    return at?.times[index - at.first];
  };
  return {
    take: (first, times) => {
      for (let i = 0; fault === undefined && i < times.length; i++) {
        const kept = keptAt(first + i);
        if (kept !== times[i]) differs(kept === undefined ? 'ReadModelRowMissing' : 'ReadModelRowChanged', first + i);
      }
    },
    finish: (whole) => {
      const more = whole && fault === undefined ? rows.next() : undefined;
      if (more?.done === false) differs('ReadModelRowAdded', Number(more.value[0]));
      return fault === undefined ? [] : [fault];
    },
  };
};
