import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTtlv } from '../../adapters/kms/kmip/ttlv/write-ttlv.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import { enrolFleet } from '../bench/fleet.js';
import { initAuthority, type ServedAuthority, serveAuthority } from '../bench/served-authority.js';
import {
  PYKMIP_MILLIS,
  type PyKmipSettings,
  pykmipPython,
  type RunningServer,
  requirePython,
  startPyKmip,
} from '../interop/pykmip-server.js';
import { type Asked, type KeyUser, keyUser } from '../support/key-user.js';
import { testCa } from '../support/kmip-certificates.js';
import { startLyingServer } from '../support/lying-kmip-server.js';
import { type Ran, run } from '../support/run-cli.js';
import { placesBelow, secretsIn } from '../support/secret-search.js';
import { built } from '../support/serving.js';

const ca = testCa();
const client = ca.client('sekisho');
const TIMEOUT = 300_000;

interface Signed {
  readonly type: string;
  readonly data: {
    readonly provider?: string;
    readonly fault?: string;
    readonly asked?: { readonly provider: string };
  };
}

/** What no file of the authority may hold, by name. */
const secrets = new Map<string, Uint8Array>([['password', utf8('openoats')]]);
const known = (name: string, { key }: Asked): void => {
  if (key !== undefined) secrets.set(name, key);
};

describe.runIf(requirePython())('a key provider of KMIP servers, from the command line', () => {
  let folder: string;
  let dir: string;
  let authority: ServedAuthority;
  let hosts: ReadonlyArray<KeyUser>;
  const ending: Array<() => Promise<void>> = [];

  const cli = (...argv: ReadonlyArray<string>): Promise<Ran> => run(...argv, '--dir', dir);
  const done = async (...argv: ReadonlyArray<string>): Promise<string> => {
    const { code, out, err } = await cli(...argv);
    expect([argv.join(' '), code, err]).toEqual([argv.join(' '), 0, '']);
    return out;
  };
  const json = async (...argv: ReadonlyArray<string>) => JSON.parse(await done(...argv, '--json'));
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const start = async (settings: Partial<PyKmipSettings> = {}): Promise<RunningServer> => {
    const server = await startPyKmip({ folder, identity: ca.server(), clientCa: ca.certificate, ...settings });
    ending.push(server.kill);
    return server;
  };
  const address = ({ port }: { readonly port: number }): string => `127.0.0.1:${String(port)}`;
  const host = (): KeyUser => hosts[0]!;
  const events = async (provider: string): Promise<ReadonlyArray<{ type: string; data: Record<string, unknown> }>> => {
    const path = `/v1/key-providers/${provider}/history`;
    const answer = (await authority.asOperator('auditor-1', 'GET', path)) as { events: never };
    return [...(answer.events as ReadonlyArray<{ type: string; data: Record<string, unknown> }>)].reverse();
  };
  /** What the ledger says of the releases of one provider since an entry, read from the signed entries themselves. */
  const releases = async (provider: string, from: number): Promise<ReadonlyArray<{ type: string; fault?: string }>> => {
    const path = `/v1/events?from=${String(from)}&limit=500`;
    const answer = (await authority.asOperator('auditor-1', 'GET', path)) as {
      events: ReadonlyArray<{ bytes: string }>;
    };
    return answer.events
      .map(({ bytes }) => JSON.parse(Buffer.from(bytes, 'base64').toString()) as Signed)
      .filter(({ type, data }) => {
        const of = data.provider ?? data.asked?.provider;
        return /^Key(?:Release|Deliver)/.test(type) && of === provider;
      })
      .map(({ type, data: { fault } }) => (fault === undefined ? { type } : { type, fault }));
  };
  const size = async (): Promise<number> =>
    ((await authority.asOperator('auditor-1', 'GET', '/v1/health')) as { index: number }).index + 1;
  const faultsOf = async (provider: string) => {
    const { keyProvider } = await json('key-provider', 'show', provider);
    const { health, serverHealth } = keyProvider;
    return { health, faults: serverHealth.flatMap((each: { faults: ReadonlyArray<string> }) => each.faults) };
  };

  /** A provider whose servers and client certificate are trusted as an operator would do it. */
  const trusting = async (
    provider: string,
    servers: ReadonlyArray<{ readonly port: number }>,
    options: ReadonlyArray<string> = [],
  ): Promise<void> => {
    const named = servers.map((server, i) => `server-${String(i)}=${address(server)}`);
    await done('key-provider', 'create', provider, '--kind', 'kmip', '--server', ...named, ...options);
    await done('key-provider', 'trust-peers', provider, file(`${provider}.ca.pem`, ca.certificate));
    const key = file(`${provider}.key.pem`, client.privateKey);
    const certificate = file(`${provider}.client.pem`, client.certificate);
    await done('key-provider', 'replace-certificate', provider, certificate, '--key', key);
  };

  beforeAll(async () => {
    built();
    pykmipPython();
    folder = mkdtempSync(join(tmpdir(), 'sekisho-key-provider-'));
    dir = join(folder, 'gate');
    initAuthority(dir);
    authority = await serveAuthority(dir);
    const fleet = await enrolFleet(authority, 3);
    hosts = await Promise.all(fleet.map((each) => keyUser(authority.port, each)));
  }, PYKMIP_MILLIS);
  afterAll(async () => {
    await authority.stop();
    await Promise.all(ending.map((end) => end()));
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'lives from the first look at its server to the end of its keys',
    async () => {
      const server = await start({ database: 'life' });
      await done('key-provider', 'create', 'hsm', '--kind', 'kmip', '--server', `a=${address(server)}`);

      // Its certificate is seen, and no message of the protocol is sent before it is trusted.
      const [seen] = (await json('key-provider', 'peers', 'hsm')).certificates;
      expect(seen).toMatchObject({ server: 'a', trusted: false });
      expect((await cli('key-provider', 'primary-key', 'hsm', '--create', 'first')).err).toContain(
        'no peer certificate is trusted yet',
      );
      await done('key-provider', 'observe', 'hsm');
      expect(await faultsOf('hsm')).toEqual({ health: 'ERROR', faults: ['KeyServerNotTrusted'] });
      expect(server.operations()).toEqual([]);
      await done('key-provider', 'trust-peers', 'hsm', file('seen.pem', seen.pem));
      expect((await json('key-provider', 'peers', 'hsm')).certificates[0].trusted).toBe(true);

      // The server knows none of our certificates, until its CA signed one.
      await done('key-provider', 'issue-certificate', 'hsm');
      await done('key-provider', 'observe', 'hsm');
      expect(await faultsOf('hsm')).toEqual({ health: 'ERROR', faults: ['KeyServerTrustsUsNot'] });
      expect(server.operations()).toEqual([]);
      await done('key-provider', 'issue-csr', 'hsm');
      const { requestPem } = await json('key-provider', 'show', 'hsm');
      await done('key-provider', 'replace-certificate', 'hsm', file('signed.pem', ca.sign(requestPem)));
      await done('key-provider', 'observe', 'hsm');
      expect((await json('key-provider', 'show', 'hsm')).keyProvider).toMatchObject({
        health: 'OK',
        serverHealth: [{ server: 'a', health: 'OK', clientTrustsServer: true, serverTrustsClient: true, faults: [] }],
        request: null,
      });
      const other = ca.client('other');
      const [stranger, strangerKey] = [file('other.pem', other.certificate), file('other.key.pem', other.privateKey)];
      expect((await cli('key-provider', 'replace-certificate', 'hsm', stranger)).err).toContain(
        'Certificate of another key',
      );
      await done('key-provider', 'replace-certificate', 'hsm', stranger, '--key', strangerKey);
      expect((await host().generate('hsm')).reasons).toEqual(['PrimaryKeyMissing']);

      // Keys: made, wrapped, unwrapped; by the old primary key still after it was changed.
      await done('key-provider', 'primary-key', 'hsm', '--create', 'first');
      const made = await host().generate('hsm');
      expect(made.key).toHaveLength(32);
      known('generated key', made);
      const own = new Uint8Array(randomBytes(32));
      secrets.set('key that the host brought', own);
      const wrapped = await host().wrap('hsm', own);
      const [first] = (await json('key-provider', 'primary-keys', 'hsm')).primaryKeys;
      await done('key-provider', 'primary-key', 'hsm', '--create', 'second');
      expect((await host().unwrap('hsm', made.ciphertext)).key).toEqual(made.key);
      expect((await host().unwrap('hsm', wrapped.ciphertext)).key).toEqual(own);
      const anew = await host().rekey('hsm', made.ciphertext);
      expect(anew.status).toBe(200);

      // The end of a primary key: here at once, then in the server; not while a key depends on it.
      const operation = server.operations().length;
      const revoked = await done(
        'key-provider',
        'revoke-primary-key',
        'hsm',
        first.primaryKey,
        '--reason',
        'year over',
      );
      expect(revoked).toMatch(/PrimaryKeyRevoked[^]*PrimaryKeyEndConfirmed[^]*The key servers did the same/);
      expect((await host().unwrap('hsm', made.ciphertext)).reasons).toEqual(['PrimaryKeyRevoked']);
      expect((await host().unwrap('hsm', anew.ciphertext)).key).toEqual(made.key);
      const destroy = ['key-provider', 'destroy-primary-key', 'hsm', first.primaryKey, '--reason', 'cleared'];
      const inUse = await cli(...destroy);
      expect([inUse.code, inUse.err]).toEqual([3, expect.stringContaining('1 key depends')]);
      await done('key', 'revoke', wrapped.keyId, '--reason', 'disk sold');
      await done(...destroy);
      const since = server.operations().slice(operation);
      expect(since.filter((name) => name === 'REVOKE' || name === 'DESTROY')).toEqual(['REVOKE', 'DESTROY']);
      expect(await done('key-provider', 'primary-keys', 'hsm')).toMatch(/wraps new keys[^]*destroyed \(0 keys lost\)/);
      expect(await done('key', 'list', '--provider', 'hsm')).toMatch(/primary-key-destroyed[^]*disk sold[^]*usable/);
      await done('key', 'revoke', anew.keyId, '--reason', 'host sold');
      expect((await host().unwrap('hsm', anew.ciphertext)).reasons).toEqual(['KeyRevoked']);

      const types = (await events('hsm')).map(({ type }) => type).filter((type) => type !== 'ProviderHealthChanged');
      expect(types).toEqual([
        'KeyProviderCreated',
        'PeerCertificatesTrusted',
        'ClientCertificateIssued',
        'ClientCsrIssued',
        'ClientCertificateReplaced',
        'ClientCertificateReplaced',
        'PrimaryKeyChanged',
        'PrimaryKeyChanged',
        'PrimaryKeyRevoked',
        'PrimaryKeyEndConfirmed',
        'PrimaryKeyDestructionOrdered',
        'PrimaryKeyEndConfirmed',
      ]);
      expect((await json('replay')).differenceCount).toBe(0);
      await done('verify');
    },
    TIMEOUT,
  );

  it(
    'loses no release when one of two servers is killed under load',
    async () => {
      const [one, two] = [await start({ database: 'pair' }), await start({ database: 'pair' })];
      await trusting('pair', [one, two]);
      await done('key-provider', 'primary-key', 'pair', '--create', 'pair');
      const from = await size();
      const answers: Array<Asked> = [];
      let killed: Promise<void> | undefined;
      const load = async (each: KeyUser): Promise<void> => {
        for (let i = 0; i < 30; i++) {
          answers.push(await each.generate('pair'));
          if (answers.length === 30) killed = one.kill();
        }
      };
      await Promise.all(hosts.map(load));
      await killed;
      expect(answers.filter(({ status, key }) => status !== 200 || key?.length !== 32)).toEqual([]);
      for (const [i, answer] of answers.entries()) known(`key ${String(i)} under load`, answer);
      const recorded = (await releases('pair', from)).map(({ type }) => type);
      expect(recorded.filter((type) => type === 'KeyDelivered')).toHaveLength(90);
      expect(recorded.filter((type) => type === 'KeyDeliveryFailed' || type === 'KeyReleaseRefused')).toEqual([]);
      await done('key-provider', 'observe', 'pair');
      expect(await faultsOf('pair')).toEqual({ health: 'WARNING', faults: ['KeyServerUnreachable'] });
      expect(await done('key-provider', 'show', 'pair')).toMatch(/server-0 \S+ ERROR KeyServerUnreachable/);
      await start({ database: 'pair', port: one.port });
      await done('key-provider', 'observe', 'pair');
      expect(await faultsOf('pair')).toEqual({ health: 'OK', faults: [] });
    },
    TIMEOUT,
  );

  const credential = { username: 'sekisho', password: 'opensesame' };
  const unfit: ReadonlyArray<readonly [string, string, Partial<PyKmipSettings>, ReadonlyArray<string>]> = [
    ['of another CA', 'KeyServerNotTrusted', { identity: testCa('stranger').server() }, []],
    ['with an expired certificate', 'KeyServerNotTrusted', { identity: ca.server({ expired: true }) }, []],
    ['that does not know our CA', 'KeyServerTrustsUsNot', { clientCa: testCa('stranger').certificate }, []],
    ['with another password', 'KeyServerTrustsUsNot', { credential }, ['--username', 'sekisho']],
    ['that is too slow', 'KeyServerUnreachable', { delayMillis: 30_000 }, ['--timeout', '1']],
  ];
  it.each(unfit)(
    'releases nothing from a server %s: %s',
    async (_, fault, settings, options) => {
      const provider = `unfit-${String(unfit.findIndex((row) => row[2] === settings))}`;
      const server = await start({ database: provider, ...settings });
      await trusting(provider, [server], ['--primary-key', '1', ...options]);
      const password = options.includes('--username') ? [file('password', 'openoats\n')] : [];
      for (const given of password) await done('key-provider', 'set-credential', provider, given);
      const from = await size();
      const asked = await host().generate(provider);
      expect([asked.status, asked.reasons, asked.key]).toEqual([403, ['ProviderUnhealthy'], undefined]);
      expect(await faultsOf(provider)).toEqual({ health: 'ERROR', faults: [fault] });
      expect(await done('key-provider', 'show', provider)).toMatch(new RegExp(`server-0 \\S+ ERROR ${fault}`));
      const health = (await events(provider)).find(({ type }) => type === 'ProviderHealthChanged');
      expect(health?.data).toMatchObject({ new: 'ERROR', servers: [{ faults: [fault] }] });
      expect(await releases(provider, from)).toEqual([{ type: 'KeyReleaseRefused' }]);
    },
    TIMEOUT,
  );

  it(
    'releases nothing that a server lies about, nor from one that is gone since it was found well',
    async () => {
      const liar = await startLyingServer(ca, {
        Encrypt: ({ answer, socket }) => void socket.write(writeTtlv(answer).fill(0, 200, 216)),
      });
      ending.push(liar.stop);
      const mortal = await start({ database: 'mortal' });
      await trusting('liar', [liar], ['--primary-key', '1']);
      await trusting('mortal', [mortal]);
      await done('key-provider', 'primary-key', 'mortal', '--create', 'mortal');
      await done('key-provider', 'observe', 'liar');
      expect(await faultsOf('liar')).toEqual({ health: 'OK', faults: [] });
      const from = await size();
      await mortal.kill();
      const gone = await host().generate('mortal');
      const lied = await host().generate('liar');
      expect([lied.status, lied.code, lied.key]).toEqual([502, 'KeyServerMisbehaved', undefined]);
      expect(await releases('liar', from)).toEqual([
        { type: 'KeyReleaseAuthorised' },
        { type: 'KeyDeliveryFailed', fault: 'KeyServerMisbehaved' },
      ]);
      // The look at every server, once a minute, may come between the server's end and the question: then it's refused.
      expect(gone.key).toBeUndefined();
      expect([403, 503]).toContain(gone.status);
      expect(await releases('mortal', from)).toEqual(
        gone.status === 403
          ? [{ type: 'KeyReleaseRefused' }]
          : [{ type: 'KeyReleaseAuthorised' }, { type: 'KeyDeliveryFailed', fault: 'KeyServerUnreachable' }],
      );
      expect((await json('replay')).differenceCount).toBe(0);
    },
    TIMEOUT,
  );

  it(
    'leaves no key, password, token or private key of all this in what the authority keeps',
    () => {
      const { d = '' } = createPrivateKey(client.privateKey).export({ format: 'jwk' });
      secrets.set("client's private key", new Uint8Array(Buffer.from(d, 'base64url')));
      for (const [i, each] of hosts.entries())
        for (const [name, secret] of Object.entries(each.secrets)) secrets.set(`${name} of host ${String(i)}`, secret);
      expect(secrets.size).toBeGreaterThan(99);
      const places = placesBelow(dir);
      expect(places.some(([place]) => place.endsWith('-wal'))).toBe(true);
      expect(secretsIn(places, secrets)).toEqual([]);
      // The search finds what is there.
      const planted = [['planted', Buffer.from(`x${Buffer.from(d, 'base64url').toString('base64')}`)]] as const;
      expect(secretsIn(planted, secrets)).toEqual(["client's private key in planted"]);
    },
    TIMEOUT,
  );
});
