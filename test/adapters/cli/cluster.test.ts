import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttpAuthority } from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';

let dir: string;

beforeAll(async () => {
  const authority = await openHttpAuthority();
  ({ dir } = authority);
  await authority.close();
});
afterAll(() => rmSync(dirname(dir), { recursive: true, force: true }));

const cluster = (...args: ReadonlyArray<string>) => run('cluster', ...args, '--dir', dir);
const described = async (): Promise<unknown> => {
  const { displayName, site } = JSON.parse((await cluster('show', 'east', '--json')).out).cluster;
  return [displayName, site];
};

describe('cluster set', () => {
  it('changes what is named and leaves the rest', async () => {
    expect((await cluster('register', 'east', '--kind', 'trusted', '--site', 'East')).code).toBe(0);
    expect(await cluster('set', 'east', '--display-name', 'Payroll')).toMatchObject({ code: 0, err: '' });
    expect(await described()).toEqual(['Payroll', 'East']);
    expect((await cluster('set', 'east', '--site', 'West', '--no-display-name')).code).toBe(0);
    expect(await described()).toEqual([null, 'West']);
    expect((await cluster('set', 'east', '--no-site')).code).toBe(0);
    expect(await described()).toEqual([null, null]);
  });

  it('says so where nothing is changed', async () => {
    const { code, err } = await cluster('set', 'east');
    expect([code, err]).toEqual([3, expect.stringContaining('already')]);
  });
});

describe('cluster drift --history', () => {
  it('shows what changed, when, by which entry and how, and what there is below a page', async () => {
    expect((await run('host', 'enrol', 'h1', '--dir', dir)).code).toBe(0);
    for (const verb of ['add-host', 'remove-host'])
      expect((await cluster(verb, 'east', 'h1', ...(verb === 'add-host' ? [] : ['--reason', 'r']))).code).toBe(0);
    const { code, out } = await cluster('drift', 'east', '--history');
    expect(code).toBe(0);
    expect(out).toMatch(/HostLeft +h1 +left /);
    expect(out).toMatch(/HostJoined +h1 +joined: NONE \(unknown\) /);
    const [, next] = /--before (\d+)/.exec((await cluster('drift', 'east', '--history', '--limit', '1')).out) ?? [];
    const older = await cluster('drift', 'east', '--history', '--json', '--before', String(next));
    expect(JSON.parse(older.out)).toMatchObject({ transitions: [{ cause: { type: 'HostJoined' } }], nextCursor: null });
  });

  it('says so where nothing changed yet', async () => {
    expect((await cluster('register', 'west', '--kind', 'trusted')).code).toBe(0);
    expect((await cluster('drift', 'west', '--history')).out).toContain('Nothing changed yet.');
  });
});
