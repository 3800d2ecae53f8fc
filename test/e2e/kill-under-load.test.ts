import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { openAuthority } from '../../adapters/main.js';
import { fromUtf8, toHex } from '../../domain/encoding/bytes.js';
import { Envelope } from '../../domain/ledger/envelope.js';
import { hostKey } from '../../projections/host-trust-row.js';
import {
  approvedOverHttp,
  certifiedOverHttp,
  evidenceFor,
  openHttpAuthority,
  PASSPHRASE,
} from '../support/http-authority.js';
import { right } from '../support/ledger.js';
import { built, serve } from '../support/serving.js';
import { softwareTpm } from '../support/software-tpm.js';

const ROUNDS = process.env['SEKISHO_REQUIRE_ALL'] === '1' ? 50 : 5;
const HOSTS = ['a', 'b', 'c', 'd'].map((name) => ({
  host: `host-${name}`,
  tpm: softwareTpm({ kind: 'rsa', seed: name }),
}));

interface Acknowledged {
  readonly host: string;
  readonly index: number;
  readonly revision: number;
  readonly verdict: string;
}

const post = async (url: string, body: unknown): Promise<Record<string, unknown>> => {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await reply.json()) as Record<string, unknown>;
  if (!reply.ok) throw new Error(`${String(reply.status)} ${JSON.stringify(answer)}`);
  return answer;
};

/** Attests again and again until the server is gone; what it acknowledged is what must not be lost. */
const attestUntilKilled = async (
  url: string,
  { host, tpm }: (typeof HOSTS)[number],
  acknowledged: Array<Acknowledged>,
  stop: AbortSignal,
): Promise<void> => {
  const akName = toHex(tpm.akName);
  while (!stop.aborted) {
    const { nonce } = await post(`${url}/v1/hosts/${host}/challenges`, { akName });
    const body = evidenceFor(String(nonce), tpm, '', undefined, BigInt(Date.now()));
    const { index, revision, verdict } = await post(`${url}/v1/hosts/${host}/attestations`, body);
    acknowledged.push({ host, index: Number(index), revision: Number(revision), verdict: String(verdict) });
  }
};

const founded = async (): Promise<string> => {
  const authority = await openHttpAuthority(new Date().toISOString());
  await approvedOverHttp(authority, 'image-1');
  for (const { host, tpm } of HOSTS) await certifiedOverHttp(authority, host, tpm);
  await authority.close();
  return authority.dir;
};

const killedAtRandom = async (dir: string, acknowledged: Array<Acknowledged>): Promise<void> => {
  const { url, kill } = await serve(dir, '--host-rate', '100000');
  const stop = new AbortController();
  const load = HOSTS.map((each) => attestUntilKilled(url, each, acknowledged, stop.signal));
  // A failure while the server lives is one of the server, and must not be taken for the kill.
  const early = Promise.race(load.map((work) => work.catch((error: unknown) => error)));
  const failed = await Promise.race([early, sleep(50 + Math.random() * 500).then(() => undefined)]);
  await kill();
  stop.abort();
  await Promise.allSettled(load);
  expect(failed).toBeUndefined();
};

const nothingLost = async (dir: string, acknowledged: ReadonlyArray<Acknowledged>): Promise<number> => {
  const { deps, reads, app, close } = right(await openAuthority({ dir, passphrase: PASSPHRASE })());
  const size = right(await deps.store.size()());
  const entries = right(await deps.store.readAll(0, size)());
  for (const { host, index, revision, verdict } of acknowledged) {
    const envelope: unknown = JSON.parse(fromUtf8(entries[index]?.bytes ?? new Uint8Array()) ?? '');
    const type = verdict === 'affirming' ? 'HostAttested' : 'AttestationRefused';
    expect(Envelope.is(envelope) && envelope).toMatchObject({ stream: `host/${host}`, revision, type });
  }
  const row = right(reads.hostTrust.rowAt(hostKey('host-a'), size - 1));
  const last = acknowledged.findLast(({ host }) => host === 'host-a');
  expect(row?.kind === 'host' && (row.verdict?.revision ?? -1) >= (last?.revision ?? -1)).toBe(true);
  await app.close();
  await close();
  return size;
};

const tokenOf = (dir: string): string => readFileSync(`${dir}/tokens/arthur.token`, 'utf8').trim();

beforeAll(built);

it(
  `loses no acknowledged verdict in ${String(ROUNDS)} kills under load, and starts clean after each`,
  async () => {
    const dir = await founded();
    const acknowledged: Array<Acknowledged> = [];
    for (let round = 0; round < ROUNDS; round++) {
      await killedAtRandom(dir, acknowledged);
      await nothingLost(dir, acknowledged);
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
    const server = await serve(dir);
    expect(await server.end()).toBe(0);
    const { app, close } = right(await openAuthority({ dir, passphrase: PASSPHRASE })());
    const token = { authorization: `Bearer ${tokenOf(dir)}` };
    for (const [path, payload] of [
      ['/v1/verify', undefined],
      ['/v1/replay', {}],
    ] as const) {
      const reply = await app.inject({
        method: 'POST',
        url: path,
        headers: token,
        ...(payload === undefined ? {} : { payload }),
      });
      expect([path, reply.json().faultCount ?? reply.json().differenceCount]).toEqual([path, 0]);
    }
    await close();
    rmSync(dirname(dir), { recursive: true });
  },
  ROUNDS * 20_000,
);
