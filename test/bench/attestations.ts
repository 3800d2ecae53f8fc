import { withFreshMemos } from '../../adapters/caches/fresh-memos.js';
import { openAuthority } from '../../adapters/main.js';
import { replayAll } from '../../domain/replay/replay-all.js';
import type { BenchHost } from './bench-host.js';
import type { BenchGroup, Figure } from './figure.js';
import { enrolFleet } from './fleet.js';
import { openConnection } from './http-connection.js';
import { temporaryFolder } from './ledger.js';
import { orThrow } from './recorded-boot.js';
import { initAuthority, type ServedAuthority, serveAuthority } from './served-authority.js';
import { cpuSeconds, median, percentile } from './timing.js';

const HOSTS = 32;
const ROUNDS = 5;
const SECONDS = 3;
const WARM_UP = 5;

interface Load {
  readonly perSecond: number;
  readonly latencies: ReadonlyArray<number>;
  /** Seconds of one core for each attestation. */
  readonly serverCpu: number;
  readonly ownCpu: number;
}

/** Each host attests as soon as its last verdict came. */
const load = async (authority: ServedAuthority, hosts: ReadonlyArray<BenchHost>, seconds: number): Promise<Load> => {
  const latencies: Array<number> = [];
  const [server, own] = [authority.cpuSeconds() ?? 0, cpuSeconds()];
  const began = performance.now();
  const one = async (host: BenchHost): Promise<void> => {
    const connection = await openConnection(authority.port);
    while (performance.now() - began < seconds * 1000) {
      const asked = performance.now();
      await host.attest(connection);
      latencies.push(performance.now() - asked);
    }
    connection.close();
  };
  await Promise.all(hosts.map(one));
  const done = latencies.length;
  return {
    perSecond: (done * 1000) / (performance.now() - began),
    latencies,
    serverCpu: ((authority.cpuSeconds() ?? 0) - server) / done,
    ownCpu: (cpuSeconds() - own) / done,
  };
};

const measure = async (authority: ServedAuthority): Promise<ReadonlyArray<Figure>> => {
  const hosts = await enrolFleet(authority, HOSTS);
  await load(authority, hosts, WARM_UP);
  const rounds: Array<Load> = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await load(authority, hosts, SECONDS));
  const server = median(rounds.map(({ serverCpu }) => serverCpu));
  const own = median(rounds.map(({ ownCpu }) => ownCpu));
  const latencies = rounds.flatMap((round) => round.latencies);
  return [
    {
      name: 'attestations, verdict durable',
      measured: median(rounds.map(({ perSecond }) => perSecond)),
      unit: '/s',
      atLeast: 1500,
      note: `${String(HOSTS)} hosts at once; server and load generator share the machine`,
    },
    {
      name: 'what a core of its own would give',
      measured: 1 / server,
      unit: '/s',
      note: 'by the CPU time that the server used',
    },
    { name: 'server, CPU time for each', measured: server * 1e6, unit: 'us' },
    { name: 'load generator, CPU time for each', measured: own * 1e6, unit: 'us', note: 'quotes signed and HTTP' },
    { name: 'latency of challenge and evidence, p50', measured: percentile(latencies, 50), unit: 'ms' },
    { name: 'latency of challenge and evidence, p99', measured: percentile(latencies, 99), unit: 'ms' },
    { name: 'server memory', measured: authority.residentMegabytes() ?? 0, unit: 'MB' },
  ];
};

/** All verdicts of the run again, from the stored evidence, with nothing remembered. */
const replay = async (dir: string): Promise<Figure> => {
  const authority = orThrow(await openAuthority({ dir, passphrase: undefined })());
  const deps = withFreshMemos(authority.deps);
  const began = cpuSeconds();
  const { checked, differentCount } = orThrow(await replayAll(deps)()());
  const worked = cpuSeconds() - began;
  await authority.close();
  if (differentCount > 0) throw new Error(`${String(differentCount)} verdicts came out differently`);
  const note = `${String(checked)} verdicts, by CPU time of all threads`;
  return { name: 'past verdicts made again, on one core', measured: checked / worked, unit: '/s', atLeast: 3000, note };
};

export const attestations: BenchGroup = {
  name: 'attestations',
  what: 'challenge and evidence over HTTP, 13-15 kB boot logs, ECDSA attestation keys, the built server in its own process',
  run: async () => {
    const folder = temporaryFolder();
    const dir = `${folder.path}/authority`;
    initAuthority(dir);
    const authority = await serveAuthority(dir);
    const figures = await measure(authority);
    await authority.stop();
    const replayed = await replay(dir);
    folder.remove();
    return [...figures, replayed];
  },
};
