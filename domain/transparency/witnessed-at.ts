import type { Cosignature } from './policy-check.js';
import { meetsQuorum } from './quorum.js';
import type { WitnessPolicy } from './witness-policy.js';

/** When, by the witnesses' own clocks (POSIX seconds), the quorum was complete. Undefined: it is not, or nobody asks for one. */
export const witnessedAt = (
  { quorum }: WitnessPolicy,
  cosignatures: ReadonlyArray<Cosignature>,
): number | undefined => {
  if (quorum._tag === 'None') return undefined;
  const isEnough = (until: number): boolean =>
    meetsQuorum(
      quorum,
      cosignatures.filter(({ time }) => time <= until).map(({ witness }) => witness),
    );
  const times = cosignatures.map(({ time }) => time).sort((a, b) => a - b);
  return times.find(isEnough);
};
