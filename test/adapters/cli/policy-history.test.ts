import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../support/run-cli.js';
import { folderForAll } from '../../support/temporary-folder.js';

const folder = folderForAll();
let dir: string;
const ask = (...argv: ReadonlyArray<string>) => run(...argv, '--dir', dir);

beforeAll(async () => {
  dir = join(folder(), 'gate');
  expect((await run('init', '--dir', dir, '--name', 'Gate')).code).toBe(0);
  expect((await ask('policy', 'set', '--set', 'evidenceMaxAgeSeconds=60', 'modelListMaxAgeDays=90')).code).toBe(0);
});

describe('sekisho policy', () => {
  it('history tells who set which rule, and when', async () => {
    const { code, out } = await ask('policy', 'history');
    expect([code, out]).toEqual([0, expect.stringMatching(/set by trust-admin-1 at .+, entry \d+/)]);
    expect(out).toMatch(/evidenceMaxAgeSeconds +3600 +60/);
    expect(out).toMatch(/modelListMaxAgeDays +\(no such rule\) +90/);
  });

  it('diff compares two moments', async () => {
    expect((await ask('policy', 'diff', '0')).out).toMatch(
      /Before: the built-in policy[^]*evidenceMaxAgeSeconds +3600 +60/,
    );
    const { policies } = JSON.parse((await ask('policy', 'history', '--json')).out);
    const same = await ask('policy', 'diff', String(policies[0].changed.index));
    expect([same.code, same.out]).toEqual([0, expect.stringContaining('No rule differs.')]);
    expect((await ask('policy', 'diff', 'yesterday')).code).toBe(2);
  });
});

describe('sekisho tpm-model stale', () => {
  it('fails where a model has to be looked up again, and not before', async () => {
    expect(await ask('tpm-model', 'stale')).toMatchObject({ code: 0, out: expect.stringContaining('90 days') });
    const model = ['tpm-model', 'add', 'IFX', 'SLB9672', '--firmware', '16.10'];
    await ask(...model, '--as-of', '2020-01-01T00:00:00.000Z');
    const stale = await ask('tpm-model', 'stale');
    expect([stale.code, stale.out]).toEqual([1, expect.stringMatching(/SLB9672.+2020-01-01 00:00:00 UTC STALE/)]);
    expect((await ask('tpm-model', 'list')).out).toContain('look them up again');
    expect((await ask(...model)).code).toBe(0);
    expect((await ask('tpm-model', 'stale')).code).toBe(0);
  });
});
