import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';

let authority: HttpAuthority;
let file: string;

beforeAll(async () => {
  authority = await openHttpAuthority();
  await authority.close();
  file = join(authority.dir, 'mine.token');
}, 60_000);
afterAll(() => rmSync(authority.dir, { recursive: true, force: true }));

describe('sekisho token renew', { timeout: 60_000 }, () => {
  it('leaves a token that counts in a file of its owner, shows it nowhere, and ends the one before', async () => {
    const { code, out } = await run('token', 'renew', '--out', file, '--dir', authority.dir, '--as', 'kim');
    const token = readFileSync(file, 'utf8').trim();
    expect([code, statSync(file).mode & 0o777]).toEqual([0, 0o600]);
    expect(out).not.toContain(token);
    expect(token).not.toBe(authority.tokens.get('kim'));
    const old = await run('whoami', '--dir', authority.dir, '--as', 'kim', '--json');
    expect(JSON.parse(old.err)).toMatchObject({ error: { code: 'Unauthenticated' } });
  });

  it('leaves nothing where it was refused', async () => {
    const refused = await run('token', 'renew', '--out', `${file}2`, '--dir', authority.dir, '--as', 'kim');
    expect(refused.code).not.toBe(0);
    expect(() => statSync(`${file}2.new`)).toThrow('ENOENT');
  });
});
