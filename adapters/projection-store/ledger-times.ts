import type { Database } from './database.js';
import { timesOf } from './write-batch.js';

/** Which index the ledger had reached at which time. Time here never goes back: it is the latest time of recording so far. */
export interface LedgerTimes {
  /** The last index recorded at or before `time`; -1: the ledger had not begun. */
  readonly indexAt: (time: number) => number;
  /** Undefined for an index that was not folded yet. */
  readonly timeOf: (index: number) => number | undefined;
}

/** Position of the last one that is at most `time`; -1 if there is none. */
const lastAtMost = (times: Float64Array, time: number): number => {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

export const createLedgerTimes = (database: Database): LedgerTimes => {
  const byTime = database.prepare(
    'SELECT first, times FROM times WHERE first_time <= ? ORDER BY first_time DESC, first DESC LIMIT 1',
  );
  const byIndex = database.prepare('SELECT first, times FROM times WHERE first <= ? ORDER BY first DESC LIMIT 1');
  return {
    indexAt: (time) => {
      const row = byTime.get([time]);
      return row === undefined ? -1 : Number(row[0]) + lastAtMost(timesOf(row[1]), time);
    },
    timeOf: (index) => {
      const row = byIndex.get([index]);
      return row === undefined ? undefined : timesOf(row[1])[index - Number(row[0])];
    },
  };
};
