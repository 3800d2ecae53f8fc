import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, it } from 'vitest';
import { type FollowedLog, followLog } from '../../../adapters/transparency/follow-log.js';
import { createMemoryCheckpointRecord } from '../../../adapters/transparency/memory-checkpoint-record.js';
import { createMemoryTileStorage } from '../../../adapters/transparency/memory-tile-storage.js';
import { openTransparencyLog, type TransparencyLog } from '../../../adapters/transparency/transparency-log.js';
import type { LogEngines } from '../../../domain/transparency/log-state.js';
import type { TileStorage } from '../../../domain/transparency/ports.js';
import { CHECKPOINT_PATH } from '../../../domain/transparency/read-signed.js';
import { left, right } from '../../support/ledger.js';
import { edited, type ListStore, listStore } from '../../support/list-store.js';
import { noteEngines, noteSigner } from '../../support/note-signers.js';
import { tileTree } from '../../support/tile-tree.js';

const signer = noteSigner('ledger.example', 5);
const stranger = noteSigner('ledger.example', 6);

const open: Array<TransparencyLog> = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((log) => log.stop()));
});

/** The node that seals, and what it and the others share. */
const sealing = async (store: ListStore, by = signer) => {
  const engines: LogEngines & { readonly store: ListStore } = {
    ...noteEngines,
    formerKeys: () => [],
    origin: by.name,
    signers: () => [by],
    store,
    record: createMemoryCheckpointRecord(),
    tiles: createMemoryTileStorage(),
  };
  // It seals when the test says so, and not by itself.
  const log = right(await openTransparencyLog({ engines, retryAfterMillis: 5, sealAfterMillis: 3_600_000 })());
  open.push(log);
  return { engines, seal: async () => right(await log.sealNow()()) };
};

const following = (shared: LogEngines, store: ListStore, own: TileStorage = createMemoryTileStorage()) => {
  const seen: Array<number> = [];
  const engines = { ...shared, signers: () => [signer], store };
  const log = followLog({ engines, own, onPublished: ({ checkpoint }) => void seen.push(checkpoint.size) });
  return { log, own, seen };
};

const sizeOf = (log: FollowedLog): number | undefined => log.published()?.checkpoint.size;
const has = async (own: TileStorage, path: string): Promise<boolean> => right(await own.read(path)()) !== undefined;

const expectTilesOf = async (own: TileStorage, size: number): Promise<void> => {
  for (const [path, bytes] of tileTree(size).tiles)
    expect([path, right(await own.read(path)())]).toEqual([path, bytes]);
};

describe('a log that another node seals', () => {
  it("is taken over with tiles made from this node's own entries", async () => {
    const { engines, seal } = await sealing(listStore(600));
    const { log, own, seen } = following(engines, listStore(600));
    expect(E.isRight(await log.step())).toBe(true);
    expect(log.published()).toBeUndefined();
    await seal();
    right(await log.step());
    expect([sizeOf(log), seen]).toEqual([600, [600]]);
    expect(right(await own.read(CHECKPOINT_PATH)())).toEqual(right(await engines.tiles.read(CHECKPOINT_PATH)()));
    await expectTilesOf(own, 600);
    right(await log.step());
    expect(seen).toEqual([600]);
  });

  it('is taken over only as far as this node has seen the entries, and then goes on', async () => {
    const [theirs, ours] = [listStore(600), listStore(500)];
    const { engines, seal } = await sealing(theirs);
    await seal();
    const { log, seen } = following(engines, ours);
    right(await log.step());
    expect(log.published()).toBeUndefined();
    ours.add(100);
    right(await log.step());
    theirs.add(10);
    await seal();
    right(await log.step());
    expect(sizeOf(log)).toBe(600);
    ours.add(10);
    right(await log.step());
    expect(seen).toEqual([600, 610]);
  });

  it('is not taken over where this node holds other entries, or another order: nothing is written', async () => {
    const { engines, seal } = await sealing(listStore(600));
    await seal();
    const swapped = listStore(600);
    const [nine, ten] = [swapped.entries[9]!, swapped.entries[10]!];
    swapped.entries.splice(9, 2, { ...nine, bytes: ten.bytes }, { ...ten, bytes: nine.bytes });
    for (const store of [edited(listStore(600), 300, 301), swapped]) {
      const { log, own } = following(engines, store);
      expect(left(await log.step())).toEqual({ _tag: 'StoreDiffers', signed: 600 });
      expect(log.published()).toBeUndefined();
      for (const path of [CHECKPOINT_PATH, ...tileTree(600).tiles.keys()])
        expect([path, await has(own, path)]).toEqual([path, false]);
    }
  });

  it('counts only with the signature of its own key', async () => {
    const { engines, seal } = await sealing(listStore(20), stranger);
    await seal();
    const { log, own } = following(engines, listStore(20));
    await log.step();
    expect([log.published(), await has(own, CHECKPOINT_PATH)]).toEqual([undefined, false]);
  });

  it('goes on from its own tiles after a restart, and forgets partial ones that were outgrown', async () => {
    const store = listStore(300);
    const { engines, seal } = await sealing(store);
    await seal();
    const first = following(engines, store);
    right(await first.log.step());
    const partial = [...tileTree(300).tiles.keys()].find((path) => path.endsWith('.p/44')) ?? '';
    expect(await has(first.own, partial)).toBe(true);
    for (const more of [300, 600]) {
      store.add(more);
      await seal();
      right(await first.log.step());
    }
    expect(await has(first.own, partial)).toBe(false);
    const again = following(engines, store, first.own);
    right(await again.log.step());
    expect([sizeOf(again.log), again.seen]).toEqual([1_200, []]);
    store.add(1);
    await seal();
    right(await again.log.step());
    expect(again.seen).toEqual([1_201]);
    await expectTilesOf(again.own, 1_201);
  });

  it('never goes back to an earlier checkpoint, and says when the store can not be read', async () => {
    const store = listStore(100);
    const { engines, seal } = await sealing(store);
    await seal();
    const old = right(await engines.tiles.read(CHECKPOINT_PATH)())!;
    store.add(50);
    await seal();
    const { log } = following(engines, store);
    right(await log.step());
    right(await engines.tiles.write([{ path: CHECKPOINT_PATH, bytes: old }])());
    right(await log.step());
    expect(sizeOf(log)).toBe(150);
    store.add(1);
    await seal();
    store.failing = { _tag: 'StoreUnavailable', detail: 'cut off' };
    expect(left(await log.step())).toMatchObject({ _tag: 'StoreUnavailable' });
    store.failing = undefined;
    right(await log.step());
    expect(sizeOf(log)).toBe(151);
  });
});
