import { millisOf } from '../encoding/instant.js';

/** What deciding about a cosigned checkpoint takes: over how many entries it is, and when its quorum was complete. */
export interface KeptCheckpoint {
  readonly size: number;
  readonly at: string;
}

const HOUR_MS = 3_600_000;
const MOST_KEPT = 10_000;

const covers = (before: number, { size }: Pick<KeptCheckpoint, 'size'>, change: number): boolean =>
  change >= before && change < size;

/**
 * One an hour is kept, and the first one behind each change of keys (their indexes), so that what an ended key signed is
 * covered at once. A witness's clock that jumped ahead and back must not end the keeping: any hour between counts.
 */
export const isWorthKeeping = (
  last: KeptCheckpoint | undefined,
  next: KeptCheckpoint,
  changes: ReadonlyArray<number>,
): boolean => {
  if (last === undefined) return true;
  if (next.size <= last.size) return false;
  return (
    Math.abs(millisOf(next.at) - millisOf(last.at)) >= HOUR_MS ||
    changes.some((change) => covers(last.size, next, change))
  );
};

/** Too many: of the older half every second one goes, but none that is the first behind a change of keys. */
export const thinned = <A extends Pick<KeptCheckpoint, 'size'>>(
  kept: ReadonlyArray<A>,
  changes: ReadonlyArray<number>,
  most = MOST_KEPT,
): ReadonlyArray<A> => {
  if (kept.length <= most) return kept;
  const half = Math.floor(kept.length / 2);
  return kept.filter((each, i) => {
    const before = kept[i - 1]?.size ?? 0;
    return i >= half || i % 2 === 0 || changes.some((change) => covers(before, each, change));
  });
};
