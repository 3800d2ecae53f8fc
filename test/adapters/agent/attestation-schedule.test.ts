import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { untilNextAttestation } from '../../../adapters/agent/attestation-schedule.js';
import { untilRetry } from '../../../adapters/net/back-off.js';

const scheduleOf = (intervalSeconds: number, chance: number) => ({
  intervalMilliseconds: intervalSeconds * 1_000,
  random: () => chance,
});
const chances = fc.double({ min: 0, max: 0.999999, noNaN: true });
const intervals = fc.integer({ min: 1, max: 86_400 });

describe('the schedule of attestations', () => {
  it('spreads the interval by at most a tenth to either side', () => {
    fc.assert(
      fc.property(intervals, chances, (interval, chance) => {
        const wait = untilNextAttestation(scheduleOf(interval, chance), undefined);
        expect(wait).toBeGreaterThanOrEqual(Math.max(1_000, interval * 900));
        expect(wait).toBeLessThanOrEqual(Math.max(1_000, interval * 1_100));
      }),
    );
  });

  it('attests before the last verdict ends', () => {
    expect(untilNextAttestation(scheduleOf(3_600, 0.5), 600_000)).toBe(480_000);
  });

  it('never hurries below a second, whatever a wrong clock says', () => {
    expect(untilNextAttestation(scheduleOf(60, 0.5), 1)).toBe(1_000);
  });

  it('doubles from one failure to the next, up to five minutes or the interval', () => {
    const waits = [1, 2, 3, 4, 20, 4_000].map((failures) => untilRetry(scheduleOf(60, 0.999999), failures, undefined));
    expect(waits.map((wait) => Math.round(wait / 1_000))).toEqual([2, 4, 8, 16, 300, 300]);
    expect(Math.round(untilRetry(scheduleOf(900, 0.999999), 30, undefined) / 1_000)).toBe(900);
  });

  it('never comes back before the authority wants to see it', () => {
    fc.assert(
      fc.property(
        intervals,
        chances,
        fc.integer({ min: 1, max: 99 }),
        fc.nat(100_000),
        (interval, chance, failures, after) => {
          expect(untilRetry(scheduleOf(interval, chance), failures, after)).toBeGreaterThanOrEqual(after * 1_000);
        },
      ),
    );
  });
});
