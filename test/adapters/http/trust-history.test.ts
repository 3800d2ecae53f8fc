import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gridOf, stepsFor } from '../../../adapters/http/trust-steps.js';
import { consoleWorld } from '../../support/console-world.js';
import type { HttpAuthority } from '../../support/http-authority.js';

describe('trust through time over HTTP', () => {
  let world: HttpAuthority;
  beforeAll(async () => {
    world = await consoleWorld();
  });
  afterAll(() => world.close());

  const read = async (path: string) => (await world.ask('GET', path, { as: 'wendy' })).json();

  it('says step by step what the list of hosts says of the same moment', async () => {
    const { steps, asOf } = await read('/v1/trust-history?steps=20');
    expect(steps.length).toBeGreaterThan(10);
    for (const { time, index, counts } of steps) {
      const hosts = await read(`/v1/hosts?at=${time}`);
      expect([hosts.asOf.index, hosts.counts]).toEqual([index, counts]);
    }
    expect(steps.at(-1).index).toBe(asOf.index);
    expect(await read('/v1/trust-history?steps=20')).toEqual(await read('/v1/trust-history?steps=20'));
  });

  it('takes a part of the time, and refuses one that ends before it begins', async () => {
    const { from, to, steps } = await read('/v1/trust-history?last=3600');
    expect(Date.parse(to) - Date.parse(from)).toBe(3_600_000);
    expect(steps[0].time > from).toBe(true);
    for (const query of [
      'from=2026-12-01T02:00:00.000Z&to=2026-12-01T01:00:00.000Z',
      'last=60&from=2026-12-01T02:00:00.000Z',
    ])
      expect((await world.ask('GET', `/v1/trust-history?${query}`, { as: 'wendy' })).statusCode).toBe(400);
  });

  it('shows how one host fared, without a gap, and silence as its own time', async () => {
    const { bands } = await read('/v1/hosts/west-03/trust-history');
    expect(bands.map(({ state }: { state: string }) => state)).toEqual(['enrolled', 'certified', 'trusted', 'stale']);
    expect(bands.map(({ index }: { index: number | null }) => index === null)).toEqual([false, false, false, true]);
    for (const [i, band] of bands.slice(1).entries()) expect(band.from).toBe(bands[i].until);
    const put = await read('/v1/hosts/east-03/trust-history');
    expect(put.bands.at(-1).state).toBe('quarantined');
    const past = await read('/v1/hosts/east-03/trust-history?at=2026-12-01T01:00:00.000Z');
    expect(past.bands.at(-1)).toMatchObject({ state: 'trusted', until: '2026-12-01T01:00:00.000Z' });
    expect((await world.ask('GET', '/v1/hosts/nobody/trust-history', { as: 'wendy' })).statusCode).toBe(404);
  });

  it('finds hosts by a part of their names and by their cluster, and counts them whatever their state', async () => {
    const found = await read('/v1/hosts?search=WEST&state=stale');
    expect([found.total, found.hosts.length, found.counts.trusted, found.counts.refused]).toEqual([1, 1, 1, 1]);
    const east = await read('/v1/hosts?cluster=east&limit=2');
    expect([east.total, east.hosts.map(({ cluster }: { cluster: string }) => cluster)]).toEqual([3, ['east', 'east']]);
    expect((await read('/v1/hosts?cluster=east&index=5')).total).toBe(0);
    expect((await read('/v1/hosts?cluster=none')).total).toBe(0);
  });
});

describe('the steps of a picture', () => {
  it('lie on round times and end with the end', () => {
    const from = Date.parse('2026-12-01T00:00:07.000Z');
    const { every, times } = gridOf(from, from + 3_600_000, 60);
    expect(every).toBe(60_000);
    expect(times[0]).toBe(Date.parse('2026-12-01T00:01:00.000Z'));
    expect(times.at(-1)).toBe(from + 3_600_000);
    expect(times.length).toBe(61);
    expect(gridOf(0, 1, 10).times).toEqual([1]);
    expect(gridOf(0, 4e14, 100).times.length).toBeLessThan(102);
  });

  it('are fewer where there are many hosts', () => {
    expect([stepsFor(0, 60), stepsFor(1000, 60), stepsFor(2000, 60), stepsFor(100_000, 60)]).toEqual([60, 60, 30, 12]);
  });
});
