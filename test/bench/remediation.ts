import { readFileSync } from 'node:fs';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import type { BenchGroup, Figure } from './figure.js';
import { openConnection } from './http-connection.js';
import { temporaryFolder } from './ledger.js';
import { initAuthority, type ServedAuthority, serveAuthority } from './served-authority.js';
import { percentile, secondsOf } from './timing.js';

const HOSTS = 1000;
const AT_ONCE = 16;
const SERVICE = { kind: 'attestation', hostname: 'gate.example', port: 8750, group: 'default', trustedCa: [] };

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** All of them, a few at once, each connection one after the other; the milliseconds of each. */
const askAll = async (
  { port }: ServedAuthority,
  token: string,
  questions: ReadonlyArray<Asked>,
): Promise<ReadonlyArray<number>> => {
  const queue = [...questions].reverse();
  const times: Array<number> = [];
  const worker = async (): Promise<void> => {
    const connection = await openConnection(port);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const began = performance.now();
      const { status, body } = await connection.send(
        next.method,
        next.path,
        JSON.stringify(next.body),
        `authorization: Bearer ${token}\r\n`,
      );
      if (status >= 300) throw new Error(`${next.path}: ${String(status)} ${body}`);
      times.push(performance.now() - began);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return times;
};

const HOST_IDS = Array.from({ length: HOSTS }, (_, i) => `esx-${String(i).padStart(4, '0')}`);

const setUp = async (authority: ServedAuthority, token: string): Promise<void> => {
  const admin = (method: string, path: string, body: unknown): Promise<unknown> =>
    authority.asOperator('trust-admin-1', method, path, body);
  for (const [id, kind] of [
    ['gate', 'authority'],
    ['east', 'trusted'],
  ])
    await admin('POST', '/v1/clusters', { id, kind });
  await admin('POST', '/v1/clusters/gate/enable', { reason: 'bench' });
  await admin('POST', '/v1/clusters/gate/services', SERVICE);
  await admin('PUT', '/v1/clusters/east/desired-services', { from: 'gate' });
  await askAll(
    authority,
    token,
    HOST_IDS.map((id) => ({ method: 'POST', path: '/v1/hosts', body: { id } })),
  );
  await askAll(
    authority,
    token,
    HOST_IDS.map((host) => ({ method: 'POST', path: '/v1/clusters/east/hosts', body: { host } })),
  );
};

const reports = (services: ReadonlyArray<unknown>): ReadonlyArray<Asked> =>
  HOST_IDS.map((host) => ({ method: 'POST', path: `/v1/hosts/${host}/relayed-config`, body: { services } }));

const measure = async (authority: ServedAuthority, dir: string): Promise<ReadonlyArray<Figure>> => {
  const tokenOf = (who: string): string => readFileSync(dataFolder(dir).tokenOf(who), 'utf8').trim();
  const relayer = tokenOf('workload-admin-1');
  await setUp(authority, tokenOf('trust-admin-1'));
  const before = await secondsOf(() => askAll(authority, relayer, reports([])));
  const get = (path: string): Promise<unknown> => authority.asOperator('trust-admin-1', 'GET', path);
  const drift = await secondsOf(() => get('/v1/clusters/east/drift'));
  const planned = await secondsOf(() =>
    authority.asOperator('trust-admin-1', 'POST', '/v1/clusters/east/remediate', {}),
  );
  const { job } = planned.result as { readonly job: string };
  const carried = await secondsOf(() => askAll(authority, relayer, reports([SERVICE])));
  const progress = await secondsOf(() => get(`/v1/jobs/${job}`));
  const { status, done } = (progress.result as { readonly job: { readonly status: string; readonly done: number } })
    .job;
  if (status !== 'done' || done !== HOSTS) throw new Error(`the job is ${status}, ${String(done)} of ${String(HOSTS)}`);
  return [
    { name: 'drift of 1,000 hosts shown', measured: drift.seconds * 1000, unit: 'ms' },
    { name: 'remediation of 1,000 hosts planned, durable', measured: planned.seconds * 1000, unit: 'ms' },
    { name: 'reports with no job under way', measured: HOSTS / before.seconds, unit: '/s' },
    {
      name: 'reports while it runs, each durable and the job looked at',
      measured: HOSTS / carried.seconds,
      unit: '/s',
    },
    { name: 'their p99', measured: percentile(carried.result, 99), unit: 'ms' },
    { name: 'progress of the job shown', measured: progress.seconds * 1000, unit: 'ms' },
  ];
};

export const remediation: BenchGroup = {
  name: 'remediation',
  what: 'a cluster of 1,000 hosts that all apply something else is put right, over HTTP',
  run: async () => {
    const folder = temporaryFolder();
    const dir = `${folder.path}/authority`;
    initAuthority(dir);
    const authority = await serveAuthority(dir);
    const figures = await measure(authority, dir);
    await authority.stop();
    folder.remove();
    return figures;
  },
};
