import { expect, it, onTestFinished } from 'vitest';
import { connectKurrent } from '../../../adapters/event-store/kurrent/client.js';
import { kurrentLease } from '../../../adapters/publisher/kurrent-lease.js';
import type { PublisherLease, PublisherTurn } from '../../../domain/publication/ports.js';
import { testServer } from '../../support/esdb/node.js';
import type { TestServer } from '../../support/esdb/server.js';
import { left, right } from '../../support/ledger.js';

const STREAM = 'test/publisher';

interface Node {
  readonly lease: PublisherLease;
  leads: boolean;
}

const nodes = async (): Promise<{ server: TestServer; node: (target?: string) => Node }> => {
  const server = await testServer();
  const client = connectKurrent({ url: server.url, deadlineMillis: 3_000 });
  if (client === undefined) throw new Error('no client');
  onTestFinished(() => client.close());
  return {
    server,
    node: (target = 'events checkpoints') => {
      const state = { leads: true };
      const lease = kurrentLease({ client, stream: STREAM, target, leads: () => state.leads });
      return Object.assign(state, { lease });
    },
  };
};

const begun = async ({ lease }: Node): Promise<PublisherTurn> => {
  const turn = right(await lease.begin());
  if (turn === undefined) throw new Error('should have got a turn');
  return turn;
};

it('gives the node that seals a turn, and all others how far that one is', async () => {
  const { node } = await nodes();
  const [one, other] = [node(), node()];
  other.leads = false;
  const turn = await begun(one);
  expect(right(await other.lease.begin())).toBeUndefined();
  right(await turn.advance(10)());
  right(await turn.advance(25)());
  expect(right(await turn.holds())).toBe(true);
  expect(right(await other.lease.published())).toBe(25);
});

it('goes on at the node that takes over, where the one before ended', async () => {
  const { node } = await nodes();
  const [one, other] = [node(), node()];
  right(await (await begun(one)).advance(10)());
  expect((await begun(other)).published).toBe(10);
});

it('ends the turn of a node that was paused and believes that it leads, before it sends again', async () => {
  const { node } = await nodes();
  const [paused, other] = [node(), node()];
  const old = await begun(paused);
  right(await old.advance(10)());
  const next = await begun(other);
  expect(right(await old.holds())).toBe(false);
  expect(left(await old.advance(20)())._tag).toBe('PublisherFenced');
  right(await next.advance(12)());
  expect(right(await other.lease.published())).toBe(12);
});

it('does not hold for a node that lost the lease, even when nobody else began', async () => {
  const { node } = await nodes();
  const one = node();
  const turn = await begun(one);
  one.leads = false;
  expect(right(await turn.holds())).toBe(false);
});

it('begins with the first event for other topics', async () => {
  const { node } = await nodes();
  right(await (await begun(node())).advance(10)());
  expect((await begun(node('others'))).published).toBe(0);
});

it('is unavailable while the cluster is, and a lost answer costs nothing', async () => {
  const { server, node } = await nodes();
  const one = node();
  const turn = await begun(one);
  server.faults.nextAppend(STREAM, 'answer-lost');
  right(await turn.advance(5)());
  expect(right(await turn.holds())).toBe(true);
  await server.stop();
  expect(left(await turn.holds())._tag).toBe('LeaseUnavailable');
  expect(left(await turn.advance(6)())._tag).toBe('LeaseUnavailable');
});
