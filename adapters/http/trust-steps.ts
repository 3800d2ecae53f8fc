import { setImmediate as nextTurn } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Memo } from '../../domain/appraisal/appraiser.js';
import { instantOf } from '../../domain/encoding/instant.js';
import type { StoreError } from '../../domain/ports.js';
import { countStates, hostsAt, type StateCounts } from '../../projections/host-trust-at.js';
import type { HostTrustRows } from '../../projections/host-trust-row.js';
import type { ReadApi } from './api.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 364].map((n) => n * DAY),
];

export interface Grid {
  readonly every: number;
  /** In milliseconds; the last one is the end itself. */
  readonly times: ReadonlyArray<number>;
}

/** Times on round numbers, so that who asks again a little later asks for the same ones. */
export const gridOf = (from: number, to: number, most: number): Grid => {
  const every =
    UNITS.find((unit) => (to - from) / unit <= most) ?? Math.ceil((to - from) / most / (364 * DAY)) * 364 * DAY;
  const times: Array<number> = [];
  for (let time = (Math.floor(from / every) + 1) * every; time < to; time += every) times.push(time);
  return { every, times: [...times, to] };
};

export interface Step {
  readonly time: string;
  readonly index: number;
  readonly counts: StateCounts;
}

/** So many rows are read for one picture at most: of many hosts it has fewer steps. */
const MOST_ROWS = 60_000;
const FEWEST_STEPS = 12;

export const stepsFor = (hosts: number, wanted: number): number =>
  Math.max(FEWEST_STEPS, Math.min(wanted, Math.floor(MOST_ROWS / Math.max(1, hosts))));

/** Whose counts are asked for: those of one scope are nobody else's. */
export interface Counting {
  readonly scope: string;
  readonly contains: (host: string) => boolean;
  readonly known: Memo<StateCounts>;
}

/** What lies before the last entry that there is never changes: it is counted once. */
const isPast = ({ reads }: ReadApi, time: number): boolean => {
  const last = reads.timeOf(reads.index());
  return last !== undefined && time < last;
};

type Held = { readonly index: number; readonly rows: HostTrustRows } | undefined;

const rowsFor = (api: ReadApi, held: Held, index: number): E.Either<StoreError, HostTrustRows> =>
  held?.index === index ? E.right(held.rows) : api.reads.hostTrust.rowsAt(index);

/** One after the other, and others get their turn between two of them. Where nothing was recorded, nothing is read again. */
export const trustSteps =
  (
    api: ReadApi,
    { scope, contains, known }: Counting,
    { times }: Grid,
  ): TE.TaskEither<StoreError, ReadonlyArray<Step>> =>
  async () => {
    const steps: Array<Step> = [];
    let held: Held;
    for (const millis of times) {
      const [time, index] = [instantOf(millis), api.reads.indexAt(millis)];
      const key = `${scope} ${time}`;
      const past = isPast(api, millis) ? known.get(key) : undefined;
      if (past !== undefined) {
        steps.push({ time, index, counts: past });
        continue;
      }
      await nextTurn();
      const rows = rowsFor(api, held, index);
      if (E.isLeft(rows)) return rows;
      held = { index, rows: rows.right };
      const counts = pipe(
        hostsAt(rows.right, time).filter(({ row }) => contains(row.host)),
        countStates,
      );
      if (isPast(api, millis)) known.set(key, counts);
      steps.push({ time, index, counts });
    }
    return E.right(steps);
  };
