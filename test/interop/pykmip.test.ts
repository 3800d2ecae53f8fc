import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KmipOptions } from '../../adapters/kms/kmip/options.js';
import type { KeyServers } from '../../domain/key-provider/key-servers.js';
import { keyServersContract } from '../contracts/key-servers.js';
import { testCa } from '../support/kmip-certificates.js';
import { kmipKeyServers } from '../support/kmip-key-servers.js';
import { left, right } from '../support/ledger.js';
import {
  PYKMIP_MILLIS,
  type PyKmipSettings,
  pykmipPython,
  type RunningServer,
  requirePython,
  startPyKmip,
} from './pykmip-server.js';

const ca = testCa();

describe.runIf(requirePython())('PyKMIP', () => {
  let folder: string;
  const running: Array<RunningServer> = [];
  const opened: Array<KeyServers> = [];
  beforeAll(() => {
    pykmipPython();
    folder = mkdtempSync(join(tmpdir(), 'sekisho-kmip-'));
  }, PYKMIP_MILLIS);
  afterAll(async () => {
    for (const servers of opened) await servers.close();
    await Promise.all(running.map((server) => server.kill()));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (settings: Partial<PyKmipSettings> = {}): Promise<RunningServer> => {
    const server = await startPyKmip({ folder, identity: ca.server(), clientCa: ca.certificate, ...settings });
    running.push(server);
    return server;
  };
  const open = (ports: ReadonlyArray<number>, more: Partial<KmipOptions> = {}): KeyServers => {
    const servers = kmipKeyServers(ca, ports, more);
    opened.push(servers);
    return servers;
  };

  const contract = (name: string, settings: Partial<PyKmipSettings>, more: Partial<KmipOptions> = {}): void => {
    keyServersContract(name, async () => {
      const { port } = await start({ database: name, ...settings });
      return { keyServers: open([port], more), close: () => Promise.resolve() };
    });
  };

  contract('KMIP 2.0 over TLS 1.2', {});
  contract('KMIP 1.4 over TLS 1.3', {
    tls: '1.3',
    versions: [
      [1, 4],
      [1, 2],
    ],
  });
  contract('KMIP 1.2, which has no authenticated encryption', { versions: [[1, 2]] });
  contract('a server that hands out keys', { withoutOperations: ['ENCRYPT', 'DECRYPT'] }, { primaryKeyMayLeave: true });

  describe('two servers with the same keys', () => {
    it('loses no release when one of them is killed under load, nor when it comes back', async () => {
      const [one, two] = await Promise.all([start({ database: 'pair' }), start({ database: 'pair' })]);
      const servers = open([one.port, two.port]);
      const id = right(await servers.createPrimaryKey('pair')());
      let killed: Promise<void> | undefined;
      let done = 0;
      const release = async (): Promise<string> => {
        const key = await servers.generateKey(id, 32)();
        if (++done === 30) killed = one.kill();
        return key._tag;
      };
      const worker = async (): Promise<ReadonlyArray<string>> => {
        const tags: Array<string> = [];
        for (let i = 0; i < 25; i++) tags.push(await release());
        return tags;
      };
      const tags = (await Promise.all(Array.from({ length: 6 }, worker))).flat();
      await killed;
      expect(tags).toEqual(Array.from({ length: 150 }, () => 'Right'));
      expect(right(await servers.observe()()).map(({ health }) => health)).toEqual(['ERROR', 'OK']);
      await start({ database: 'pair', port: one.port });
      expect(right(await servers.observe()()).map(({ health }) => health)).toEqual(['OK', 'OK']);
      await two.kill();
      expect((await Promise.all(Array.from({ length: 10 }, release))).every((tag) => tag === 'Right')).toBe(true);
    });

    it('finds a server that was restarted, though it is the only one and connections to it were kept', async () => {
      const before = await start({ database: 'restarted' });
      const servers = open([before.port]);
      const id = right(await servers.createPrimaryKey('kept')());
      const { plaintext, ciphertext } = right(await servers.generateKey(id, 32)());
      await before.kill();
      await start({ database: 'restarted', port: before.port });
      expect(right(await servers.decrypt(id, ciphertext)())).toEqual(plaintext);
    });

    it('asks the other one when one is too slow, or shows a certificate that is not trusted', async () => {
      const [slow, strange, sound] = await Promise.all([
        start({ database: 'mixed', delayMillis: 60_000 }),
        start({ database: 'mixed', identity: testCa('stranger').server() }),
        start({ database: 'mixed' }),
      ]);
      const servers = open([slow.port, strange.port, sound.port], { requestTimeoutMillis: 4000 });
      const id = right(await open([sound.port]).createPrimaryKey('mixed')());
      for (let i = 0; i < 3; i++) right(await servers.generateKey(id, 32)());
      const observed = right(await servers.observe()());
      expect(observed.map(({ health }) => health)).toEqual(['ERROR', 'ERROR', 'OK']);
      expect(observed.map(({ faults }) => faults[0]?._tag)).toEqual([
        'KeyServerUnreachable',
        'KeyServerNotTrusted',
        undefined,
      ]);
    });
  });

  describe('trust in both directions', () => {
    const faultOf = async (servers: KeyServers): Promise<{ readonly release: string; readonly observed: unknown }> => {
      const released = left(await servers.generateKey('1', 32)());
      const [observed] = right(await servers.observe()());
      const { health, clientTrustsServer, serverTrustsClient, faults } = observed!;
      expect(health).toBe('ERROR');
      expect(faults).toEqual([released]);
      return { release: released._tag, observed: [clientTrustsServer, serverTrustsClient] };
    };
    const TRUSTS_US_NOT = 'KeyServerTrustsUsNot';
    const NOT_TRUSTED = { release: 'KeyServerNotTrusted', observed: [false, undefined] };

    it.each(['1.2', '1.3'] as const)("says that the server doesn't know our CA (TLS %s)", async (tls) => {
      const { port } = await start({ tls });
      const found = await faultOf(open([port], { client: testCa('stranger').client() }));
      expect(found).toEqual({ release: TRUSTS_US_NOT, observed: [undefined, false] });
    });

    it.each(['1.2', '1.3'] as const)("says that we don't trust the server's CA (TLS %s)", async (tls) => {
      const { port } = await start({ tls, identity: testCa('stranger').server() });
      expect(await faultOf(open([port]))).toEqual(NOT_TRUSTED);
    });

    it("says that the server's certificate has expired, trusted or not", async () => {
      const identity = ca.server({ expired: true });
      const { port } = await start({ identity });
      expect(await faultOf(open([port]))).toEqual(NOT_TRUSTED);
      expect(await faultOf(open([port], { trustedPeers: identity.certificate }))).toEqual(NOT_TRUSTED);
    });

    it('says that the certificate of a trusted CA is for another address', async () => {
      const { port } = await start({ identity: ca.server({ address: '127.0.0.9' }) });
      expect(await faultOf(open([port]))).toEqual(NOT_TRUSTED);
    });

    it('trusts a certificate that is itself trusted, whoever made it and for whatever name', async () => {
      const identity = testCa('stranger').server({ address: '127.0.0.9' });
      const { port } = await start({ identity });
      const servers = open([port], { trustedPeers: identity.certificate });
      expect(right(await servers.observe()())[0]?.health).toBe('OK');
    });

    it('says that the password is wrong, missing, and right', async () => {
      const credential = { username: 'sekisho', password: 'opensesame' };
      const { port } = await start({ credential });
      const wrong = await faultOf(open([port], { credential: { ...credential, password: 'openoats' } }));
      expect(wrong).toEqual({ release: TRUSTS_US_NOT, observed: [true, false] });
      expect(await faultOf(open([port]))).toEqual(wrong);
      expect(right(await open([port], { credential }).observe()())[0]?.health).toBe('OK');
    });

    it('says that a server without encryption can release nothing while keys must not leave it', async () => {
      const { port } = await start({ withoutOperations: ['ENCRYPT', 'DECRYPT'], database: 'stays' });
      const servers = open([port]);
      const id = right(await servers.createPrimaryKey('stays')());
      expect(left(await servers.generateKey(id, 32)())).toMatchObject({
        _tag: 'KeyServerRefused',
        operation: 'Encrypt',
      });
      expect(right(await servers.observe()())[0]).toMatchObject({ health: 'ERROR', clientTrustsServer: true });
    });

    it('warns of a server that releases and can not destroy', async () => {
      const { port } = await start({ withoutOperations: ['DESTROY'] });
      expect(right(await open([port]).observe()())[0]).toMatchObject({
        health: 'WARNING',
        faults: [{ operation: 'Destroy', reason: 'OperationNotSupported' }],
      });
    });
  });
});
