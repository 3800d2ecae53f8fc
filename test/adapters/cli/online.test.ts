import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../support/authority.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';
import { softwareTpm } from '../../support/software-tpm.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const json = async (...argv: ReadonlyArray<string>) => JSON.parse((await run(...argv, '--json')).out);

describe('sekisho init', () => {
  it('founds an authority that only its owner can read, and shows each token once', async () => {
    const dir = join(temporaryFolder(), 'new');
    const made = await json('init', '--dir', dir);
    expect(made.operators).toHaveLength(4);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of ['keys.json', 'passphrase', 'ledger.db', 'tokens/auditor-1.token']) {
      expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    for (const { token } of made.operators) {
      for (const name of ['ledger.db', 'keys.json']) expect(readFileSync(join(dir, name)).includes(token)).toBe(false);
    }
    const again = await run('init', '--dir', dir);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is not empty')]);
  });

  it('keeps no passphrase that it was given, reads without it and writes only with it', async () => {
    const folder = temporaryFolder();
    const [dir, secret] = [join(folder, 'new'), join(folder, 'secret')];
    writeFileSync(secret, 'a long enough passphrase\n');
    expect(
      (await run('init', '--dir', dir, '--passphrase-file', secret, '--operator', 'eve:trust-administrator')).code,
    ).toBe(0);
    expect((await run('operator', 'list', '--dir', dir)).out).toContain('eve');
    expect((await run('verify', '--dir', dir)).code).toBe(0);
    const locked = await run('host', 'enrol', 'h', '--dir', dir);
    expect([locked.code, locked.err]).toEqual([4, expect.stringContaining('passphrase')]);
    expect((await run('host', 'enrol', 'h', '--dir', dir, '--passphrase-file', secret)).code).toBe(0);
    writeFileSync(secret, 'another passphrase\n');
    expect((await run('host', 'enrol', 'i', '--dir', dir, '--passphrase-file', secret)).code).toBe(2);
  });

  it.each([
    ['a role that is none', ['--operator', 'eve:king']],
    ['nobody who could change anything', ['--operator', 'eve:auditor']],
    ['a group that can not name a stream', ['--group', 'a/b']],
  ])('refuses %s, and leaves nothing', async (_, options) => {
    const dir = join(temporaryFolder(), 'new');
    expect((await run('init', '--dir', dir, ...options)).code).toBe(2);
    expect(() => statSync(dir)).toThrow();
  });
});

describe('commands on an authority', () => {
  let authority: HttpAuthority;
  let dir: string;
  const tpm = softwareTpm({ kind: 'rsa', seed: 'online' });

  beforeAll(async () => {
    authority = await openHttpAuthority();
    dir = authority.dir;
    await approvedOverHttp(authority, 'image-1');
    await certifiedOverHttp(authority, 'web-1', tpm);
    await attestOverHttp(authority, 'web-1', tpm);
    await authority.close();
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('show hosts now and then, explain a verdict and tell a history', async () => {
    const { host } = await json('host', 'show', 'web-1', '--dir', dir, '--at', authority.now.at);
    expect(host).toMatchObject({ state: 'trusted', verdict: { image: { version: 'image-1' } } });
    const enrolled = await json('host', 'show', 'web-1', '--dir', dir, '--index', String(host.enrolled.index));
    expect(enrolled.host.state).toBe('enrolled');
    const explained = await run('explain', 'web-1', '--dir', dir);
    expect(explained.out).toMatch(/AFFIRMING[^]*approved by bob/);
    expect((await run('history', 'web-1', '--dir', dir)).out).toMatch(/HostAttested[^]*HostEnrolled/);
    expect((await run('history', '--dir', dir, '--limit', '5')).out).toContain('HostAttested');
    expect((await run('host', 'list', '--dir', dir)).out).toContain('web-1');
  });

  it('take the first operator who may, say so when nobody may, and never approve for the same person', async () => {
    const image = join(temporaryFolder(), 'image.json');
    writeFileSync(image, JSON.stringify(imageOf('image-9')));
    expect((await run('base-image', 'propose', image, '--dir', dir)).code).toBe(0);
    const same = await run('base-image', 'approve', 'image-9', '--dir', dir);
    expect([same.code, same.err]).toEqual([3, expect.stringContaining('--as')]);
    expect((await run('base-image', 'approve', 'image-9', '--dir', dir, '--as', 'arthur')).code).toBe(3);
    const review = await run('base-image', 'review', 'image-9', '--dir', dir, '--against', 'image-1');
    expect(review.out).toContain('--digest');
    expect((await run('base-image', 'approve', 'image-9', '--dir', dir, '--as', 'bob')).code).toBe(0);
    expect((await run('base-image', 'withdraw', 'image-9', '--dir', dir, '--reason', 'test')).code).toBe(0);
    expect((await run('base-image', 'approve', 'image-9', '--dir', dir, '--as', 'nobody')).code).toBe(2);
  });

  it('set single rules of the policy', async () => {
    expect((await run('policy', 'set', '--set', 'tokenLifetimeSeconds=60', '--dir', dir)).code).toBe(0);
    expect((await json('policy', 'show', '--dir', dir)).policy.tokenLifetimeSeconds).toBe(60);
    const wrong = await run('policy', 'set', '--set', 'tokenLifetimeSeconds=soon', '--dir', dir);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('tokenLifetimeSeconds')]);
  });

  it('make all verdicts again, and find the ledger whole', async () => {
    expect(await run('replay', '--dir', dir)).toMatchObject({
      code: 0,
      out: expect.stringContaining('came out the same'),
    });
    expect(await run('verify', '--dir', dir)).toMatchObject({ code: 0, out: expect.stringContaining('are whole') });
  });

  it('answer an unknown host with 3 and a folder without an authority with 4', async () => {
    expect((await run('host', 'show', 'nobody', '--dir', dir)).code).toBe(3);
    const none = await run('host', 'list', '--dir', join(temporaryFolder(), 'none'));
    expect([none.code, none.err]).toEqual([4, expect.stringContaining('sekisho init')]);
    expect((await run('host', 'list', '--url', 'http://127.0.0.1:9')).code).toBe(4);
    expect((await run('host', 'list', '--url', 'ftp://x')).code).toBe(2);
  });

  it('name the entry when one stored byte was edited, in a copy that has no secrets', async () => {
    const copy = join(temporaryFolder(), 'copy');
    mkdirSync(copy, { mode: 0o700 });
    for (const name of ['ledger.db', 'ledger.db.head', 'keys.json']) copyFileSync(join(dir, name), join(copy, name));
    const bytes = readFileSync(join(copy, 'ledger.db'));
    const at = bytes.indexOf('"verdict":"affirming"');
    expect(at).toBeGreaterThan(0);
    bytes[at + 11] = 'b'.charCodeAt(0);
    writeFileSync(join(copy, 'ledger.db'), bytes);
    const { code, out } = await run('verify', '--dir', copy, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out).faults[0]).toMatchObject({ stream: 'host/web-1', index: expect.any(Number) });
    const shown = await run('host', 'list', '--dir', copy);
    expect([shown.code, shown.out]).toEqual([4, '']);
  });

  it('notice that entries were cut off at the end', async () => {
    const copy = join(temporaryFolder(), 'copy');
    mkdirSync(copy, { mode: 0o700 });
    for (const name of ['ledger.db', 'ledger.db.head', 'keys.json']) copyFileSync(join(dir, name), join(copy, name));
    const { default: Libsql } = await import('libsql');
    const database = new Libsql(join(copy, 'ledger.db'));
    database.exec('DELETE FROM entries WHERE idx = (SELECT max(idx) FROM entries)');
    database.close();
    const { code, out } = await run('verify', '--dir', copy, '--json');
    expect([code, JSON.parse(out).faults.map(({ rule }: { rule: string }) => rule)]).toEqual([1, ['StoreTruncated']]);
  });
});
