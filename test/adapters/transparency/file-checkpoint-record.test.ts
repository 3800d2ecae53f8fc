import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectKurrent } from '../../../adapters/event-store/kurrent/client.js';
import { createFileCheckpointRecord } from '../../../adapters/transparency/file-checkpoint-record.js';
import { createKurrentCheckpointRecord } from '../../../adapters/transparency/kurrent/kurrent-checkpoint-record.js';
import { createMemoryCheckpointRecord } from '../../../adapters/transparency/memory-checkpoint-record.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import type { CheckpointRecord } from '../../../domain/transparency/ports.js';
import { testServer } from '../../support/esdb/node.js';
import { left, right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const text = async (record: CheckpointRecord): Promise<string | undefined> => {
  const bytes = right(await record.read()());
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
};

const inCluster = async (): Promise<CheckpointRecord> => {
  const client = connectKurrent({ url: (await testServer()).url });
  if (client === undefined) throw new Error('no client');
  onTestFinished(() => client.close());
  return createKurrentCheckpointRecord(client, 'test/log-record');
};

const kinds: ReadonlyArray<readonly [string, () => CheckpointRecord | Promise<CheckpointRecord>]> = [
  ['in memory', createMemoryCheckpointRecord],
  ['in files', () => createFileCheckpointRecord(join(temporaryFolder(), 'log', 'record'))],
  ['in EventStoreDB', inCluster],
];

describe.each(kinds)('a checkpoint record %s', (_, make) => {
  it('is empty at first and then what was written last', async () => {
    const record = await make();
    expect(await text(record)).toBeUndefined();
    right(await record.compareAndSwap(undefined, utf8('1'))());
    right(await record.compareAndSwap(utf8('1'), utf8('2'))());
    right(await record.compareAndSwap(utf8('2'), utf8('3'))());
    expect(await text(record)).toBe('3');
  });

  it('is not written over by somebody who saw something else', async () => {
    const record = await make();
    right(await record.compareAndSwap(undefined, utf8('1'))());
    for (const seen of [undefined, utf8('0'), utf8('')]) {
      expect(left(await record.compareAndSwap(seen, utf8('fork'))())._tag).toBe('RecordConflict');
    }
    expect(await text(record)).toBe('1');
  });

  it('lets one of many win', async () => {
    const record = await make();
    right(await record.compareAndSwap(undefined, utf8('0'))());
    const results = await Promise.all(
      Array.from({ length: 12 }, (__, i) => record.compareAndSwap(utf8('0'), utf8(`writer ${String(i)}`))()),
    );
    const winners = results.flatMap((result, i) => (E.isRight(result) ? [i] : []));
    expect(winners).toHaveLength(1);
    expect(await text(record)).toBe(`writer ${String(winners[0])}`);
  });
});

describe('a checkpoint record in files', () => {
  it('is the same for a second instance, and keeps two versions', async () => {
    const folder = temporaryFolder();
    const [first, second] = [createFileCheckpointRecord(folder), createFileCheckpointRecord(folder)];
    right(await first.compareAndSwap(undefined, utf8('1'))());
    right(await second.compareAndSwap(utf8('1'), utf8('2'))());
    expect(left(await first.compareAndSwap(utf8('1'), utf8('fork'))())._tag).toBe('RecordConflict');
    right(await first.compareAndSwap(utf8('2'), utf8('3'))());
    expect(readdirSync(folder).toSorted()).toEqual(['checkpoint.000000000002', 'checkpoint.000000000003']);
  });

  it('outlives drafts that a crash left behind', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.draft-0011223344556677'), 'half');
    const record = createFileCheckpointRecord(folder);
    right(await record.compareAndSwap(undefined, utf8('1'))());
    expect(await text(record)).toBe('1');
  });

  it('says that it can not be used instead of being empty', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'checkpoint.000000000001'));
    expect(left(await createFileCheckpointRecord(folder).read()())).toMatchObject({
      _tag: 'PlaceUnavailable',
      detail: 'EISDIR',
    });
  });
});
