import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PublisherAnswer } from '../../adapters/http/routes/publisher.js';
import { readPublicKeys } from '../../adapters/key-store/key-store.js';
import { clusterOf, type NodeProcess } from '../support/cluster-processes.js';
import { startBroker } from '../support/kafka/broker.js';
import { expectWhole } from '../support/kafka/expect-whole.js';
import { readTopic } from '../support/kafka/read-topic.js';
import { right } from '../support/ledger.js';
import { run } from '../support/run-cli.js';
import { built, followIn } from '../support/serving.js';
import { KAFKA, requireTools } from '../support/system-parts.js';
import { folderForAll } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const TOPIC = 'sekisho';

const present = requireTools(KAFKA);
const folder = folderForAll();

const ask = async (
  node: NodeProcess,
  token: string | undefined,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Response> =>
  fetch(`${node.serving().url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token ?? ''}`,
      'idempotency-key': randomUUID(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** `sekisho follow` shows the same hosts from the topic alone, and shows them again after it was killed. */
const expectFollowed = async (
  node: NodeProcess,
  token: string | undefined,
  size: number,
  kafka: ReadonlyArray<string>,
): Promise<void> => {
  const { authority } = right(await readPublicKeys(join(node.dir, 'keys.json'))());
  const { out: vkey } = await run('ledger', 'vkey', '--dir', node.dir);
  const dir = join(folder(), 'followed');
  const pinned = ['--authority', authority.kid, '--vkey', vkey.trim()];
  for (const end of ['kill', 'end'] as const) {
    const follower = await followIn(dir, ...kafka, ...pinned);
    const headers = { authorization: `Bearer ${readFileSync(join(dir, 'follower.token'), 'utf8').trim()}` };
    const get = async (path: string): Promise<Record<string, unknown>> =>
      (await fetch(`${follower.url}${path}`, { headers })).json() as Promise<Record<string, unknown>>;
    await until('everything being verified, over a connection', async () => {
      const { verified, phase } = await get('/v1/follower');
      return verified === size && phase === 'following';
    });
    expect(await get('/v1/follower')).toMatchObject({ refused: {}, fault: null });
    const theirs = await ask(node, token, 'GET', '/v1/hosts');
    const { hosts } = (await theirs.json()) as { readonly hosts: ReadonlyArray<unknown> };
    expect(hosts.length).toBeGreaterThan(10);
    expect((await get('/v1/hosts'))['hosts']).toEqual(hosts);
    expect(await follower[end]()).toBe(end === 'end' ? 0 : undefined);
  }
};

describe.runIf(present)('nodes that publish to a real Kafka broker', () => {
  beforeAll(built, 600_000);

  it('hand over when the one that publishes is killed, and when it is only paused: every event at least once, in order per stream', async () => {
    const broker = await startBroker(folder());
    try {
      await broker.createTopics(TOPIC, 4);
      const kafka = ['--kafka', broker.address, '--kafka-topic', TOPIC];
      const { nodes, tokens } = await clusterOf(['one', 'two'], () => Promise.resolve(), ...kafka);
      const statusOf = async (node: NodeProcess): Promise<PublisherAnswer> =>
        (await ask(node, tokens.get('arthur'), 'GET', '/v1/publisher')).json() as Promise<PublisherAnswer>;
      /** Who publishes, when exactly one does and has begun. */
      const publishing = async (among: ReadonlyArray<NodeProcess>): Promise<NodeProcess> => {
        let found: ReadonlyArray<NodeProcess> = [];
        await until('one of them publishing', async () => {
          const statuses = await Promise.all(among.map(statusOf));
          found = among.filter((_, i) => statuses[i]?.state === 'publishing');
          return found.length === 1;
        });
        return found[0]!;
      };
      const others = (node: NodeProcess): NodeProcess => nodes.find((each) => each !== node)!;

      /** Three events in each host's stream, as fast as they can be recorded; stops when told to. */
      const recordAt = async (node: NodeProcess, stop: AbortSignal): Promise<void> => {
        while (!stop.aborted) {
          const id = `web-${randomUUID()}`;
          const trust = tokens.get('alice');
          await ask(node, tokens.get('wendy'), 'POST', '/v1/hosts', { id });
          await ask(node, trust, 'POST', `/v1/hosts/${id}/quarantine`, { reason: 'r' });
          await ask(node, trust, 'POST', `/v1/hosts/${id}/release`, { reason: 'r' });
        }
      };
      const sizeAt = async (node: NodeProcess): Promise<number> => {
        const { published, lagEvents } = await statusOf(node);
        return published + lagEvents;
      };

      /** Takes the publisher away under load, and waits until the other one has sent what was recorded before and since. */
      const takeAway = async (fault: (publisher: NodeProcess) => Promise<void>): Promise<NodeProcess> => {
        const first = await publishing(nodes);
        const second = others(first);
        const ending = new AbortController();
        const load = recordAt(second, ending.signal);
        await until('something being published', async () => (await statusOf(first)).sent > 30);
        await fault(first);
        const at = await sizeAt(second);
        expect(await publishing([second])).toBe(second);
        await until('events recorded since', async () => (await statusOf(second)).published > at + 30);
        ending.abort();
        await load;
        await until('everything being published', async () => (await statusOf(second)).lagEvents === 0);
        return first;
      };

      const killed = await takeAway((node) => node.serving().kill());
      expectWhole(await readTopic(broker.kafka, TOPIC), await sizeAt(others(killed)));

      await killed.start();
      const paused = await takeAway((node) => {
        node.serving().signal('SIGSTOP');
        return Promise.resolve();
      });
      paused.serving().signal('SIGCONT');
      await until('standing by', async () => (await statusOf(paused)).state === 'standing-by');
      const size = await sizeAt(others(paused));
      await until('knowing how far the other one is', async () => (await statusOf(paused)).published === size);
      expectWhole(await readTopic(broker.kafka, TOPIC), size);
      await expectFollowed(others(paused), tokens.get('arthur'), size, kafka);
    } finally {
      await broker.close();
    }
  }, 900_000);
});
