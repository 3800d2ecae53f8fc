import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { openLedgerFiles, readerOf } from '../../adapters/authority/open-ledger.js';
import { openProjectionStore } from '../../adapters/projection-store/open-projection-store.js';
import { plusSeconds } from '../../domain/encoding/instant.js';
import { answerTo } from '../../domain/guard/answer.js';
import type { Question } from '../../domain/guard/question.js';
import type { HostEvent } from '../../domain/host/events.js';
import { guardFactsOf } from '../../projections/guard-facts.js';
import type { BenchGroup, Figure } from './figure.js';
import { openConnection } from './http-connection.js';
import { certified, enrolled, foundLargeLedger, type History, HOSTS, hostOf, verdictAt } from './large-ledger.js';
import { temporaryFolder } from './ledger.js';
import { orThrow } from './recorded-boot.js';
import { type ServedAuthority, type ServedProcess, serve, serveAuthority } from './served-authority.js';
import { cpuSeconds, median, percentile, ratePerCoreSecond } from './timing.js';

const CLUSTERS = 10;
const WEEK_SECONDS = 604_800;
const OPERATOR = 'trust-admin-1';
const SECONDS = 5;
const WARM_UP = 2;

const clusterOf = (i: number): string => `cluster-${String(i % CLUSTERS)}`;

const lasting = (event: HostEvent, began: string): HostEvent =>
  event.type === 'HostAttested'
    ? {
        ...event,
        data: { ...event.data, record: { ...event.data.record, notAfter: plusSeconds(began, WEEK_SECONDS) } },
      }
    : event;

/** Every host enrols, is certified, attests and joins a cluster; the reference values are those that founding leaves. */
const protectedFleet: History = (began) => {
  const attested = verdictAt(began);
  return (i, at) => {
    const step = Math.floor(i / HOSTS);
    if (step === 0) return { event: enrolled, basis: {} };
    if (step === 1) return { event: certified(i, at), basis: {} };
    if (step === 2) return { event: lasting(attested(i), began), basis: { 'reference/default': 0 } };
    return { event: { type: 'HostJoined', data: { cluster: clusterOf(i) } }, basis: {} };
  };
};

const workload = { id: 'vm', encrypted: true, vtpm: true, firmware: 'efi', secureBoot: true } as const;

/** A move between two hosts of one cluster, another pair each time. */
const questionOf = (i: number): Question => ({
  ask: 'move',
  workload,
  from: hostOf(i * 7919),
  to: hostOf(i * 7919 + CLUSTERS),
});

const openClusters = async (authority: ServedAuthority): Promise<void> => {
  for (let i = 0; i < CLUSTERS; i++) {
    await authority.asOperator(OPERATOR, 'POST', '/v1/clusters', { id: clusterOf(i), kind: 'trusted' });
    await authority.asOperator(OPERATOR, 'POST', `/v1/clusters/${clusterOf(i)}/enable`, { reason: 'bench' });
  }
};

interface Load {
  readonly perSecond: number;
  readonly latencies: ReadonlyArray<number>;
  readonly serverCpu: number;
}

interface Asked {
  readonly connections: number;
  readonly questions: number;
  readonly seconds: number;
}

/** Each connection asks again as soon as it was answered; every answer must be yes. */
const load = async (authority: ServedProcess, dir: string, asked: Asked): Promise<Load> => {
  const token = readFileSync(dataFolder(dir).tokenOf(OPERATOR), 'utf8').trim();
  const headers = `authorization: Bearer ${token}\r\n`;
  const latencies: Array<number> = [];
  const [server, began] = [authority.cpuSeconds() ?? 0, performance.now()];
  const many = asked.questions > 1;
  const path = many ? '/v1/guard/ask-many' : '/v1/guard/ask';
  const bodyOf = (i: number): string =>
    many
      ? JSON.stringify({ questions: Array.from({ length: asked.questions }, (_, k) => questionOf(i + k)) })
      : JSON.stringify({ question: questionOf(i) });
  const one = async (_: unknown, lane: number): Promise<void> => {
    const connection = await openConnection(authority.port);
    for (let i = lane * 1_000_003; performance.now() - began < asked.seconds * 1000; i += asked.questions) {
      const body = bodyOf(i);
      const sent = performance.now();
      const answer = await connection.send('POST', path, body, headers);
      latencies.push(performance.now() - sent);
      if (answer.status !== 200 || answer.body.includes('"allowed":false')) throw new Error(answer.body);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: asked.connections }, one));
  const done = latencies.length * asked.questions;
  const perSecond = (done * 1000) / (performance.now() - began);
  return { perSecond, latencies, serverCpu: ((authority.cpuSeconds() ?? 0) - server) / done };
};

const CONSTANT = fileURLToPath(new URL('./constant-server.js', import.meta.url));
const TURNS = 3;

/**
 * What deciding adds to a request: the same questions to the same HTTP server that decides nothing, by turns with ours, so that
 * whatever else this machine does slows both down.
 */
const besideConstant = async (authority: ServedAuthority, dir: string): Promise<ReadonlyArray<Figure>> => {
  const single = { connections: 16, questions: 1, seconds: WARM_UP };
  const constant = await serve([CONSTANT]);
  await load(constant, dir, single);
  const [ours, floor]: [Array<number>, Array<number>] = [[], []];
  for (let turn = 0; turn < TURNS; turn++) {
    ours.push((await load(authority, dir, single)).serverCpu);
    floor.push((await load(constant, dir, single)).serverCpu);
  }
  await constant.stop();
  const ratio = median(ours) / median(floor);
  return [
    { name: '- server, CPU time for each, by turns with the next', measured: median(ours) * 1e6, unit: 'us' },
    { name: '- fastify answering a constant, CPU time for each', measured: median(floor) * 1e6, unit: 'us' },
    { name: '- ours to that', measured: ratio, unit: 'x', note: 'lower is better; 1 would be deciding for nothing' },
  ];
};

const overHttp = async (authority: ServedAuthority, dir: string): Promise<ReadonlyArray<Figure>> => {
  const single = { connections: 16, questions: 1 };
  const batch = { connections: 4, questions: 256 };
  for (const each of [single, batch]) await load(authority, dir, { ...each, seconds: WARM_UP });
  const one = await load(authority, dir, { ...single, seconds: SECONDS });
  const many = await load(authority, dir, { ...batch, seconds: SECONDS });
  return [
    {
      name: 'questions one by one over HTTP',
      measured: one.perSecond,
      unit: '/s',
      atLeast: 2_000,
      note: '16 connections; server and load generator share the machine',
    },
    { name: '- latency, p50', measured: percentile(one.latencies, 50), unit: 'ms' },
    { name: '- latency, p99', measured: percentile(one.latencies, 99), unit: 'ms' },
    { name: '- server, CPU time for each', measured: one.serverCpu * 1e6, unit: 'us' },
    ...(await besideConstant(authority, dir)),
    {
      name: 'questions 256 at once over HTTP',
      measured: many.perSecond,
      unit: '/s',
      atLeast: 20_000,
      note: '4 connections',
    },
    { name: '- latency of 256, p99', measured: percentile(many.latencies, 99), unit: 'ms' },
    { name: '- server, CPU time for each question', measured: many.serverCpu * 1e6, unit: 'us' },
    { name: 'server memory, 10,000 hosts', measured: authority.residentMegabytes() ?? 0, unit: 'MB', atMost: 400 },
  ];
};

/** The decision alone, from the read models of the same ledger. */
const alone = async (dir: string): Promise<Figure> => {
  const folder = dataFolder(dir);
  const files = orThrow(await openLedgerFiles(folder)());
  const reads = orThrow(await openProjectionStore(orThrow(await readerOf(files)()), folder.projections)());
  const facts = guardFactsOf({
    hosts: reads.hostTrust.now(),
    clusters: reads.clusters.now(),
    policyRevision: 0,
    providers: new Map(),
  });
  const answer = answerTo(facts, new Date().toISOString());
  let i = 0;
  const rate = ratePerCoreSecond(SECONDS, () => {
    const { allowed } = answer(questionOf(i++));
    if (!allowed) throw new Error('a move inside the protected area was refused');
  });
  await reads.close();
  await files.store.close();
  return { name: 'a decision alone, on one core', measured: 1e6 / rate, unit: 'us' };
};

export const guard: BenchGroup = {
  name: 'guard',
  what: 'questions of a scheduler, 10,000 hosts in 10 clusters, the built server in its own process',
  run: async ({ say }) => {
    const folder = temporaryFolder();
    const dir = `${folder.path}/authority`;
    const ledger = await foundLargeLedger(dir, protectedFleet);
    say('making 10,000 hosts that are protected');
    const began = cpuSeconds();
    await ledger.growTo(4 * HOSTS);
    say(`made with ${(cpuSeconds() - began).toFixed(0)} s of one core`);
    const authority = await serveAuthority(dir);
    await openClusters(authority);
    const figures = await overHttp(authority, dir);
    await authority.stop();
    const decision = await alone(dir);
    folder.remove();
    return [...figures, decision];
  },
};
