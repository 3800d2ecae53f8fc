import { describe, expect, it, vi } from 'vitest';
import { openKurrentLedger } from '../../../../adapters/event-store/kurrent/open-kurrent-ledger.js';
import type { AppendFault } from '../../../support/esdb/faults.js';
import { entryOf, openNode, optionsIn, testServer } from '../../../support/esdb/node.js';
import type { TestServer } from '../../../support/esdb/server.js';
import { left, right } from '../../../support/ledger.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';

const begin = async () => {
  const server = await testServer();
  const node = await openNode(server.url);
  const append = (stream: string, expectedRevision: number, ...entries: ReadonlyArray<ReturnType<typeof entryOf>>) =>
    node.ledger.events.append({ stream, expectedRevision, entries })();
  return { server, node, append, store: node.ledger.events };
};

const plain = { contentType: 'application/octet-stream', metadata: new Uint8Array() };

const foreign = (server: TestServer, stream: string, event: { id: string; bytes: Uint8Array }, contentType?: string) =>
  server.log.append(stream, 'any', [
    { ...plain, ...(contentType ? { contentType } : {}), id: event.id, type: 'x', data: event.bytes },
  ]);

describe('an append whose outcome is unknown', () => {
  const faults: ReadonlyArray<AppendFault> = ['request-lost', 'answer-lost', 'refused', 'broken', 'slow'];
  it.each(faults)('is written exactly once after: %s', async (fault) => {
    const { server, append, store } = await begin();
    right(await append('host/a', -1, entryOf()));
    server.faults.nextAppend('test/ledger/', fault);
    expect(right(await append('host/a', 0, entryOf(), entryOf()))).toEqual({ firstIndex: 1, lastRevision: 2 });
    expect(right(await store.size()())).toBe(3);
    expect(server.log.stream('test/ledger/host/a')).toHaveLength(3);
    expect(server.batchAppends()).toBe(0);
  });

  it('stays unknown, and may be tried again, when nobody answers', async () => {
    const { server, append } = await begin();
    const entry = entryOf();
    for (let i = 0; i < 3; i++) server.faults.nextAppend('test/ledger/', 'answer-lost');
    expect(left(await append('host/a', -1, entry))._tag).toBe('StoreUnavailable');
    expect(right(await append('host/a', -1, entry))).toEqual({ firstIndex: 0, lastRevision: 0 });
  });
});

describe('a connection that breaks', () => {
  it('is made again, from what was followed and not from the checkpoints that the server offers', async () => {
    const { server, append, store } = await begin();
    right(await append('host/a', -1, entryOf()));
    server.subscriptions.drop();
    right(await append('host/a', 0, entryOf()));
    await server.stop();
    await server.start();
    await vi.waitFor(async () => expect((await append('host/b', -1, entryOf()))._tag).toBe('Right'), 100_000);
    expect(right(await store.readAll(0, 9)()).map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('leaves an append unanswered while the cluster is gone, and nothing hangs', async () => {
    const { server, append, store } = await begin();
    await server.stop();
    expect(left(await append('host/a', -1, entryOf()))._tag).toBe('StoreUnavailable');
    expect(left(await store.readStream('host/a', 0, 1)())._tag).toBe('StoreUnavailable');
  });

  it('that fell silent is begun again when an entry does not show up', async () => {
    const { server, append } = await begin();
    server.subscriptions.stall(true);
    const entry = entryOf();
    expect(left(await append('host/a', -1, entry))).toMatchObject({ _tag: 'StoreUnavailable' });
    server.subscriptions.stall(false);
    expect(right(await append('host/a', -1, entry))).toEqual({ firstIndex: 0, lastRevision: 0 });
  });
});

describe('what the cluster delivers', () => {
  it('may come twice', async () => {
    const { server, node, append, store } = await begin();
    right(await append('host/a', -1, entryOf(), entryOf()));
    server.subscriptions.repeat(3);
    right(await append('host/a', 1, entryOf()));
    expect(right(await store.size()())).toBe(3);
    expect(node.faults).toEqual([]);
  });

  it('is of no concern outside of the ledger', async () => {
    const { server, append, store } = await begin();
    foreign(server, 'orders-1', entryOf());
    foreign(server, 'testing/ledger/host/a', entryOf());
    right(await append('host/a', -1, entryOf()));
    expect(right(await store.size()())).toBe(1);
  });

  it('stops everything when an entry was left out', async () => {
    const { server, node, append, store } = await begin();
    right(await append('host/a', -1, entryOf()));
    server.subscriptions.hide('test/ledger/host/a', 1n);
    foreign(server, 'test/ledger/host/a', entryOf());
    foreign(server, 'test/ledger/host/a', entryOf());
    await vi.waitFor(() => expect(node.faults[0]?._tag).toBe('StoreDamaged'), 100_000);
    expect(left(await append('host/b', -1, entryOf()))._tag).toBe('StoreDamaged');
    expect(left(await store.readStream('host/a', 0, 9)())._tag).toBe('StoreDamaged');
  });

  it.each([
    ['a JSON event', (server: TestServer) => foreign(server, 'test/ledger/host/a', entryOf(), 'application/json')],
    [
      'a stream that a ledger has no name for',
      (server: TestServer) => foreign(server, 'test/ledger/Host A', entryOf()),
    ],
    [
      'an entry that is too large',
      (server: TestServer) =>
        foreign(server, 'test/ledger/host/a', { id: entryOf().id, bytes: new Uint8Array(65_536) }),
    ],
    ['a tombstone', (server: TestServer) => server.log.tombstone('test/ledger/host/z')],
    ['a soft delete', (server: TestServer) => server.log.softDelete('test/ledger/host/z')],
  ])('stops everything when it is %s', async (_, write) => {
    const { server, node, append } = await begin();
    right(await append('host/z', -1, entryOf()));
    write(server);
    await vi.waitFor(() => expect(node.faults[0]?._tag).toBe('StoreDamaged'), 100_000);
    expect(left(await append('host/b', -1, entryOf()))._tag).toBe('StoreDamaged');
    expect(left(await openKurrentLedger(optionsIn(server.url, temporaryFolder()))())._tag).toBe('StoreDamaged');
  });

  it.each(['maxAge', 'maxCount', 'truncateBefore'])(
    'may not be forgotten: %s stops it, until it is taken out',
    async (key) => {
      const { server, node, append } = await begin();
      right(await append('host/a', -1, entryOf()));
      right(await node.ledger.client.setMetadata('test/ledger/host/a', { [key]: 1 })());
      await vi.waitFor(() => expect(node.faults[0]).toMatchObject({ _tag: 'StoreDamaged' }), 100_000);
      await node.ledger.close();
      expect(left(await openKurrentLedger(optionsIn(server.url, node.folder))())._tag).toBe('StoreDamaged');
      server.log.append('$$test/ledger/host/a', 'any', [
        {
          id: entryOf().id,
          type: '$metadata',
          contentType: 'application/json',
          data: Buffer.from('{}'),
          metadata: new Uint8Array(),
        },
      ]);
      const again = await openNode(server.url, node.folder);
      expect(right(await again.ledger.events.size()())).toBe(1);
    },
  );

  it('is told when it is not what was seen before', async () => {
    const { server, append, store } = await begin();
    right(await append('host/a', -1, entryOf(), entryOf()));
    server.log.redact('test/ledger/host/a', 1n, new Uint8Array(40).fill(0xff));
    expect(left(await store.readStream('host/a', 0, 9)())).toMatchObject({ _tag: 'StoreDamaged' });
    expect(right(await store.readStream('host/a', 0, 1)())).toHaveLength(1);
  });

  it('must not have lost what was scavenged', async () => {
    const { server, append } = await begin();
    right(await append('host/a', -1, entryOf(), entryOf(), entryOf()));
    server.log.scavenge('test/ledger/host/a', 1n);
    expect(left(await openKurrentLedger(optionsIn(server.url, temporaryFolder()))())._tag).toBe('StoreDamaged');
  });
});

describe('opening', () => {
  it('names no part of a connection string that it refuses', async () => {
    const folder = temporaryFolder();
    for (const url of [
      'esdb://admin:hunter2@',
      'kafka://admin:hunter2@host',
      'esdb://admin:hunter2@h?throwOnAppendFailure=false',
    ]) {
      const fault = left(await openKurrentLedger(optionsIn(url, folder))());
      expect(fault._tag).toBe('StoreRefused');
      expect(JSON.stringify(fault)).not.toContain('hunter2');
    }
  });

  it('ends in time when nothing listens there', async () => {
    const fault = left(await openKurrentLedger(optionsIn('esdb://127.0.0.1:1?tls=false', temporaryFolder()))());
    expect(fault._tag).toBe('StoreUnavailable');
  });
});
