import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { HostContext } from '../../appraiser.js';
import { reason } from '../../reason-codes.js';
import type { QuotedClock, Reason, RuleResult } from '../../result.js';
import { type Fact, judgedWith, notApplicable } from '../rule-result.js';
import type { BelievedQuote } from './quote.js';

const RULE = 'clock-continuity';
const COUNTS = 2 ** 32;

/**
 * For keys outside the endorsement hierarchy a TPM adds a secret constant to its counters (TPM 2.0 Part 1, 36.7), so only their
 * differences modulo 2^32 mean something: less than half the circle is forward.
 */
const stepsFrom = (before: number, now: number): number => (now - before + COUNTS) % COUNTS;

const isBack = (steps: number): boolean => steps >= COUNTS / 2;

export const quotedClockOf = ({ attest }: BelievedQuote): QuotedClock => ({
  resetCount: attest.clockInfo.resetCount,
  restartCount: attest.clockInfo.restartCount,
  clock: attest.clockInfo.clock.toString(),
  safe: attest.clockInfo.safe,
  firmwareVersion: attest.firmwareVersion.toString(),
});

const counterReasons = (before: QuotedClock, now: QuotedClock): ReadonlyArray<Reason> => {
  const [resets, restarts] = [
    stepsFrom(before.resetCount, now.resetCount),
    stepsFrom(before.restartCount, now.restartCount),
  ];
  if (isBack(resets))
    return [reason('ResetCountWentBack', { expected: String(before.resetCount), actual: String(now.resetCount) })];
  // A reset begins the restart count anew, and an unsafe clock may go back over it.
  if (resets > 0) return [];
  return [
    ...(isBack(restarts)
      ? [reason('RestartCountWentBack', { expected: String(before.restartCount), actual: String(now.restartCount) })]
      : []),
    ...(BigInt(now.clock) < BigInt(before.clock)
      ? [reason('ClockWentBack', { expected: before.clock, actual: now.clock })]
      : []),
  ];
};

type BootPcrs = Readonly<Record<string, string>>;

/** Equal counters with other boot measurements: a clone or a snapshot of the TPM, or a quote of another boot. */
const changedPcrs = (before: BootPcrs, now: BootPcrs): ReadonlyArray<Reason> =>
  Object.entries(now)
    .filter(([key, value]) => before[key] !== undefined && before[key] !== value)
    .map(([key, value]) =>
      reason('PcrsChangedWithoutReset', {
        subject: key,
        pcr: Number(key.split(':')[1]),
        expected: before[key],
        actual: value,
      }),
    );

const sameBoot = (before: QuotedClock, now: QuotedClock): boolean =>
  before.resetCount === now.resetCount && before.restartCount === now.restartCount;

/** `bootPcrs`: empty while no register value is believed; then only the counters are compared. */
export const judgeClock = ({ previous }: HostContext, quote: Fact<BelievedQuote>, bootPcrs: BootPcrs): RuleResult => {
  if (previous === undefined) return notApplicable(RULE, 'no earlier quote of this attestation key is known here');
  return judgedWith(RULE, pipe(quote, E.map(quotedClockOf)), (now) => [
    ...counterReasons(previous.clock, now),
    ...(sameBoot(previous.clock, now) ? changedPcrs(previous.bootPcrs, bootPcrs) : []),
  ]);
};
