import type { HostContext } from '../appraisal/appraiser.js';

type Quoted = NonNullable<HostContext['previous']>;

const sameBoot = (a: Quoted['bootPcrs'], b: Quoted['bootPcrs']): boolean =>
  Object.entries(a).every(([pcr, value]) => (b[pcr] ?? value) === value);

/**
 * Whether a quote can be newer than the one before it from the same TPM: it is of a later boot, or of the same boot with
 * the clock not behind and the boot-time PCRs unchanged (TPM 2.0 Part 1, 36: resetCount, restartCount, clock).
 */
export const followsOn = (previous: Quoted | undefined, next: Quoted): boolean => {
  if (previous === undefined) return true;
  const [was, is] = [previous.clock, next.clock];
  if (is.resetCount !== was.resetCount) return is.resetCount > was.resetCount;
  return (
    is.restartCount >= was.restartCount &&
    BigInt(is.clock) >= BigInt(was.clock) &&
    sameBoot(previous.bootPcrs, next.bootPcrs)
  );
};
