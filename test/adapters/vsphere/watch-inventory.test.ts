import fc from 'fast-check';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../adapters/vsphere/read-inventory.js';
import { type VsphereFault, vsphereFault } from '../../../adapters/vsphere/vsphere-fault.js';
import { type Round, readOnce, type Watching, watchInventory } from '../../../adapters/vsphere/watch-inventory.js';

const READING: Reading = { observation: { instance: 'i1', product: 'p', clusters: [], hosts: [] }, boots: [] };
const GONE = vsphereFault('Unreachable', 'ECONNREFUSED');
const LOCKED = vsphereFault('LoginRefused', 'InvalidLogin');
const REFUSED = { code: 'Unauthenticated' };

/** What each round meets, in order: a reading that is taken, a fault of the server's, or an authority that does not take it. */
type Met = 'read' | 'untaken' | VsphereFault;

interface Watched {
  readonly rounds: ReadonlyArray<Round>;
  /** Seconds. */
  readonly pauses: ReadonlyArray<number>;
  readonly blind: ReadonlyArray<readonly [reason: string, since: string]>;
  readonly recorded: number;
}

/** The clock moves by what is slept and by nothing else. */
const watch = async (met: ReadonlyArray<Met>, interval = 60, random = 0.5): Promise<Watched> => {
  const [rounds, pauses, blind]: [Array<Round>, Array<number>, Array<readonly [string, string]>] = [[], [], []];
  let [millis, recorded] = [0, 0];
  const current = (): Met | undefined => met[rounds.length];
  const watching: Watching<{ readonly code: string }> = {
    now: () => new Date(millis).toISOString(),
    read: () => {
      const now = current();
      return typeof now === 'object' ? TE.left(now)() : TE.right(READING)();
    },
    record: () => {
      recorded += current() === 'read' ? 1 : 0;
      return current() === 'untaken' ? TE.left(REFUSED) : TE.right(3);
    },
    reportBlind: (reason, since) => {
      blind.push([reason, since]);
      return TE.right(undefined);
    },
  };
  await watchInventory(watching, {
    intervalMilliseconds: interval * 1_000,
    random: () => random,
    isOver: () => rounds.length >= met.length,
    onRound: (round, pause) => {
      rounds.push(round);
      pauses.push(pause / 1_000);
    },
    sleep: (pause) => {
      millis += pause;
      return Promise.resolve();
    },
  });
  return { rounds, pauses, blind, recorded };
};

const times = <A>(many: number, what: A): ReadonlyArray<A> => Array.from({ length: many }, () => what);

describe('a watcher', () => {
  it('reads once for each interval, give or take a tenth', async () => {
    const { rounds, pauses } = await watch(times(3, 'read'));
    expect(rounds).toEqual(times(3, { _tag: 'Recorded', changes: 3, hosts: 0 }));
    expect(pauses).toEqual([60, 60, 60]);
    expect((await watch(['read'], 60, 0)).pauses).toEqual([54]);
    expect((await watch(['read'], 60, 0.999)).pauses[0]).toBeCloseTo(66, 0);
  });

  it('doubles its pause after each failure, up to five minutes, and begins anew after a reading', async () => {
    const { pauses } = await watch([...times(10, GONE), 'read', GONE]);
    expect(pauses.slice(0, 10)).toEqual([1.5, 3, 6, 12, 24, 48, 96, 192, 225, 225]);
    expect(pauses.slice(10)).toEqual([60, 1.5]);
  });

  it('never waits longer than five minutes or its interval, nor less than a second, whatever failed', async () => {
    const met = fc.array(fc.constantFrom<Met>('read', 'untaken', GONE, LOCKED), { minLength: 1, maxLength: 60 });
    const random = fc.double({ min: 0, max: 0.999, noNaN: true });
    await fc.assert(
      fc.asyncProperty(met, fc.integer({ min: 10, max: 86_400 }), random, async (all, interval, chance) => {
        const { pauses } = await watch(all, interval, chance);
        expect(Math.max(...pauses)).toBeLessThanOrEqual(Math.max(300, interval * 1.1));
        expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  it('waits five minutes after a refused login, so that no account is locked by it, and says at once that it is blind', async () => {
    const { pauses, blind } = await watch([LOCKED, LOCKED]);
    expect(pauses).toEqual([300, 300]);
    expect(blind[0]).toEqual(['LoginRefused', '1970-01-01T00:00:00.000Z']);
  });

  it('says that it is blind from the third failure on, since the first of them', async () => {
    expect((await watch([GONE, GONE, 'read', GONE, GONE])).blind).toEqual([]);
    const { blind } = await watch(['read', GONE, GONE, GONE]);
    expect(blind).toEqual([['Unreachable', '1970-01-01T00:01:00.000Z']]);
  });

  it('comes back with what it saw when the authority did not take it', async () => {
    const { rounds, pauses, blind, recorded } = await watch(['untaken', 'untaken', 'untaken', 'untaken', 'read']);
    expect(rounds.slice(0, 4)).toEqual(times(4, { _tag: 'AuthorityFailed', code: 'Unauthenticated' }));
    expect(pauses).toEqual([1.5, 3, 6, 12, 60]);
    expect([blind, recorded]).toEqual([[], 1]);
  });

  it('says that the authority did not take its blindness, and says it again', async () => {
    let told = 0;
    const watching: Watching<{ readonly code: string }> = {
      now: () => '2026-12-01T00:00:00.000Z',
      read: TE.left(GONE),
      record: () => TE.right(0),
      reportBlind: () => () => {
        told += 1;
        return TE.left(REFUSED)();
      },
    };
    expect(await readOnce(watching)).toEqual({ _tag: 'AuthorityFailed', code: 'Unauthenticated' });
    expect(told).toBe(1);
  });
});
