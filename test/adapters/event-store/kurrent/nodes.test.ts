import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, vi } from 'vitest';
import { openKurrentLedger } from '../../../../adapters/event-store/kurrent/open-kurrent-ledger.js';
import type { StoredEntry } from '../../../../domain/ports.js';
import { entryOf, openNode, optionsIn, type TestNode, testServer } from '../../../support/esdb/node.js';
import { left, right } from '../../../support/ledger.js';

const entriesOf = async ({ ledger }: TestNode): Promise<ReadonlyArray<StoredEntry>> => {
  right(await ledger.caughtUp());
  const read = right(await ledger.events.readAll(0, 10_000)());
  return read.map((entry) => ({ ...entry, bytes: new Uint8Array(entry.bytes) }));
};

describe('several nodes on one cluster', () => {
  it('give every entry the same index, whoever wrote it and in whatever order answers came', async () => {
    const server = await testServer();
    const nodes = await Promise.all([1, 2, 3].map(() => openNode(server.url)));
    const writes = nodes.flatMap(({ ledger }, n) =>
      Array.from({ length: 10 }, (_, i) =>
        ledger.events.append({ stream: `host/${n}-${i}`, expectedRevision: -1, entries: [entryOf(), entryOf()] })(),
      ),
    );
    const firsts = (await Promise.all(writes)).map((written) => right(written).firstIndex);
    expect(firsts.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => 2 * i));
    const [one, two, three] = await Promise.all(nodes.map(entriesOf));
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  it('let one of two win at one revision, and the other read what won', async () => {
    const server = await testServer();
    const [one, two] = [await openNode(server.url), await openNode(server.url)];
    const outcomes = await Promise.all(
      [one, two].map(({ ledger }) =>
        ledger.events.append({ stream: 'host/a', expectedRevision: -1, entries: [entryOf()] })(),
      ),
    );
    expect(outcomes.filter(E.isRight)).toHaveLength(1);
    const [seenByOne, seenByTwo] = [
      right(await one.ledger.events.readStream('host/a', 0, 9)()),
      right(await two.ledger.events.readStream('host/a', 0, 9)()),
    ];
    expect(seenByOne).toHaveLength(1);
    expect(seenByTwo).toEqual(seenByOne);
  });

  it('read a stream as it is now, not as they saw it', async () => {
    const server = await testServer();
    const [one, two] = [await openNode(server.url), await openNode(server.url)];
    for (let revision = -1; revision < 20; revision++) {
      right(await one.ledger.events.append({ stream: 'host/a', expectedRevision: revision, entries: [entryOf()] })());
      expect(right(await two.ledger.events.readStream('host/a', revision + 1, 9)())).toHaveLength(1);
    }
  });
});

describe('a node that comes back', () => {
  const filled = async () => {
    const server = await testServer();
    const node = await openNode(server.url);
    for (let i = 0; i < 5; i++)
      right(await node.ledger.events.append({ stream: `host/${i}`, expectedRevision: -1, entries: [entryOf()] })());
    const before = await entriesOf(node);
    await node.ledger.close();
    const other = await openNode(server.url);
    right(await other.ledger.events.append({ stream: 'host/0', expectedRevision: 0, entries: [entryOf()] })());
    return { server, folder: node.folder, before };
  };

  it.each([
    ['with everything that it had', () => undefined],
    ['without its position', (folder: string) => rmSync(join(folder, 'replica.position'))],
    ['with a position that is none', (folder: string) => writeFileSync(join(folder, 'replica.position'), '{"v":1}')],
    ['without its copy', (folder: string) => rmSync(join(folder, 'replica.db'))],
  ])('has the same entries at the same places %s', async (_, lose) => {
    const { server, folder, before } = await filled();
    lose(folder);
    const after = await entriesOf(await openNode(server.url, folder));
    expect(after.slice(0, 5)).toEqual(before);
    expect(after).toHaveLength(6);
  });

  it('refuses a cluster that was put back to an older state', async () => {
    const { folder } = await filled();
    const older = await testServer();
    expect(left(await openKurrentLedger(optionsIn(older.url, folder))())).toMatchObject({ _tag: 'StoreDamaged' });
  });

  it('is refused a second process on its copy', async () => {
    const server = await testServer();
    const node = await openNode(server.url);
    expect(left(await openKurrentLedger(optionsIn(server.url, node.folder))())._tag).toBe('StoreUnavailable');
  });

  it('can finish a blob that another gave up', async () => {
    const server = await testServer();
    const [one, two] = [await openNode(server.url), await openNode(server.url)];
    const blob = new Uint8Array(1_500_000).fill(7);
    for (let i = 0; i < 3; i++) server.faults.nextAppend('test/evidence/', 'slow');
    const [first, second] = await Promise.all([one.ledger.evidence.put(blob)(), two.ledger.evidence.put(blob)()]);
    expect(right(first)).toBe(right(second));
    await vi.waitFor(() => expect(server.log.stream(`test/evidence/${right(first)}`)).toHaveLength(3), 100_000);
    const read = right(await two.ledger.evidence.get(right(first))());
    expect(Buffer.compare(read ?? new Uint8Array(), blob)).toBe(0);
    server.log.redact(`test/evidence/${right(first)}`, 0n, new Uint8Array(3));
    expect(left(await one.ledger.evidence.get(right(first))())._tag).toBe('StoreDamaged');
  });
});
