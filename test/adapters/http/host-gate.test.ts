import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBuckets } from '../../../adapters/caches/token-bucket.js';
import { makeHostGate } from '../../../adapters/http/host-gate.js';

const limits = {
  perAddress: { rate: 1, burst: 5 },
  refusedPerAddressAndHost: { rate: 1, burst: 2 },
  refusedPerHost: { rate: 1, burst: 3 },
};

const gateAt = () => {
  const now = { ms: 0 };
  return { now, gate: makeHostGate(limits, () => now.ms) };
};

describe('the gate for hosts', () => {
  it('lets an address in up to its burst, and again as time passes', () => {
    const { gate, now } = gateAt();
    for (let i = 0; i < 5; i++) expect(gate.enter('a')).toBe(0);
    expect(gate.enter('a')).toBeGreaterThan(0);
    expect(gate.enter('b')).toBe(0);
    now.ms = 1000;
    expect([gate.enter('a'), gate.enter('a') > 0]).toEqual([0, true]);
  });

  it('stops an address that is wrong about a host again and again, for that host only', () => {
    const { gate } = gateAt();
    for (let i = 0; i < 2; i++) gate.refused('a', 'web-1');
    expect(gate.speakFor('a', 'web-1')).toBeGreaterThan(0);
    expect(gate.speakFor('a', 'web-2')).toBe(0);
    expect(gate.speakFor('b', 'web-1')).toBe(0);
  });

  it('hears only known addresses about a host under siege, so that strangers can not lock it out', () => {
    const { gate } = gateAt();
    gate.believed('home', 'web-1');
    for (let i = 0; i < 10; i++) gate.refused(`stranger-${String(i)}`, 'web-1');
    expect(gate.speakFor('stranger-99', 'web-1')).toBeGreaterThan(0);
    expect(gate.speakFor('home', 'web-1')).toBe(0);
  });

  it('charges nothing for evidence that is believed', () => {
    const { gate } = gateAt();
    for (let i = 0; i < 100; i++) {
      expect(gate.speakFor('home', 'web-1')).toBe(0);
      gate.believed('home', 'web-1');
    }
  });
});

describe('token buckets', () => {
  it('never remember more keys than they may, whatever keys come', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 200 }), (keys) => {
        const buckets = makeBuckets({ rate: 1, burst: 1 }, 10);
        for (const [at, key] of keys.entries()) buckets.take(key, at);
        return buckets.size() <= 10;
      }),
    );
  });

  it('never let more through than burst and rate allow', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 300 }), (gaps) => {
        const buckets = makeBuckets({ rate: 2, burst: 3 }, 10);
        let [at, taken] = [0, 0];
        for (const gap of gaps) {
          at += gap;
          if (buckets.take('k', at) === 0) taken += 1;
        }
        return taken <= 3 + (at / 1000) * 2 + 1e-6;
      }),
    );
  });
});
