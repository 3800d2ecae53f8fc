import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { answerKeyRequest } from '../../../adapters/agent/answer-key-request.js';
import { attest } from '../../../adapters/agent/attest.js';
import { makeAttester } from '../../../adapters/agent/make-attester.js';
import { type ReplayedTpm, replayIntoTpm } from '../../lab/replayed-tpm.js';
import {
  buildSekisho,
  type Got,
  PROGRAM,
  type Running,
  sekisho,
  sekishoBytes,
  startSekisho,
} from '../../lab/sekisho.js';
import { makeTpm } from '../../lab/software-tpm.js';
import { right } from '../../support/ledger.js';
import { placesBelow, secretsIn } from '../../support/secret-search.js';
import { requireTools, SOFTWARE_TPM } from '../../support/system-parts.js';

const inProject = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const STEP = { timeout: 600_000 };

// One story, told in order: the built program on both sides, TLS between them, a software TPM on the host's.
describe.runIf(requireTools([...SOFTWARE_TPM, 'openssl']))('a host that asks for keys', () => {
  let folder: string;
  let tpm: ReplayedTpm | undefined;
  let server: Running | undefined;
  let agent: Running | undefined;
  let url: string;

  const file = (name: string): string => join(folder, name);
  const administer = async (...args: ReadonlyArray<string>): Promise<void> => {
    const ended = await sekisho(...args, '--dir', file('authority'));
    expect(ended.code, `${args.join(' ')}: ${ended.out}${ended.err}`).toBe(0);
  };
  const host = (): ReadonlyArray<string> => [
    ...['--url', url, '--host', 'lab-1', '--ca-file', file('tls.pem'), '--state', file('agent')],
    ...['--tcti', tpm?.tcti ?? '', '--event-log', tpm?.eventLogPath ?? ''],
  ];
  /** Every key that a host was given, for the search at the end. */
  const given: Array<Buffer> = [];
  const asking = async (...args: ReadonlyArray<string>): Promise<Got> => {
    const got = await sekishoBytes(['agent', 'key', ...args]);
    if (got.key.length > 0) given.push(got.key);
    return got;
  };
  const key = (...args: ReadonlyArray<string>): Promise<Got> => asking(...args, ...host());
  const local = (...args: ReadonlyArray<string>): Promise<Got> => asking(...args, '--socket', file('agent.sock'));
  const idOf = (ciphertext: string): string =>
    createHash('sha256')
      .update(readFileSync(file(ciphertext)))
      .digest('hex');

  const trusted = async (): Promise<void> => {
    const made = await makeTpm(file('tpm'));
    const { eventLog } = JSON.parse(
      await readFile(inProject('test/vectors/evidence/linux-secure-boot-rsassa.json'), 'utf8'),
    ) as { readonly eventLog: string };
    tpm = await replayIntoTpm(made, Buffer.from(eventLog, 'base64'));
    await writeFile(file('maker.pem'), made.ekIssuers.join('\n'));
    const where = ['--tcti', tpm.tcti, '--event-log', tpm.eventLogPath, '--ek-issuers', file('maker.pem')];
    const collected = await sekisho('agent', 'evidence', file('evidence.json'), ...where);
    expect(collected).toMatchObject({ code: 0, err: '' });
    const image = ['--version', 'lab', '--out', file('image.json')];
    // Affirming by itself, so no warning: its quote, registers, log and certificates belong together.
    const imaged = await sekisho('base-image', 'from-evidence', file('evidence.json'), ...image);
    expect(imaged).toMatchObject({ code: 0, err: '' });
    await administer('base-image', 'propose', file('image.json'), '--as', 'trust-admin-1');
    await administer('base-image', 'approve', 'lab', '--as', 'trust-admin-2');
    await administer('tpm-ca', 'trust', 'lab-maker', file('maker.pem'));
    await administer('host', 'enrol', 'lab-1');
    await administer('key-provider', 'create', 'local');
    await administer('key-provider', 'primary-key', 'local', '--create', 'first');
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sekisho-agent-keys-'));
    await buildSekisho();
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const certificate = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('tls.key')];
    execFileSync('openssl', ['req', '-x509', ...certificate, ...names, '-out', file('tls.pem')], { stdio: 'ignore' });
    vi.stubEnv('NODE_EXTRA_CA_CERTS', file('tls.pem'));
    await mkdir(file('temporary'));
    vi.stubEnv('TMPDIR', file('temporary'));
    await administer('init', '--name', 'Lab');
    const tls = ['--tls-cert', file('tls.pem'), '--tls-key', file('tls.key')];
    server = startSekisho('serve', '--dir', file('authority'), '--port', '0', '--log-level', 'warn', ...tls);
    await server.says('End it with');
    url = / on (https:\S+) /.exec(server.out())?.[1] ?? '';
    await trusted();
  }, STEP.timeout);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await agent?.stop();
    await server?.stop();
    await tpm?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('attests and gets a key, and the same key again by its ciphertext', STEP, async () => {
    const made = await key('get', 'local', file('data.kek'));
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.key).toHaveLength(32);
    expect((await stat(file('data.kek'))).mode & 0o777).toBe(0o600);
    const again = await key('unwrap', 'local', file('data.kek'));
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.key.equals(made.key)).toBe(true);
  });

  it('gets it by way of a key in its TPM, bound to what it booted', STEP, async () => {
    const inMemory = await key('unwrap', 'local', file('data.kek'));
    const unbound = await key('unwrap', 'local', file('data.kek'), '--tpm');
    expect(unbound).toMatchObject({ code: 0, err: '' });
    const bound = await key('unwrap', 'local', file('data.kek'), '--pcrs', '0,2,7');
    expect(bound).toMatchObject({ code: 0, err: '' });
    expect([unbound.key, bound.key].every((each) => each.equals(inMemory.key))).toBe(true);
  });

  it.runIf(requireTools(['cryptsetup']))('opens an encrypted disk with it, and with no other key', STEP, async () => {
    await writeFile(file('disk'), Buffer.alloc(20 * 1024 * 1024));
    const piped = async (operation: string, ciphertext: string, disk: string): Promise<number | null> => {
      const words = [operation, 'local', file(ciphertext), ...host()];
      const command = [process.execPath, PROGRAM, 'agent', 'key', ...words];
      const child = spawn('sh', ['-c', `"$@" | cryptsetup ${disk} --key-file=- ${file('disk')}`, 'sh', ...command]);
      return ((await once(child, 'close')) as [number | null])[0];
    };
    const format = 'luksFormat --type luks2 --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000';
    expect(await piped('get', 'disk.kek', format)).toBe(0);
    expect(await piped('unwrap', 'disk.kek', 'open --test-passphrase')).toBe(0);
    expect(await piped('unwrap', 'data.kek', 'open --test-passphrase')).toBe(2);
  });

  it('wraps a key that it brings, and gets that one back', STEP, async () => {
    const own = Buffer.from('a key of its own, of another age');
    given.push(own);
    const wrapped = await sekishoBytes(['agent', 'key', 'wrap', 'local', file('own.kek'), ...host()], own);
    expect(wrapped).toMatchObject({ code: 0, err: '' });
    expect(wrapped.key.toString().trim()).toBe(idOf('own.kek'));
    expect((await key('unwrap', 'local', file('own.kek'))).key.equals(own)).toBe(true);
  });

  it('has a key wrapped anew by the next primary key, and gets it from both ciphertexts', STEP, async () => {
    await administer('key-provider', 'primary-key', 'local', '--create', 'next');
    const anew = await sekisho('agent', 'key', 'rekey', 'local', file('data.kek'), file('next.kek'), ...host());
    expect(anew).toMatchObject({ code: 0, err: '', out: `${idOf('next.kek')}\n` });
    expect(idOf('next.kek')).not.toBe(idOf('data.kek'));
    const [before, after] = [
      await key('unwrap', 'local', file('data.kek')),
      await key('unwrap', 'local', file('next.kek')),
    ];
    expect(before.key).toHaveLength(32);
    expect(after.key.equals(before.key)).toBe(true);
  });

  it('stays where it is when told so, and else moves to where a remediation of its cluster says', STEP, async () => {
    const { hostname, port } = new URL(url);
    const at = { hostname, port: Number(port), group: 'lab', trustedCa: [file('tls.pem')] };
    const services = ['attestation', 'key-provider'].map((kind) => ({ kind, ...at }));
    const gate = { id: 'gate', kind: 'authority', enabled: true, services };
    const east = { id: 'east', kind: 'trusted', uses: { from: 'gate' }, hosts: ['lab-1'] };
    await writeFile(file('site.json'), JSON.stringify({ site: 1, clusters: [gate, east] }));
    await administer('apply', '-f', file('site.json'));
    const drift = async (): Promise<unknown> =>
      JSON.parse((await sekisho('cluster', 'drift', 'east', '--json', '--dir', file('authority'))).out);
    expect(await sekisho('agent', '--once', ...host())).toMatchObject({ code: 0 });
    expect(await drift()).toMatchObject({ health: 'ERROR', hosts: [{ host: 'lab-1', by: 'host' }] });
    await administer('cluster', 'remediate', 'east');
    const kept = await sekisho('agent', '--once', '--keep-services', ...host());
    expect(kept).toMatchObject({ code: 0 });
    expect(kept.out).toContain('"told to use other services"');
    expect(kept.out).not.toContain('"services applied"');
    agent = startSekisho('agent', '--interval', '3600', ...host());
    await agent.says('"services applied"');
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(await drift()).toMatchObject({ health: 'OK', hosts: [{ host: 'lab-1', by: 'host' }] });
    expect(await key('unwrap', 'local', file('data.kek'))).toMatchObject({ code: 0 });
  });

  it('never writes a key to a file, and never over a ciphertext', STEP, async () => {
    const command = [process.execPath, PROGRAM, 'agent', 'key', 'unwrap', 'local'];
    const shell = `"$@" > ${file('leak')}`;
    const child = spawn('sh', ['-c', shell, 'sh', ...command, file('data.kek'), ...host()]);
    expect(((await once(child, 'close')) as [number])[0]).toBe(2);
    expect((await stat(file('leak'))).size).toBe(0);
    const before = await readFile(file('data.kek'));
    expect(await key('get', 'local', file('data.kek'))).toMatchObject({ code: 2, key: Buffer.alloc(0) });
    expect((await readFile(file('data.kek'))).equals(before)).toBe(true);
  });

  it('serves local programs while it runs, at a socket for its user alone', STEP, async () => {
    const hook = `echo "$SEKISHO_HOST $SEKISHO_REASONS $SEKISHO_KEYS" >> ${file('hook')}`;
    const how = ['--socket', file('agent.sock'), '--on-revoked', hook, '--interval', '3600'];
    agent = startSekisho('agent', ...how, ...host());
    await agent.says('"attested"');
    expect((await stat(file('agent.sock'))).mode & 0o777).toBe(0o600);
    const made = await local('get', 'local', file('more.kek'), '--bytes', '64');
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.key).toHaveLength(64);
    expect((await local('unwrap', 'local', file('more.kek'), '--pcrs', '7')).key.equals(made.key)).toBe(true);
    expect(await local('unwrap', 'nothing', file('more.kek'))).toMatchObject({ code: 3 });
  });

  it('hears at once that a key was revoked, and gets it no more', STEP, async () => {
    const id = idOf('more.kek');
    await administer('key', 'revoke', id, '--reason', 'the disk was sold');
    await agent?.says('hook ended');
    expect((await readFile(file('hook'), 'utf8')).trim()).toBe(`lab-1  ${id}`);
    const refused = await local('unwrap', 'local', file('more.kek'));
    expect(refused).toMatchObject({ code: 3, key: Buffer.alloc(0) });
    expect(refused.err).toContain('KeyRevoked');
    expect(await local('unwrap', 'local', file('data.kek'))).toMatchObject({ code: 0 });
  });

  it('loses all at once in quarantine, whatever its token says', STEP, async () => {
    await administer('host', 'quarantine', 'lab-1', '--reason', 'odd traffic');
    await agent?.says('hook ended', 2);
    expect(await readFile(file('hook'), 'utf8')).toMatch(/\nlab-1 HostQuarantined [0-9a-f]{64}\n$/);
    expect(await local('unwrap', 'local', file('data.kek'))).toMatchObject({ code: 3, key: Buffer.alloc(0) });
    const anew = await key('unwrap', 'local', file('data.kek'));
    expect(anew).toMatchObject({ code: 3, key: Buffer.alloc(0) });
    expect(await agent?.stop()).toMatchObject({ code: 0 });
    expect(existsSync(file('agent.sock'))).toBe(false);
  });

  it('leaves no key, token or passphrase in any event, log, database or temporary file', STEP, async () => {
    await administer('host', 'release', 'lab-1', '--reason', 'a false alarm');
    await administer('key-provider', 'primary-key', 'local', '--create', 'second');
    const options = { url, host: 'lab-1', stateFolder: file('agent'), caFile: file('tls.pem') };
    const where = { tcti: tpm?.tcti, eventLogPath: tpm?.eventLogPath };
    const made = right(await makeAttester({ ...options, ...where }, () => undefined)());
    const { access } = right(await attest(made.attester)());
    const ciphertext = (await readFile(file('data.kek'))).toString('base64');
    const asked = { operation: 'unwrap', provider: 'local', ciphertext } as const;
    right(await answerKeyRequest({ ...made, access: access! }, asked)());
    const kept = await readdir(file('authority/tokens'));
    const text = async (name: string): Promise<Buffer> => Buffer.from((await readFile(file(name), 'utf8')).trim());
    const secrets = new Map<string, Uint8Array>([
      ...given.map((each, i) => [`key ${String(i)}`, each] as const),
      ['wrapping key', access!.wrappingKey.secretKey],
      ["host's token", Buffer.from(access!.token)],
      ['passphrase', await text('authority/passphrase')],
    ]);
    for (const name of kept) secrets.set(name, await text(`authority/tokens/${name}`));
    expect(secrets.size).toBeGreaterThan(10);
    // What holds secrets by design: the operator's own files. Everything else is searched while the server runs, so with its WAL.
    const places = placesBelow(folder).filter(([name]) => !/^.authority.(?:tokens.|passphrase$)/.test(name));
    expect(places.some(([name]) => name.endsWith('-wal'))).toBe(true);
    const said = Buffer.from([server, agent].map((each) => each?.out() ?? '').join(''));
    const everything: typeof places = [...places, ['what was printed', said]];
    expect(secretsIn(everything, new Map([['id', Buffer.from(idOf('data.kek'))]]))).not.toEqual([]);
    expect(secretsIn(everything, secrets)).toEqual([]);
  });
});
