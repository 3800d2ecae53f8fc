import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { imageOf } from '../../../support/authority.js';
import { basicConstraints, cn, ecKey, KEY_CERT_SIGN, makeCertificate } from '../../../support/certificate-maker.js';
import { type HttpAuthority, openHttpAuthority } from '../../../support/http-authority.js';
import { pemOf } from '../../../support/pem.js';
import { run } from '../../../support/run-cli.js';
import { folderForAll } from '../../../support/temporary-folder.js';

const certificateOf = (name: string): string => {
  const [key, subject] = [ecKey(), cn(name)];
  return pemOf(makeCertificate({ key, subject, extensions: [basicConstraints(true), KEY_CERT_SIGN] }));
};

const folder = folderForAll();
let dir: string;
let authority: HttpAuthority;

beforeAll(async () => {
  authority = await openHttpAuthority();
  ({ dir } = authority);
  await authority.close();
});
afterAll(() => rmSync(dirname(dir), { recursive: true, force: true }));

const MAKER = certificateOf('Maker');
const SITE = {
  site: 1,
  operators: [
    { subject: 'alice', role: 'trust-administrator' },
    { subject: 'bob', role: 'trust-administrator' },
    { subject: 'wendy', role: 'workload-administrator' },
    { subject: 'kim', role: 'key-administrator' },
    { subject: 'arthur', role: 'auditor' },
    { subject: 'nora', role: 'auditor', scope: ['cluster/east', 'host/h*'] },
  ],
  policy: { evidenceMaxAgeSeconds: 7200 },
  tpmCas: [{ name: 'maker', chain: 'maker.pem' }],
  endorsementKeys: [
    { name: 'key-1', publicKeyDigest: 'a1'.repeat(32) },
    { name: 'key-2', certificate: MAKER },
  ],
  tpmModels: [
    { manufacturer: 'SIM', model: 'M', firmwareVersions: ['1.0'], biosVersions: [], asOf: '2026-11-01T00:00:00.000Z' },
  ],
  baseImages: [{ file: 'image.json' }],
  keyProviders: [
    { id: 'vault', kind: 'software', description: 'of the gate', primaryKey: { create: 'first' } },
    {
      id: 'hsm',
      kind: 'kmip',
      username: 'gate',
      servers: [{ name: 'a', address: '127.0.0.1:9' }],
      credentialFile: 'credential',
      clientCertificate: 'self-signed',
      trustedPeers: [certificateOf('Key server')],
    },
  ],
  hosts: Array.from({ length: 40 }, (_, i) => ({ id: `h${String(i)}`, displayName: `host ${String(i)}` })),
};
type SiteFile = Readonly<Record<string, unknown>>;

const written = (site: SiteFile, name = 'site.yaml'): string => {
  writeFileSync(join(folder(), 'maker.pem'), MAKER);
  writeFileSync(join(folder(), 'image.json'), JSON.stringify(imageOf('next')));
  writeFileSync(join(folder(), 'credential'), 'of the gate and nobody else\n');
  const file = join(folder(), name);
  writeFileSync(file, stringify(site));
  return file;
};

interface Told {
  readonly mark: string;
  readonly kind: string;
  readonly name: string;
  readonly detail: string;
  readonly result?: string;
  readonly code?: string;
}

const on = async (verb: string, site: SiteFile, ...options: ReadonlyArray<string>) => {
  const ran = await run(verb, '-f', written(site), '--dir', dir, '--json', ...options);
  const changes = ran.out === '' ? [] : (JSON.parse(ran.out) as { changes: ReadonlyArray<Told> }).changes;
  return { ...ran, changes };
};
const marked = (changes: ReadonlyArray<Told>, mark: string): ReadonlyArray<string> =>
  changes.filter((each) => each.mark === mark).map(({ kind, name }) => `${kind} ${name}`);
const sizeOf = async (): Promise<number> => JSON.parse((await run('verify', '--dir', dir, '--json')).out).size;

// Each command opens the authority anew, as the program does.
describe('sekisho apply', { timeout: 120_000 }, () => {
  it('plans without changing anything, and says by its exit code that there is something to do', async () => {
    const before = await sizeOf();
    const { code, changes } = await on('plan', SITE);
    expect(code).toBe(1);
    expect(marked(changes, '+')).toEqual(
      expect.arrayContaining(['operator nora', 'tpm-ca maker', 'base-image next', 'key-provider hsm', 'host h39']),
    );
    expect(marked(changes, '~')).toEqual(['policy attestation']);
    expect(changes.find(({ kind }) => kind === 'policy')?.detail).toBe('evidenceMaxAgeSeconds 3600 -> 7200');
    expect((await on('apply', SITE, '--dry-run')).code).toBe(0);
    expect(await sizeOf()).toBe(before);
  });

  it('makes no operator whose token nobody would have', async () => {
    const { code, changes } = await on('apply', { site: 1, operators: SITE.operators });
    expect([code, changes.find(({ name }) => name === 'nora')]).toMatchObject([
      3,
      { result: 'refused', code: 'TokensNowhere' },
    ]);
    expect((await run('operator', 'list', '--dir', dir)).out).not.toContain('nora');
  });

  it('makes what is missing, keeps new tokens in files of their owner, and shows no secret', async () => {
    const tokens = join(folder(), 'tokens');
    const { code, changes, out } = await on('apply', SITE, '--tokens', tokens);
    expect([code, changes.filter(({ result }) => result === 'refused')]).toEqual([0, []]);
    const token = readFileSync(join(tokens, 'nora.token'), 'utf8').trim();
    const secrets = [
      token,
      'of the gate and nobody else',
      Buffer.from('of the gate and nobody else').toString('base64'),
    ];
    for (const secret of secrets) {
      expect(out).not.toContain(secret);
      expect(readFileSync(join(dir, 'ledger.db')).includes(secret)).toBe(false);
    }
    const shown = JSON.parse((await run('key-provider', 'list', '--dir', dir, '--json')).out).keyProviders;
    expect(shown).toMatchObject([
      { provider: 'hsm', settings: { username: 'gate' }, credentialSet: { by: 'alice' }, trustedPeers: [{}] },
      { provider: 'vault', health: 'OK' },
    ]);
  });

  it('finds nothing left to do the second time, but for whoever has to approve', async () => {
    const before = await sizeOf();
    const { code, changes } = await on('apply', SITE);
    expect([code, marked(changes, '+'), marked(changes, '~'), marked(changes, '!')]).toEqual([
      0,
      [],
      [],
      ['base-image next'],
    ]);
    expect(changes.find(({ mark }) => mark === '!')?.detail).toContain('waits for another person');
    expect(await sizeOf()).toBe(before);
    expect((await run('base-image', 'approve', 'next', '--dir', dir, '--as', 'bob')).code).toBe(0);
    const after = await on('plan', SITE);
    expect([after.code, new Set(after.changes.map(({ mark }) => mark))]).toEqual([0, new Set(['='])]);
  });

  it('exports a file that changes nothing where it came from', async () => {
    const file = join(folder(), 'exported.yaml');
    expect((await run('export', '-f', file, '--dir', dir)).code).toBe(0);
    const planned = await run('plan', '-f', file, '--dir', dir, '--json');
    const { changes } = JSON.parse(planned.out) as { changes: ReadonlyArray<Told> };
    expect([planned.code, new Set(changes.map(({ mark }) => mark))]).toEqual([0, new Set(['='])]);
    const again = await run('export', '-f', file, '--dir', dir);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is there already')]);
  });

  it('leaves alone what the file does not have, and takes it away only for a reason', async () => {
    const less = { site: 1, hosts: SITE.hosts.slice(2), endorsementKeys: SITE.endorsementKeys.slice(1) };
    const kept = await on('plan', less);
    expect([kept.code, marked(kept.changes, '?')]).toEqual([0, ['endorsement-key key-1', 'host h0', 'host h1']]);
    const pruned = await on('apply', less, '--prune', 'sold');
    expect([pruned.code, marked(pruned.changes, '-')]).toEqual([0, ['host h0', 'host h1', 'endorsement-key key-1']]);
    const { host } = JSON.parse((await run('host', 'show', 'h0', '--dir', dir, '--json')).out);
    expect(host).toMatchObject({ state: 'retired', retired: { reason: 'sold' } });
    const back = await on('plan', SITE);
    expect(back.changes.find(({ name }) => name === 'h0')).toMatchObject({
      mark: '!',
      detail: expect.stringContaining('retired'),
    });
    expect(marked(back.changes, '+')).toEqual(['endorsement-key key-1']);
    expect((await on('apply', { site: 1, endorsementKeys: SITE.endorsementKeys })).code).toBe(0);
    expect(marked((await on('plan', { site: 1, endorsementKeys: SITE.endorsementKeys })).changes, '=')).toHaveLength(2);
  });

  it('replaces trust only for a reason too, and never re-enrols or renames a host', async () => {
    const other = { site: 1, tpmCas: [{ name: 'maker', chain: certificateOf('Another maker') }] };
    const refused = await on('plan', other);
    expect([refused.code, refused.changes[0]]).toMatchObject([
      0,
      { mark: '!', detail: expect.stringContaining('--prune') },
    ]);
    expect((await on('apply', other, '--prune', 'a new root')).changes[0]).toMatchObject({ mark: '~', result: 'done' });
    const listed = JSON.parse((await run('tpm-ca', 'list', '--dir', dir, '--json')).out).tpmCas;
    expect(listed).toMatchObject([{ name: 'maker', subject: expect.stringContaining('Another maker'), revoked: null }]);
    const renamed = await on('plan', { site: 1, hosts: [{ id: 'h5', displayName: 'other' }] });
    expect([renamed.code, renamed.changes[0]?.mark]).toEqual([0, '!']);
  });

  it('waits where a second person is asked for, and does it once that person approved', async () => {
    const approvals = { operations: ['changePolicy'], lifetimeSeconds: 3600 };
    expect((await on('apply', { site: 1, approvals })).code).toBe(0);
    const longer = { site: 1, policy: { evidenceMaxAgeSeconds: 9000 } };
    const first = await on('apply', longer);
    expect([first.code, first.changes[0]]).toMatchObject([3, { result: 'waiting', code: 'ApprovalPending' }]);
    const [waiting] = JSON.parse((await run('approval', 'list', '--dir', dir, '--json')).out).approvals;
    expect((await run('approval', 'approve', waiting.id, '--dir', dir, '--as', 'bob')).code).toBe(0);
    expect((await on('apply', longer)).changes[0]).toMatchObject({ result: 'done' });
    expect((await on('plan', longer)).code).toBe(0);
  });

  it('goes on past what is refused, and says what and why', async () => {
    const broken = { site: 1, tpmCas: [{ name: 'broken', chain: pemOf(new Uint8Array(9)) }], hosts: [{ id: 'new-1' }] };
    const { code, changes } = await on('apply', broken);
    expect(code).toBe(3);
    expect(changes.find(({ name }) => name === 'broken')).toMatchObject({
      result: 'refused',
      code: 'CertificateUnreadable',
    });
    expect(changes.find(({ name }) => name === 'new-1')).toMatchObject({ result: 'done' });
  });

  it('tells people in a table, shortened where there is much of a kind', async () => {
    const file = written({ site: 1, hosts: Array.from({ length: 60 }, (_, i) => ({ id: `n${String(i)}` })) });
    const { out } = await run('plan', '-f', file, '--dir', dir);
    expect(out).toMatch(/\+ +host +n0\n[^]*\+ +host +and 35 more\n\+ 60 {2}~ 0 {2}- 0 {2}! 0 {2}= 0/);
    expect(out).toContain('not in the file, left as they are');
    expect(existsSync(join(folder(), 'n0'))).toBe(false);
  });
});
