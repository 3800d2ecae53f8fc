const FIRST_RETRY_MILLISECONDS = 2_000;
const LONGEST_RETRY_MILLISECONDS = 300_000;

export interface Schedule {
  readonly intervalMilliseconds: number;
  /** Uniform in [0, 1): spreads hosts that were switched on together. */
  readonly random: () => number;
}

/** After the nth failure in a row (from 1): doubles up to five minutes, half of it random; never before the other side wants. */
export const untilRetry = (schedule: Schedule, failures: number, retryAfterSeconds: number | undefined): number => {
  const doubled = FIRST_RETRY_MILLISECONDS * 2 ** Math.min(failures - 1, 20);
  const longest = Math.max(LONGEST_RETRY_MILLISECONDS, schedule.intervalMilliseconds);
  const backOff = Math.min(doubled, longest) * (0.5 + 0.5 * schedule.random());
  return Math.max(backOff, (retryAfterSeconds ?? 0) * 1_000);
};
