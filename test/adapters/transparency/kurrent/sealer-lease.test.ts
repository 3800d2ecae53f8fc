import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { connectKurrent, type KurrentClient } from '../../../../adapters/event-store/kurrent/client.js';
import { createSealerLease, type SealerLease } from '../../../../adapters/transparency/kurrent/sealer-lease.js';
import { testServer } from '../../../support/esdb/node.js';
import type { TestServer } from '../../../support/esdb/server.js';

const LEASE_MS = 3_000;
const STREAM = 'test/sealer';

interface Candidate {
  readonly node: string;
  readonly lease: SealerLease;
  /** The machine's own monotonic clock: no two agree. */
  readonly clock: { now: number };
}

const candidate = (client: KurrentClient): Candidate => {
  const clock = { now: Math.random() * 1e9 };
  const node = randomUUID();
  const options = { client, stream: STREAM, node, monotonic: () => clock.now, leaseMillis: LEASE_MS };
  return { node, clock, lease: createSealerLease(options) };
};

const two = async (): Promise<{
  server: TestServer;
  one: Candidate;
  other: Candidate;
  pass: (millis: number) => void;
}> => {
  const server = await testServer();
  const client = connectKurrent({ url: server.url, deadlineMillis: 3_000 });
  if (client === undefined) throw new Error('no client');
  onTestFinished(() => client.close());
  const [one, other] = [candidate(client), candidate(client)];
  const pass = (millis: number): void => [one, other].forEach(({ clock }) => void (clock.now += millis));
  return { server, one, other, pass };
};

it('is held by the first that asks, for as long as that one renews it', async () => {
  const { one, other, pass } = await two();
  expect(await one.lease.step()).toBe(true);
  for (let i = 0; i < 6; i++) {
    expect(await other.lease.step()).toBe(false);
    expect(other.lease.holder()).toBe(one.node);
    pass(LEASE_MS / 2);
    expect(await one.lease.step()).toBe(true);
  }
});

it('goes over when its holder falls silent, who knows so before anybody else takes it', async () => {
  const { one, other, pass } = await two();
  await one.lease.step();
  await other.lease.step();
  pass(LEASE_MS);
  expect([one.lease.held(), await other.lease.step()]).toEqual([false, false]);
  pass(LEASE_MS / 4 + 1);
  expect(await other.lease.step()).toBe(true);
  expect([await one.lease.step(), one.lease.holder()]).toEqual([false, other.node]);
});

it('is won by one when both find it free at once', async () => {
  const { one, other } = await two();
  const won = await Promise.all([one.lease.step(), other.lease.step()]);
  expect(won.filter((held) => held)).toHaveLength(1);
});

it('is handed over at once by who leaves', async () => {
  const { one, other } = await two();
  await one.lease.step();
  await one.lease.leave();
  expect([one.lease.held(), await other.lease.step()]).toEqual([false, true]);
});

it('is known to be held when the answer to the claim was lost and the claim was written', async () => {
  const { server, one, other } = await two();
  server.faults.nextAppend(STREAM, 'answer-lost');
  expect(await one.lease.step()).toBe(true);
  expect(await other.lease.step()).toBe(false);
});

it('is not held by who can not reach the cluster, however often it asks', async () => {
  const { server, one, pass } = await two();
  await one.lease.step();
  await server.stop();
  pass(LEASE_MS + 1);
  expect(await one.lease.step()).toBe(false);
  expect(one.lease.held()).toBe(false);
});

it('is free where its stream holds what is no lease', async () => {
  const { server, one } = await two();
  const event = { id: randomUUID(), type: 'x', contentType: 'application/octet-stream', metadata: new Uint8Array() };
  server.log.append(STREAM, 'any', [{ ...event, data: new TextEncoder().encode('{"v":2}') }]);
  expect(await one.lease.step()).toBe(false);
  one.clock.now += 1.25 * LEASE_MS + 1;
  expect(await one.lease.step()).toBe(true);
});
