import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectKurrent } from '../../../adapters/event-store/kurrent/client.js';
import { createCheckpointKeeper } from '../../../adapters/transparency/checkpoint-keeper.js';
import { appendCosigned, readCosigned } from '../../../adapters/transparency/cosigned-file.js';
import { publishedBefore } from '../../../adapters/transparency/kurrent/published-before.js';
import { witnessedBefore } from '../../../adapters/transparency/witnessed-before.js';
import { toBase64 } from '../../../domain/encoding/bytes.js';
import { instantOf } from '../../../domain/encoding/instant.js';
import type { SignedCheckpoint } from '../../../domain/transparency/log-state.js';
import { consistencyFromTiles } from '../../../domain/transparency/tree-proof.js';
import { enrol, openTestAuthority } from '../../support/authority.js';
import { logOf, POLICY } from '../../support/bundle.js';
import { testServer } from '../../support/esdb/node.js';
import { right } from '../../support/ledger.js';
import { noteEngines } from '../../support/note-signers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const HOUR = 3600;
const START = 1_796_000_000;

/** Checkpoints over ever more entries, the n-th cosigned n hours later, by all three witnesses or by one. */
const history: Array<Awaited<ReturnType<typeof logOf>>> = [];
let lonely: SignedCheckpoint;
beforeAll(async () => {
  const authority = await openTestAuthority();
  for (let i = 0; i < 4; i++) {
    await enrol(authority, `h${String(i)}`);
    history.push(await logOf(authority, { cosignedAt: () => START + i * HOUR }));
  }
  lonely = (await logOf(authority, { witnesses: 1 })).published;
});

const bytesOf = (i: number): Uint8Array => history[i]!.published.bytes;

const keeping = (file: string, changes: ReadonlyArray<number> = []) => {
  const faults: Array<string> = [];
  const keeper = createCheckpointKeeper({
    ...noteEngines,
    file,
    policy: () => POLICY,
    changes: () => changes,
    onFault: ({ _tag }) => faults.push(_tag),
  });
  return { ...keeper, faults };
};

const kept = async (file: string): Promise<ReadonlyArray<string | undefined>> =>
  right(await readCosigned(file)()).map((bytes) => (bytes === undefined ? undefined : toBase64(bytes)));

const texts = (...which: ReadonlyArray<number>): ReadonlyArray<string> => which.map((i) => toBase64(bytesOf(i)));

describe('the keeper of cosigned checkpoints', () => {
  it('keeps one an hour and over restarts, and none without its quorum', async () => {
    const file = join(temporaryFolder(), 'log', 'cosigned');
    const first = keeping(file);
    for (const bytes of [lonely.bytes, bytesOf(0), bytesOf(0), bytesOf(1)]) first.offer(bytes);
    await first.idle();
    const again = keeping(file);
    for (const i of [1, 0, 3]) again.offer(bytesOf(i));
    await again.idle();
    expect(await kept(file)).toEqual(texts(0, 1, 3));
    expect([statSync(file).mode & 0o777, first.faults, again.faults]).toEqual([0o600, [], []]);
  });

  it('goes on behind a line that a crash cut off', async () => {
    const file = join(temporaryFolder(), 'cosigned');
    right(await appendCosigned(file, bytesOf(0))());
    appendFileSync(file, toBase64(bytesOf(1)).slice(0, 100));
    expect(await kept(file)).toEqual(texts(0));
    const keeper = keeping(file);
    keeper.offer(bytesOf(2));
    await keeper.idle();
    expect(await kept(file)).toEqual(texts(0, 2));
    expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
  });

  it('says when it could not write, and leaves a line that is none out of what it reads', async () => {
    const file = join(temporaryFolder(), 'cosigned');
    writeFileSync(file, `not base64!\n${toBase64(bytesOf(0))}\n`);
    expect(await kept(file)).toEqual([undefined, ...texts(0)]);
    const keeper = keeping('/dev/null/cosigned');
    keeper.offer(bytesOf(0));
    await keeper.idle();
    expect(keeper.faults).toEqual(['PlaceUnavailable']);
  });
});

describe('what witnesses had seen before a time', () => {
  const asked = (file: string, newest = 3, shared?: ReturnType<typeof publishedBefore>) =>
    witnessedBefore({
      ...noteEngines,
      file,
      shared,
      policy: () => POLICY,
      published: () => history[newest]!.published,
      prove: (older, size) => consistencyFromTiles(noteEngines.hashing, history[newest]!.readTile, older, size),
    });
  const at = (hours: number): string => instantOf((START + hours * HOUR) * 1000);
  const sizeBefore = async (file: string, since: string, newest?: number) =>
    right(await asked(file, newest)(since)())?.size;
  const sizeOf = (i: number): number => history[i]!.published.checkpoint.size;

  it('is the largest kept tree that was cosigned by then, or the published one', async () => {
    const file = join(temporaryFolder(), 'cosigned');
    for (const i of [0, 1, 2]) right(await appendCosigned(file, bytesOf(i))());
    expect(await sizeBefore(file, at(0))).toBeUndefined();
    expect(await sizeBefore(file, at(0.5))).toBe(sizeOf(0));
    expect(await sizeBefore(file, at(2))).toBe(sizeOf(1));
    expect(await sizeBefore(file, at(9))).toBe(sizeOf(3));
    expect(await sizeBefore(join(temporaryFolder(), 'none'), at(2))).toBeUndefined();
  });

  it('is no tree that the log does not go on from, and none that was not cosigned', async () => {
    const file = join(temporaryFolder(), 'cosigned');
    const stranger = await openTestAuthority();
    await enrol(stranger, 'other');
    const forked = await logOf(stranger, { cosignedAt: () => START + 2 * HOUR });
    for (const bytes of [bytesOf(0), lonely.bytes, forked.published.bytes]) right(await appendCosigned(file, bytes)());
    expect(await sizeBefore(file, at(2.5))).toBe(sizeOf(0));
    expect(await sizeBefore(file, at(2.5), 0)).toBe(sizeOf(0));
  });

  it('is found in what all nodes of a cluster published, by a node that kept none of it', async () => {
    const server = await testServer();
    const client = connectKurrent({ url: server.url, deadlineMillis: 10_000 });
    if (client === undefined) throw new Error('no client');
    onTestFinished(() => client.close());
    const put = async (...checkpoints: ReadonlyArray<Uint8Array>): Promise<void> => {
      const events = checkpoints.map((bytes) => ({ id: randomUUID(), type: 'SekishoPublished', bytes }));
      right(await client.append('test/published', 'any', events)());
    };
    const file = join(temporaryFolder(), 'none');
    const shared = publishedBefore(client, 'test/published');
    const seen = async (since: string) => right(await asked(file, 3, shared)(since)())?.size;
    expect(await seen(at(0.5))).toBeUndefined();
    // From before there were witnesses; one of a log that forked; one each hour.
    const forked = await logOf(await openTestAuthority(), { cosignedAt: () => START + HOUR });
    await put(lonely.bytes, new Uint8Array([0xff]), bytesOf(0), forked.published.bytes, bytesOf(1), bytesOf(2));
    expect([
      await seen(at(0)),
      await seen(at(0.5)),
      await seen(at(1)),
      await seen(at(1.5)),
      await seen(at(2.5)),
    ]).toEqual([undefined, sizeOf(0), sizeOf(0), sizeOf(1), sizeOf(2)]);
    right(await appendCosigned(file, bytesOf(1))());
    expect([await seen(at(1)), await seen(at(2)), await seen(at(2.5))]).toEqual([sizeOf(0), sizeOf(1), sizeOf(2)]);
  });
});
