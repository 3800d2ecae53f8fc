const SHORTEST_MILLISECONDS = 1_000;
const FIRST_RETRY_MILLISECONDS = 2_000;
const LONGEST_RETRY_MILLISECONDS = 300_000;

export interface Schedule {
  readonly intervalMilliseconds: number;
  /** Uniform in [0, 1): spreads hosts that were switched on together. */
  readonly random: () => number;
}

/** After a verdict: the interval, give or take a tenth, but while a fifth of the verdict's life is left. */
export const untilNextAttestation = (schedule: Schedule, millisecondsOfTrustLeft: number | undefined): number => {
  const regular = schedule.intervalMilliseconds * (0.9 + 0.2 * schedule.random());
  const latest = millisecondsOfTrustLeft === undefined ? regular : 0.8 * millisecondsOfTrustLeft;
  return Math.max(SHORTEST_MILLISECONDS, Math.min(regular, latest));
};

/** After the nth failure in a row (from 1): doubles up to five minutes, half of it random; never before the authority wants. */
export const untilRetry = (schedule: Schedule, failures: number, retryAfterSeconds: number | undefined): number => {
  const doubled = FIRST_RETRY_MILLISECONDS * 2 ** Math.min(failures - 1, 20);
  const longest = Math.max(LONGEST_RETRY_MILLISECONDS, schedule.intervalMilliseconds);
  const backOff = Math.min(doubled, longest) * (0.5 + 0.5 * schedule.random());
  return Math.max(backOff, (retryAfterSeconds ?? 0) * 1_000);
};
