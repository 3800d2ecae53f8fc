import { mkdirSync } from 'node:fs';
import { createKmipServer } from '../../adapters/kms/kmip/kmip-server.js';
import { getKey } from '../../adapters/kms/kmip/operations/get-key.js';
import type { KmipOptions } from '../../adapters/kms/kmip/options.js';
import { tlsTrust } from '../../adapters/kms/kmip/transport/tls-trust.js';
import { systemRandom } from '../../adapters/system.js';
import { startPyKmip } from '../interop/pykmip-server.js';
import { type Identity, type TestCa, testCa } from '../support/kmip-certificates.js';
import type { Figure } from './figure.js';
import { openConnection } from './http-connection.js';
import { orThrow } from './recorded-boot.js';
import type { ServedAuthority } from './served-authority.js';
import { median, percentile } from './timing.js';

const ROUNDS = 3;
const SECONDS = 3;
/** As the authority opens them to one server. */
const CONNECTIONS = 8;

interface Load {
  readonly perSecond: number;
  readonly latencies: ReadonlyArray<number>;
}

/** So many at once, each again as soon as its last one is done. */
const load = async (works: ReadonlyArray<() => Promise<void>>): Promise<Load> => {
  const latencies: Array<number> = [];
  const began = performance.now();
  const one = async (work: () => Promise<void>): Promise<void> => {
    while (performance.now() - began < SECONDS * 1000) {
      const asked = performance.now();
      await work();
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(works.map(one));
  return { perSecond: (latencies.length * 1000) / (performance.now() - began), latencies };
};

/** Hosts with fresh tokens and a connection each; `generate` throws unless a key came. */
const generating = async (
  authority: ServedAuthority,
  tokens: ReadonlyArray<string>,
  provider: string,
): Promise<{ readonly works: ReadonlyArray<() => Promise<void>>; readonly close: () => void }> => {
  const connections = await Promise.all(tokens.map(() => openConnection(authority.port)));
  const path = `/v1/key-providers/${provider}/generate-key`;
  const works = connections.map((connection, i) => async (): Promise<void> => {
    const bearer = `authorization: Bearer ${tokens[i] ?? ''}\r\n`;
    const answer = await connection.send('POST', path, '{"bytes":32}', bearer);
    if (answer.status !== 200) throw new Error(`${provider}: ${String(answer.status)} ${answer.body}`);
  });
  return {
    works,
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
};

const figuresOf = (name: string, rounds: ReadonlyArray<Load>, more: Partial<Figure> = {}): ReadonlyArray<Figure> => {
  const latencies = rounds.flatMap((round) => round.latencies);
  return [
    { name: `releases, ${name}`, measured: median(rounds.map(({ perSecond }) => perSecond)), unit: '/s', ...more },
    { name: `— latency, p50`, measured: percentile(latencies, 50), unit: 'ms' },
    { name: `— latency, p99`, measured: percentile(latencies, 99), unit: 'ms' },
  ];
};

type Ask = (method: string, path: string, body: unknown) => Promise<unknown>;

const asking =
  (authority: ServedAuthority): Ask =>
  (method, path, body) =>
    authority.asOperator('trust-admin-1', method, `/v1/key-providers${path}`, body);

/** New keys of the provider in the authority's own vault. */
export const softwareReleases = async (
  authority: ServedAuthority,
  tokens: ReadonlyArray<string>,
): Promise<ReadonlyArray<Figure>> => {
  const ask = asking(authority);
  await ask('POST', '', { id: 'vault', kind: 'software' });
  await ask('PUT', '/vault/primary-key', { create: 'bench' });
  const { works, close } = await generating(authority, tokens, 'vault');
  const rounds: Array<Load> = [];
  for (let i = 0; i <= ROUNDS; i++) rounds.push(await load(works));
  close();
  return figuresOf('software provider', rounds.slice(1), {
    note: `${String(tokens.length)} hosts at once over HTTP; three durable events for each`,
  });
};

interface Peer {
  readonly get: () => Promise<void>;
  readonly close: () => void;
}

/** Our own client, without anything of Sekisho around it. */
const bareClient = (port: number, ca: TestCa, client: Identity): Peer => {
  const at = { name: 'pykmip', host: '127.0.0.1', port };
  const options: KmipOptions = {
    servers: [at],
    trustedPeers: ca.certificate,
    client,
    connectTimeoutMillis: 10_000,
    requestTimeoutMillis: 10_000,
    mostConnectionsPerServer: CONNECTIONS,
    primaryKeyMayLeave: false,
  };
  const server = createKmipServer(at, orThrow(tlsTrust(options)), options, systemRandom);
  return { get: async () => void orThrow(await server.ask(getKey('1'))), close: () => server.close() };
};

const setUp = async (ask: Ask, port: number, ca: TestCa, client: Identity): Promise<void> => {
  const servers = [{ name: 'pykmip', address: `127.0.0.1:${String(port)}` }];
  await ask('POST', '', { id: 'hsm', kind: 'kmip', servers });
  await ask('PUT', '/hsm/peer-certificates', { certificates: [ca.certificate] });
  await ask('PUT', '/hsm/client-certificate', client);
  await ask('PUT', '/hsm/primary-key', { create: 'bench' });
};

const getFigure = (rounds: ReadonlyArray<Load>): Figure => ({
  name: 'bare KMIP Get, p99',
  measured: percentile(
    rounds.flatMap(({ latencies }) => latencies),
    99,
  ),
  unit: 'ms',
  note: "Sekisho's KMIP client alone, as many at once",
});

/** New keys of a provider at PyKMIP, beside bare Gets on the same server, by turns. */
export const kmipReleases = async (
  authority: ServedAuthority,
  tokens: ReadonlyArray<string>,
  folder: string,
): Promise<ReadonlyArray<Figure>> => {
  const ca = testCa();
  const client = ca.client();
  mkdirSync(folder);
  const server = await startPyKmip({ folder, identity: ca.server(), clientCa: ca.certificate });
  try {
    await setUp(asking(authority), server.port, ca, client);
    const { works, close } = await generating(authority, tokens, 'hsm');
    const bare = bareClient(server.port, ca, client);
    const [ours, gets]: [Array<Load>, Array<Load>] = [[], []];
    for (let i = 0; i <= ROUNDS; i++) {
      ours.push(await load(works));
      gets.push(await load(works.map(() => bare.get)));
    }
    close();
    bare.close();
    const value = median(gets.slice(1).map(({ perSecond }) => perSecond));
    const note = 'each release is two requests to the server, Encrypt and Decrypt; a Get is one';
    const peer = { name: 'bare KMIP Get', value };
    return [
      ...figuresOf('KMIP provider (PyKMIP over mutual TLS)', ours.slice(1), { peer, note }),
      getFigure(gets.slice(1)),
    ];
  } finally {
    await server.kill();
  }
};
