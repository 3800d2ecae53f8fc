import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAD_BOOT } from '../../support/authority.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'rsa', seed: 'bundled' });
const folder = mkdtempSync(join(tmpdir(), 'sekisho-test-'));
const file = join(folder, 'web-1.bundle');
let authority: HttpAuthority;
let vkey: string;

beforeAll(async () => {
  authority = await openHttpAuthority();
  await approvedOverHttp(authority, 'image-1');
  await certifiedOverHttp(authority, 'web-1', tpm);
  await attestOverHttp(authority, 'web-1', tpm);
  await attestOverHttp(authority, 'web-1', tpm, BAD_BOOT);
  await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'web-2' } });
  await authority.close();
  vkey = (await run('ledger', 'vkey', '--dir', authority.dir)).out.trim();
  const made = await run('bundle', '--host', 'web-1', '--dir', authority.dir, '--out', file);
  expect([made.code, made.err]).toEqual([0, '']);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('sekisho bundle and sekisho verify FILE', () => {
  it('prove a host’s events to whoever has the file and the key, and say what is proved and what is not', async () => {
    const { code, out } = await run('verify', file, '--vkey', vkey);
    expect(code).toBe(0);
    for (const line of [
      /^proved {4}The events are genuine$/m,
      /^proved {4}They are in the log$/m,
      /^said {6}Nothing about web-1 was left out \(at any time\)$/m,
      /^proved {4}The verdicts are right by the rules then in force$/m,
      /^not shown Whether others were shown the same log$/m,
      /web-1 +Found trustworthy on its own evidence; it booted image image-1/m,
      /Found NOT trustworthy on its own evidence/m,
    ])
      expect(out).toMatch(line);
  });

  it('answer programs as JSON', async () => {
    const { code, out } = await run('verify', file, '--vkey', vkey, '--json');
    const report = JSON.parse(out);
    expect([code, report.proved, report.faultCount]).toEqual([0, true, 0]);
    expect(report.verdicts.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['same', 'same']);
  });

  it('name the entry in which one byte was changed, with exit code 1', async () => {
    const bundle = JSON.parse(readFileSync(file, 'utf8'));
    const last = bundle.entries.at(-1);
    const bytes = Buffer.from(last.bytes, 'base64');
    const at = bytes.indexOf('"subject":"') + '"subject":"'.length;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    last.bytes = bytes.toString('base64');
    const changed = join(folder, 'changed.bundle');
    writeFileSync(changed, JSON.stringify(bundle));
    const { code, out } = await run('verify', changed, '--vkey', vkey);
    expect(code).toBe(1);
    expect(out).toMatch(/^REFUTED {3}This file proves nothing$/m);
    expect(out).toContain(`entry ${String(last.index)} (host/web-1 revision 3): signature invalid`);
  });

  it('refuse what is no bundle, and a key that is none, with exit code 2', async () => {
    const cut = join(folder, 'cut.bundle');
    writeFileSync(cut, readFileSync(file).subarray(0, -1));
    expect(await run('verify', cut, '--vkey', vkey)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is no bundle'),
    });
    expect(await run('verify', file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('the key of the log is needed'),
    });
    expect((await run('verify', file, '--vkey', 'other.example+00000000+AAAA')).code).toBe(2);
  });

  it('keep periods, and leave evidence out when asked', async () => {
    const bare = join(folder, 'bare.bundle');
    const args = ['--host', 'web-1', '--dir', authority.dir, '--out', bare, '--to', '2026-12-01T00:00:01.500Z'];
    expect((await run('bundle', ...args, '--no-evidence')).code).toBe(0);
    const { code, out } = await run('verify', bare, '--vkey', vkey);
    expect(code).toBe(0);
    expect(out).toMatch(/^proved {4}Nothing about web-1 was left out \(to 2026-12-01T00:00:01\.500Z\)$/m);
    expect(out).toMatch(/^not shown Whether the verdicts are right$/m);
    expect(out).not.toContain('NOT trustworthy');
    expect(readFileSync(bare, 'utf8')).toContain('"blobs":[]');
    const tail = join(folder, 'tail.bundle');
    expect((await run('bundle', '--host', 'web-1', '--dir', authority.dir, '--out', tail, '--tail')).code).toBe(0);
    expect((await run('verify', tail, '--vkey', vkey)).out).toMatch(/^proved {4}Nothing about web-1 was left out/m);
  });

  it('are of no period that ends before it begins', async () => {
    const period = ['--from', '2026-12-02T00:00:00.000Z', '--to', '2026-12-01T00:00:00.000Z'];
    const args = ['bundle', '--host', 'web-1', '--dir', authority.dir, '--out', join(folder, 'backwards')];
    const refused = await run(...args, ...period);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('ends before it begins')]);
    expect(existsSync(join(folder, 'backwards'))).toBe(false);
  });

  it('say in words that the statement about ends was changed', async () => {
    const bundle = JSON.parse(readFileSync(file, 'utf8'));
    bundle.heads.at = '2026-12-02T00:00:00.000Z';
    const changed = join(folder, 'said.bundle');
    writeFileSync(changed, JSON.stringify(bundle));
    const { code, out } = await run('verify', changed, '--vkey', vkey);
    expect([code, out]).toEqual([1, expect.stringContaining('the statement on where streams end was not signed')]);
  });

  it('say that a host is unknown', async () => {
    const none = await run('bundle', '--host', 'nobody', '--dir', authority.dir, '--out', join(folder, 'x'));
    expect(none.code).toBe(3);
  });
});
