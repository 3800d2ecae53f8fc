import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { joinCluster } from '../../adapters/authority/join.js';
import { connectKurrent, type KurrentClient } from '../../adapters/event-store/kurrent/client.js';
import { type KurrentLedger, openKurrentLedger } from '../../adapters/event-store/kurrent/open-kurrent-ledger.js';
import type { BenchGroup, Figure } from './figure.js';
import { enrolFleet } from './fleet.js';
import { openConnection } from './http-connection.js';
import { temporaryFolder } from './ledger.js';
import { projectRoot } from './project-root.js';
import { orThrow } from './recorded-boot.js';
import { initAuthority, type ServedAuthority, serveAuthority } from './served-authority.js';

const NODES = [1, 2, 4];
const SECONDS = 4;
const UNDER_WAY = 64;
const HOSTS = 16;
const EVENT_BYTES = 700;

interface Store {
  readonly url: string;
  readonly stop: () => void;
}

const startStore = async (): Promise<Store> => {
  const script = join(projectRoot, '.bench', 'test', 'support', 'esdb', 'serving-child.js');
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `esdb://127.0.0.1:${line.toString().trim()}?tls=false`, stop: () => void child.kill('SIGKILL') };
};

/** So many at any time, each for a stream of its own, for some seconds. How many a second. */
const perSecond = async (underWay: number, step: (worker: number) => Promise<void>): Promise<number> => {
  const began = performance.now();
  let done = 0;
  const worker = async (i: number): Promise<void> => {
    while (performance.now() - began < SECONDS * 1000) {
      await step(i);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: underWay }, (_, i) => worker(i)));
  return (done * 1000) / (performance.now() - began);
};

const bare = (clients: ReadonlyArray<KurrentClient>): Promise<number> => {
  const revisions = new Map<number, number>();
  const run = randomBytes(4).toString('hex');
  return perSecond(UNDER_WAY, async (i) => {
    const revision = revisions.get(i) ?? -1;
    const event = { id: randomUUID(), type: 'Bench', bytes: randomBytes(EVENT_BYTES) };
    const client = clients[i % clients.length];
    if (client === undefined) throw new Error('no client');
    orThrow(await client.append(`bare-${run}-${String(i)}`, revision, [event])());
    revisions.set(i, revision + 1);
  });
};

const appendsOf = async (nodes: ReadonlyArray<KurrentLedger>): Promise<number> => {
  const revisions = new Map<number, number>();
  const run = randomBytes(4).toString('hex');
  return perSecond(UNDER_WAY, async (i) => {
    const node = nodes[i % nodes.length];
    const expectedRevision = revisions.get(i) ?? -1;
    const entries = [{ id: randomUUID(), bytes: randomBytes(EVENT_BYTES) }];
    if (node !== undefined)
      orThrow(await node.events.append({ stream: `host/${run}-${String(i)}`, expectedRevision, entries })());
    revisions.set(i, expectedRevision + 1);
  });
};

const appends = async (folder: string, url: string): Promise<ReadonlyArray<Figure>> => {
  const clients = NODES.flatMap(() => connectKurrent({ url }) ?? []);
  await bare(clients);
  const limit = await bare(clients);
  const figures: Array<Figure> = [];
  for (const count of NODES) {
    const nodes: Array<KurrentLedger> = [];
    for (let i = 0; i < count; i++) {
      const at = join(folder, `appends-${String(count)}-${String(i)}`);
      const places = { replica: `${at}.db`, positionFile: `${at}.position` };
      nodes.push(orThrow(await openKurrentLedger({ url, prefix: `a${String(count)}`, ...places })()));
    }
    const measured = await appendsOf(nodes);
    await Promise.all(nodes.map(({ close }) => close()));
    const note = `${((100 * measured) / limit).toFixed(0)}% of what the store takes from bare clients`;
    figures.push({
      name: `appends, ${String(count)} nodes, ${String(UNDER_WAY)} under way`,
      measured,
      unit: '/s',
      note,
    });
  }
  await Promise.all(clients.map(({ close }) => close()));
  return [
    { name: `the store itself, by ${String(NODES.length)} bare clients`, measured: limit, unit: '/s' },
    ...figures,
  ];
};

const serveNodes = async (folder: string, url: string, count: number): Promise<ReadonlyArray<ServedAuthority>> => {
  const first = join(folder, 'node-0');
  const own = dataFolder(first);
  const nodes = [await serveAuthority(first)];
  for (let i = 1; i < count; i++) {
    const dir = join(folder, `node-${String(count)}-${String(i)}`);
    const passphrase = readFileSync(own.passphrase, 'utf8').trim();
    const joining = { dir, store: { url, prefix: 'sekisho' }, keys: own.keys, passphrase };
    orThrow(await joinCluster(joining)());
    copyFileSync(own.passphrase, dataFolder(dir).passphrase);
    nodes.push(await serveAuthority(dir));
  }
  return nodes;
};

const attestations = async (folder: string, url: string): Promise<ReadonlyArray<Figure>> => {
  initAuthority(join(folder, 'node-0'), { SEKISHO_STORE: url });
  const figures: Array<Figure> = [];
  let hosts: Awaited<ReturnType<typeof enrolFleet>> | undefined;
  for (const count of NODES) {
    const nodes = await serveNodes(folder, url, count);
    const [first] = nodes;
    if (first === undefined) throw new Error('no node');
    hosts ??= await enrolFleet(first, HOSTS);
    const connections = await Promise.all(
      hosts.map((_, i) => openConnection(nodes[i % nodes.length]?.port ?? first.port)),
    );
    const fleet = hosts;
    const one = async (i: number): Promise<void> => {
      const connection = connections[i];
      if (connection !== undefined) await fleet[i]?.attest(connection);
    };
    await perSecond(HOSTS, one);
    const measured = await perSecond(HOSTS, one);
    for (const connection of connections) connection.close();
    for (const node of nodes) await node.stop();
    figures.push({
      name: `attestations, ${String(count)} nodes, ${String(HOSTS)} hosts at once`,
      measured,
      unit: '/s',
    });
  }
  return figures;
};

export const cluster: BenchGroup = {
  name: 'cluster',
  what: 'nodes on one store (the modelled EventStoreDB, in a process of its own, without a disk), all on this machine',
  run: async () => {
    const folder = temporaryFolder();
    const store = await startStore();
    try {
      return [...(await appends(folder.path, store.url)), ...(await attestations(folder.path, store.url))];
    } finally {
      store.stop();
      folder.remove();
    }
  },
};
