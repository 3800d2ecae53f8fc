import type { Schedule } from '../net/back-off.js';

const SHORTEST_MILLISECONDS = 1_000;

/** After a verdict: the interval, give or take a tenth, but while a fifth of the verdict's life is left. */
export const untilNextAttestation = (schedule: Schedule, millisecondsOfTrustLeft: number | undefined): number => {
  const regular = schedule.intervalMilliseconds * (0.9 + 0.2 * schedule.random());
  const latest = millisecondsOfTrustLeft === undefined ? regular : 0.8 * millisecondsOfTrustLeft;
  return Math.max(SHORTEST_MILLISECONDS, Math.min(regular, latest));
};
