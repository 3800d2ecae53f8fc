import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { entryEngines } from '../../adapters/crypto/engines.js';
import { openKurrentLedger } from '../../adapters/event-store/kurrent/open-kurrent-ledger.js';
import { fromUtf8, toHex } from '../../domain/encoding/bytes.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import { appendLeaf, emptyFrontier, rootOf } from '../../domain/ledger/merkle.js';
import type { StoredEntry } from '../../domain/ports.js';
import { type Cluster, clusterOf, type NodeProcess } from '../support/cluster-processes.js';
import { approvedOverHttp, certifiedOverHttp, evidenceFor, type HttpAuthority } from '../support/http-authority.js';
import { wrappingPair } from '../support/key-service.js';
import { right } from '../support/ledger.js';
import { run } from '../support/run-cli.js';
import { built } from '../support/serving.js';
import { softwareTpm } from '../support/software-tpm.js';
import { temporaryFolder } from '../support/temporary-folder.js';

beforeAll(built);

const PATIENCE_MS = 30_000;
const HOUR_MS = 3_600_000;

const hostOf = (name: string) => ({ host: `host-${name}`, tpm: softwareTpm({ kind: 'rsa', seed: name }) });
const LOAD = ['a', 'b', 'c'].map(hostOf);
/** Attests before each fault, and is quarantined while a node can't hear of it. */
const SUSPECT = hostOf('suspect');

const prepare = async (authority: HttpAuthority): Promise<void> => {
  await approvedOverHttp(authority, 'image-1');
  for (const { host, tpm } of [...LOAD, SUSPECT]) await certifiedOverHttp(authority, host, tpm);
  await authority.ask('POST', '/v1/key-providers', { as: 'alice', body: { id: 'local', kind: 'software' } });
  const first = { as: 'alice', body: { create: 'first' } } as const;
  await authority.ask('PUT', '/v1/key-providers/local/primary-key', first);
};

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Undefined: nobody answered in time, so nobody acknowledged anything. */
const ask = async (
  node: NodeProcess,
  method: string,
  path: string,
  { token, body }: { readonly token?: string | undefined; readonly body?: unknown } = {},
): Promise<Reply | undefined> => {
  try {
    const reply = await fetch(`${node.serving().url}${path}`, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, body: text.startsWith('{') ? JSON.parse(text) : { text } };
  } catch {
    return undefined;
  }
};

type Host = ReturnType<typeof hostOf>;

const attest = async ({ host, tpm }: Host, asked: NodeProcess, answered: NodeProcess): Promise<Reply | undefined> => {
  const challenge = await ask(asked, 'POST', `/v1/hosts/${host}/challenges`, { body: { akName: toHex(tpm.akName) } });
  if (challenge?.status !== 200) return challenge;
  const wrapping = wrappingPair(host).publicKey;
  const nonce = String(challenge.body['nonce']);
  const body = evidenceFor(nonce, tpm, '', undefined, BigInt(Date.now()), wrapping);
  return ask(answered, 'POST', `/v1/hosts/${host}/attestations`, { body });
};

const tokenIn = ({ body }: Reply): string | undefined => {
  const tokens = (body['tokens'] ?? []) as ReadonlyArray<{ readonly kind: string; readonly token: string }>;
  return tokens.find(({ kind }) => kind === 'key-access')?.token;
};

const keyFor = (token: string, node: NodeProcess): Promise<Reply | undefined> =>
  ask(node, 'POST', '/v1/key-providers/local/generate-key', { token, body: { bytes: 32, purpose: 'disk' } });

interface Acknowledged {
  readonly host: string;
  readonly index: number;
  readonly type: string;
}

interface Watched {
  readonly acknowledged: Array<Acknowledged>;
  readonly checkpoints: Set<string>;
  readonly statuses: Map<number, number>;
  released: number;
}

/** Attests at one node, gets a key from another, again and again. */
const work = async (who: Host, { nodes }: Cluster, watched: Watched, stop: AbortSignal): Promise<void> => {
  const pick = (): NodeProcess => nodes[Math.floor(Math.random() * nodes.length)]!;
  const count = (reply: Reply | undefined): void => {
    const status = reply?.status ?? 0;
    watched.statuses.set(status, (watched.statuses.get(status) ?? 0) + 1);
  };
  while (!stop.aborted) {
    const attested = await attest(who, pick(), pick());
    count(attested);
    if (attested?.status === 200) {
      const { index, verdict } = attested.body;
      const type = verdict === 'affirming' ? 'HostAttested' : 'AttestationRefused';
      watched.acknowledged.push({ host: who.host, index: Number(index), type });
      const released = await keyFor(tokenIn(attested) ?? '', pick());
      count(released);
      if (released?.status === 200) watched.released += 1;
    }
    await sleep(20);
  }
};

const watch = async ({ nodes }: Cluster, { checkpoints }: Watched, stop: AbortSignal): Promise<void> => {
  while (!stop.aborted) {
    const seen = nodes.map((node) => Promise.race([ask(node, 'GET', '/checkpoint'), sleep(500).then(() => undefined)]));
    for (const reply of await Promise.all(seen)) {
      if (reply?.status === 200) checkpoints.add(String(reply.body['text']));
    }
    await sleep(100);
  }
};

const sizeIn = (checkpoint: string): number => Number(checkpoint.split('\n')[1]);

const publishedSize = async (node: NodeProcess): Promise<number> => {
  const reply = await ask(node, 'GET', '/checkpoint');
  return reply?.status === 200 ? sizeIn(String(reply.body['text'])) : 0;
};

const until = async <A>(what: string, find: () => Promise<A | undefined>): Promise<A> => {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const found = await find();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`${what} did not come about`);
};

/** Tells so itself. */
const sealerOf = ({ nodes, tokens }: Cluster): Promise<NodeProcess> =>
  until('a sealer', async () => {
    for (const node of nodes) {
      const reply = await ask(node, 'GET', '/metrics', { token: tokens.get('arthur') });
      if (/^sekisho_log_sealing 1$/m.test(String(reply?.body['text']))) return node;
    }
    return undefined;
  });

interface Fault {
  readonly name: string;
  readonly strike: (node: NodeProcess) => Promise<void> | void;
  readonly mend: (node: NodeProcess) => Promise<void> | void;
}

const FAULTS: ReadonlyArray<Fault> = [
  {
    name: 'killed',
    strike: (node) => node.serving().kill(),
    mend: (node) => node.start(),
  },
  {
    name: 'paused',
    strike: (node) => {
      node.serving().signal('SIGSTOP');
    },
    mend: (node) => {
      node.serving().signal('SIGCONT');
    },
  },
  {
    name: 'cut off from the store',
    strike: (node) => {
      node.wire.cut();
    },
    mend: (node) => {
      node.wire.mend();
    },
  },
];

/** Strikes the sealer. Answers for how long nothing was sealed; what was quarantined meanwhile gets no key there afterwards. */
const strikeSealer = async (cluster: Cluster, fault: Fault): Promise<number> => {
  const { nodes, tokens } = cluster;
  const sealer = await sealerOf(cluster);
  const others = nodes.filter((node) => node !== sealer);
  const [other] = others as [NodeProcess];
  const attested = await until('a verdict', async () => {
    const reply = await attest(SUSPECT, other, other);
    return reply?.status === 200 && tokenIn(reply) !== undefined ? reply : undefined;
  });
  const token = tokenIn(attested) ?? '';
  expect((await keyFor(token, sealer))?.status).toBe(200);

  const began = performance.now();
  await fault.strike(sealer);
  const quarantined = await until('a quarantine', async () => {
    const body = { reason: fault.name };
    const reply = await ask(other, 'POST', `/v1/hosts/${SUSPECT.host}/quarantine`, {
      token: tokens.get('alice'),
      body,
    });
    return reply?.status === 200 ? reply : undefined;
  });
  const index = Number(quarantined.body['index']);
  await until('sealing again', async () => ((await publishedSize(other)) > index ? true : undefined));
  const unsealed = performance.now() - began;

  if (fault.name.startsWith('cut off')) {
    expect((await attest(LOAD[0]!, sealer, sealer))?.status ?? 503).toBe(503);
    expect((await keyFor(token, sealer))?.status ?? 503).toBe(503);
  }
  await fault.mend(sealer);
  // Asked in the very moment in which it comes back, before it can have heard of anything.
  const first = await keyFor(token, sealer);
  expect(first?.status).not.toBe(200);
  const answered = await until('an answer', async () => {
    const reply = await keyFor(token, sealer);
    return reply === undefined || reply.status === 503 ? undefined : reply;
  });
  expect(answered.body).toMatchObject({
    reasons: expect.arrayContaining([expect.objectContaining({ code: 'HostQuarantined' })]),
  });
  await until('release', async () => {
    const body = { reason: 'looked at' };
    const reply = await ask(other, 'POST', `/v1/hosts/${SUSPECT.host}/release`, { token: tokens.get('alice'), body });
    return reply?.status === 200 ? true : undefined;
  });
  return unsealed;
};

/** A sealer whose wall clock jumps stays the sealer. */
const jumpClock = async (cluster: Cluster): Promise<void> => {
  const sealer = await sealerOf(cluster);
  for (const off of [HOUR_MS, -HOUR_MS, 0]) {
    sealer.setClock(off);
    const before = await publishedSize(sealer);
    await until('sealing on', async () => ((await publishedSize(sealer)) > before ? true : undefined));
    expect((await sealerOf(cluster)).name).toBe(sealer.name);
  }
};

interface Envelope {
  readonly stream: string;
  readonly type: string;
}

const envelopeOf = ({ bytes }: StoredEntry): Envelope => JSON.parse(fromUtf8(bytes) ?? '{}');

/** No key was released but to a host whose last verdict was affirming, and that was not quarantined. */
const expectNoStaleRelease = (entries: ReadonlyArray<StoredEntry>): number => {
  const standing = new Map<string, { trusted: boolean; quarantined: boolean }>();
  let releases = 0;
  for (const entry of entries) {
    const { stream, type } = envelopeOf(entry);
    const state = standing.get(stream) ?? { trusted: false, quarantined: false };
    standing.set(stream, state);
    if (type === 'HostAttested') state.trusted = true;
    if (type === 'AttestationRefused') state.trusted = false;
    if (type === 'HostQuarantined') state.quarantined = true;
    if (type === 'HostReleased') state.quarantined = false;
    if (type !== 'KeyReleaseAuthorised') continue;
    releases += 1;
    expect(state, `release at ${String(entry.index)}`).toEqual({ trusted: true, quarantined: false });
  }
  return releases;
};

const rootsOf = (entries: ReadonlyArray<StoredEntry>): ReadonlyArray<string> => {
  let frontier = emptyFrontier;
  return [
    '',
    ...entries.map(({ bytes }) => {
      frontier = appendLeaf(entryEngines.hashing, frontier, leafBytes(entryEngines.hashing, bytes));
      return Buffer.from(rootOf(entryEngines.hashing, frontier)).toString('base64');
    }),
  ];
};

it('three nodes under load lose nothing, fork nothing and release nothing stale while the sealer is killed, paused, cut off and its clock jumps', async () => {
  const cluster = await clusterOf(['gate-1', 'gate-2', 'gate-3'], prepare);
  const watched: Watched = { acknowledged: [], checkpoints: new Set(), statuses: new Map(), released: 0 };
  const stop = new AbortController();
  const running = [
    ...LOAD.map((who) => work(who, cluster, watched, stop.signal)),
    watch(cluster, watched, stop.signal),
  ];
  const unsealed: Array<readonly [string, number]> = [];
  for (const fault of FAULTS) unsealed.push([fault.name, Math.round(await strikeSealer(cluster, fault))]);
  await jumpClock(cluster);
  stop.abort();
  await Promise.all(running);

  const folder = temporaryFolder();
  const places = { replica: join(folder, 'replica.db'), positionFile: join(folder, 'position') };
  const ledger = right(await openKurrentLedger({ ...cluster.store, ...places })());
  onTestFinished(() => ledger.close());
  const entries = right(await ledger.events.readAll(0, 1_000_000)());
  for (const { host, index, type } of watched.acknowledged)
    expect(envelopeOf(entries[index]!)).toMatchObject({ stream: `host/${host}`, type });
  expect(watched.acknowledged.length).toBeGreaterThan(30);

  const record = right(await ledger.client.read(ledger.names.record, { from: 0, limit: 1_000_000 })());
  const signed = record.map(({ bytes }) => Buffer.from(bytes ?? []).toString('utf8'));
  const roots = rootsOf(entries);
  for (const checkpoint of [...signed, ...watched.checkpoints])
    expect(checkpoint.split('\n')[2], checkpoint).toBe(roots[sizeIn(checkpoint)]);
  const sizes = signed.map(sizeIn);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));

  expect(expectNoStaleRelease(entries)).toBeGreaterThanOrEqual(watched.released);
  expect(watched.released).toBeGreaterThan(10);
  expect(watched.statuses.get(500) ?? 0).toBe(0);
  for (const node of cluster.nodes) expect(await node.serving().end()).toBe(0);
  for (const { dir } of cluster.nodes)
    expect(JSON.parse((await run('verify', '--dir', dir, '--json')).out)).toMatchObject({ faultCount: 0 });
  const told = {
    unsealedMillis: Object.fromEntries(unsealed),
    entries: entries.length,
    checkpoints: signed.length,
    acknowledged: watched.acknowledged.length,
    released: watched.released,
    statuses: Object.fromEntries(watched.statuses),
  };
  process.stderr.write(`${JSON.stringify(told)}\n`);
}, 600_000);
