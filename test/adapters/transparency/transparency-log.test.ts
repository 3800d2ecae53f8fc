import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterEach, describe, expect, it } from 'vitest';
import { logFaultText } from '../../../adapters/transparency/log-fault-text.js';
import { createMemoryCheckpointRecord } from '../../../adapters/transparency/memory-checkpoint-record.js';
import { createMemoryTileStorage } from '../../../adapters/transparency/memory-tile-storage.js';
import { openTransparencyLog, type TransparencyLog } from '../../../adapters/transparency/transparency-log.js';
import { equalBytes, toHex, utf8 } from '../../../domain/encoding/bytes.js';
import { leafBytes } from '../../../domain/ledger/leaf.js';
import { verifyConsistency } from '../../../domain/ledger/merkle-proof.js';
import { decodeEntryBundle } from '../../../domain/transparency/entry-bundle.js';
import type { LogEngines, LogFault, SignedCheckpoint } from '../../../domain/transparency/log-state.js';
import type { CheckpointRecord, PlaceUnavailable, TileStorage } from '../../../domain/transparency/ports.js';
import type { NoteSigner } from '../../../domain/transparency/sign-note.js';
import { newEntryBundles, newHashTiles, tilePath } from '../../../domain/transparency/tile.js';
import { rootOfEdge, splitHashes } from '../../../domain/transparency/tile-edge.js';
import { parseTlogProof, verifyTlogProof } from '../../../domain/transparency/tlog-proof.js';
import { left, right } from '../../support/ledger.js';
import { edited, type ListStore, listStore } from '../../support/list-store.js';
import { noteEngines, noteSigner, verifierKey } from '../../support/note-signers.js';
import { testLeaf, tileTree } from '../../support/tile-tree.js';

const { hashing } = noteEngines;
const signer = noteSigner('ledger.example', 5);
const key = verifierKey(signer, 'ed25519');
const signedBy = (...signers: ReadonlyArray<NoteSigner>) => ({ origin: signer.name, signers: () => signers });
const open: Array<TransparencyLog> = [];

interface Place {
  readonly record: CheckpointRecord;
  readonly tiles: TileStorage;
}
const place = (): Place => ({ record: createMemoryCheckpointRecord(), tiles: createMemoryTileStorage() });

const start = async (
  store: ListStore,
  { record, tiles }: Place,
  more: Partial<LogEngines> & { readonly onFault?: (fault: { readonly _tag: string }) => void } = {},
): Promise<E.Either<LogFault, TransparencyLog>> => {
  const engines = { ...noteEngines, formerKeys: () => [], ...signedBy(signer), ...more, store, record, tiles };
  const opened = await openTransparencyLog({
    engines,
    ...(more.onFault === undefined ? {} : { onFault: more.onFault }),
    retryAfterMillis: 5,
    sealAfterMillis: 5,
  })();
  if (E.isRight(opened)) open.push(opened.right);
  return opened;
};

const sealed = async (store: ListStore, at: Place): Promise<TransparencyLog> => {
  const log = right(await start(store, at));
  right(await log.sealNow()());
  return log;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((log) => log.stop()));
});

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('a transparency log', () => {
  it('signs the tree of what the store holds, and serves what its checkpoint promises', async () => {
    const store = listStore(600);
    const log = await sealed(store, place());
    const { checkpoint } = log.published()!;
    expect([checkpoint.origin, checkpoint.size]).toEqual(['ledger.example', 600]);
    expect(toHex(checkpoint.root)).toBe(toHex(rootOfEdge(hashing, tileTree(600).edge)));
    for (const tile of newHashTiles(0, 600)) {
      expect(right(await log.resource(tilePath(tile))())).toEqual(tileTree(600).tiles.get(tilePath(tile)));
    }
    for (const tile of newEntryBundles(0, 600)) {
      const bundle = right(await log.resource(tilePath(tile))());
      const hashes = right(await log.resource(tilePath({ ...tile, level: 0 }))());
      const leaves = right(decodeEntryBundle(bundle!, tile.width)).map((entry) => leafBytes(hashing, entry));
      expect(leaves.map(toHex)).toEqual(splitHashes(hashes!).map(toHex));
    }
    expect(right(await log.resource('checkpoint')())).toEqual(log.published()!.bytes);
  });

  it('seals by itself after appends, and what it signed before is a beginning of what it signs after', async () => {
    const store = listStore(3);
    const log = await sealed(store, place());
    const before = log.published()!.checkpoint;
    store.add(1);
    store.add(300);
    await until(() => log.published()?.checkpoint.size === 304);
    const proof = right(await log.proveConsistency(before.size, 304)());
    expect(verifyConsistency(hashing, before, log.published()!.checkpoint, proof)).toBe(true);
  });

  it('serves partial tiles of every size that was signed, also those that full ones replaced', async () => {
    const store = listStore(250);
    const log = await sealed(store, place());
    for (const size of [255, 256, 300, 513, 514]) {
      store.add(size - store.entries.length);
      right(await log.sealNow()());
    }
    for (const width of [250, 255]) {
      expect(right(await log.resource(`tile/0/000.p/${String(width)}`)())).toHaveLength(width * 32);
    }
    expect(right(await log.resource('tile/0/001.p/44')())).toHaveLength(44 * 32);
    expect(right(await log.resource('tile/1/000.p/1')())).toHaveLength(32);
    for (const path of [
      'tile/0/002.p/3',
      'tile/0/002',
      'tile/entries/002.p/3',
      'tile/1/000.p/3',
      'tile/2/000.p/1',
      'tile/x',
      'other',
      '../record',
    ]) {
      expect(right(await log.resource(path)())).toBeUndefined();
    }
  });

  it('proves inclusion of any entry offline', async () => {
    const log = await sealed(listStore(300), place());
    const policy = { logs: [{ key, url: undefined }], witnesses: [], quorum: { _tag: 'None' as const } };
    for (const index of [0, 255, 299]) {
      const proof = right(parseTlogProof(right(await log.proveInclusion(index)())));
      expect(E.isRight(verifyTlogProof(noteEngines, policy, proof, testLeaf(index)))).toBe(true);
      expect(E.isRight(verifyTlogProof(noteEngines, policy, proof, testLeaf(index + 1)))).toBe(false);
    }
    expect(left(await log.proveInclusion(300)())._tag).toBe('BeyondTree');
  });

  it('has nothing to show before the first entry', async () => {
    const log = await sealed(listStore(0), place());
    expect(log.published()).toBeUndefined();
    expect(right(await log.resource('checkpoint')())).toBeUndefined();
    expect(left(await log.proveInclusion(0)())._tag).toBe('BeyondTree');
  });

  it('goes on after a restart, with its tiles or without', async () => {
    const at = place();
    const store = listStore(700);
    await (await sealed(store, at)).stop();
    const log = await sealed(store, at);
    expect(log.signed()?.checkpoint.size).toBe(700);
    await log.stop();
    store.add(1);
    const again = await sealed(store, { record: at.record, tiles: createMemoryTileStorage() });
    expect(toHex(again.signed()!.checkpoint.root)).toBe(toHex(rootOfEdge(hashing, tileTree(701).edge)));
    expect(right(await again.resource('tile/0/001')())).toEqual(tileTree(701).tiles.get('tile/0/001'));
  });

  it('makes damaged tiles again from the store', async () => {
    const at = place();
    const store = listStore(600);
    await (await sealed(store, at)).stop();
    for (const path of ['tile/0/002.p/88', 'tile/0/001', 'tile/1/000.p/2']) {
      right(await at.tiles.write([{ path, bytes: new Uint8Array(64) }])());
      const log = await sealed(store, at);
      expect(right(await at.tiles.read(path)())).toEqual(tileTree(600).tiles.get(path));
      await log.stop();
    }
  });

  it('accepts its record under a former key and signs with the new one', async () => {
    const at = place();
    const store = listStore(5);
    await (await sealed(store, at)).stop();
    store.add(1);
    const next = noteSigner('ledger.example', 6);
    expect(left(await start(store, at, signedBy(next)))._tag).toBe('RecordUnreadable');
    const log = right(await start(store, at, { ...signedBy(next), formerKeys: () => [key] }));
    expect(right(await log.sealNow()())?.checkpoint.size).toBe(6);
  });
});

describe('a log in danger of a fork', () => {
  it('does not open over a store that is shorter than what was signed', async () => {
    const at = place();
    await (await sealed(listStore(20), at)).stop();
    expect(left(await start(listStore(19), at))).toEqual({ _tag: 'StoreShorter', signed: 20, store: 19 });
  });

  it('does not open over another history, wherever that began', async () => {
    for (const [size, from] of [
      [600, 599],
      [600, 255],
      [256, 255],
      [600, 0],
      [1, 0],
    ] as const) {
      const at = place();
      const store = listStore(size);
      await (await sealed(store, at)).stop();
      const other = edited(store, from);
      other.add(10);
      expect(left(await start(other, at))).toEqual({ _tag: 'StoreDiffers', signed: size });
    }
  });

  it('keeps the hashes of what was signed when the store has another history', async () => {
    const at = place();
    const store = listStore(600);
    await (await sealed(store, at)).stop();
    left(await start(edited(store, 10), at));
    expect(right(await at.tiles.read('tile/0/000')())).toEqual(tileTree(600).tiles.get('tile/0/000'));
  });

  it('does not open over a record that is behind what was published, or gone', async () => {
    const at = place();
    const store = listStore(10);
    const log = await sealed(store, at);
    const old = right(await at.record.read()())!;
    store.add(5);
    right(await log.sealNow()());
    await log.stop();
    const rolledBack = createMemoryCheckpointRecord();
    right(await rolledBack.compareAndSwap(undefined, old)());
    expect(left(await start(store, { ...at, record: rolledBack }))).toEqual({
      _tag: 'RecordRolledBack',
      record: 10,
      published: 15,
    });
    expect(left(await start(store, { ...at, record: createMemoryCheckpointRecord() }))).toEqual({
      _tag: 'RecordMissing',
      published: 15,
    });
  });

  it('does not open over a record that another log or nobody signed', async () => {
    const elsewhere = place();
    const other = right(
      await start(listStore(3), elsewhere, {
        origin: 'other.example',
        signers: () => [noteSigner('other.example', 8)],
      }),
    );
    right(await other.sealNow()());
    const foreign = right(await elsewhere.record.read()())!;
    for (const bytes of [foreign, utf8('nonsense'), new Uint8Array()]) {
      const at = place();
      right(await at.record.compareAndSwap(undefined, bytes)());
      expect(left(await start(listStore(3), at))._tag).toBe('RecordUnreadable');
    }
  });

  it('does not take a forged publication for its own', async () => {
    const at = place();
    right(
      await at.tiles.write([
        { path: 'checkpoint', bytes: utf8('ledger.example\n9\nAAAA\n\n\u2014 ledger.example AAAAAAAA\n') },
      ])(),
    );
    const log = await sealed(listStore(3), at);
    expect(log.published()?.checkpoint.size).toBe(3);
  });

  it('signs nothing more once another instance sealed', async () => {
    const at = place();
    const store = listStore(5);
    const [first, second] = [await sealed(store, at), await sealed(store, at)];
    store.entries.push(...listStore(7).entries.slice(5));
    right(await first.sealNow()());
    expect(left(await second.sealNow()())._tag).toBe('RecordConflict');
    expect(second.halted()?._tag).toBe('RecordConflict');
    store.entries.push(...listStore(9).entries.slice(7));
    expect(left(await second.sealNow()())._tag).toBe('RecordConflict');
    expect(right(await first.sealNow()())?.checkpoint.size).toBe(9);
  });

  it('signs nothing more when the store shrinks or loses an entry under it', async () => {
    const store = listStore(5);
    const log = await sealed(store, place());
    store.entries.length = 4;
    expect(left(await log.sealNow()())).toEqual({ _tag: 'StoreShorter', signed: 5, store: 4 });
    const gap = listStore(5);
    const second = await sealed(gap, place());
    gap.entries.push(listStore(8).entries[6]!);
    expect(left(await second.sealNow()())).toMatchObject({ _tag: 'StoreDamaged', where: 'index 5' });
    expect(second.halted()?._tag).toBe('StoreDamaged');
  });

  it('says what to do', () => {
    const faults: ReadonlyArray<LogFault> = [
      { _tag: 'StoreShorter', signed: 20, store: 1 },
      { _tag: 'StoreDiffers', signed: 20 },
      { _tag: 'RecordConflict', where: '/data/record' },
      { _tag: 'RecordRolledBack', record: 1, published: 2 },
    ];
    for (const fault of faults) expect(logFaultText(fault)).toMatch(/restore|stop/i);
    expect(logFaultText(faults[0]!)).toContain('holds 1 entry, but a checkpoint over 20 entries was signed');
  });
});

describe('a log whose places fail', () => {
  it('goes on when the store, the signer or the tiles come back', async () => {
    const store = listStore(3);
    const faults: Array<string> = [];
    const log = right(await start(store, place(), { onFault: ({ _tag }) => faults.push(_tag) }));
    right(await log.sealNow()());
    store.failing = { _tag: 'StoreUnavailable', detail: 'locked' };
    store.add(2);
    await until(() => faults.length > 0);
    store.failing = undefined;
    await until(() => log.published()?.checkpoint.size === 5);
    expect(new Set(faults)).toEqual(new Set(['StoreUnavailable']));
    expect(log.halted()).toBeUndefined();
  });

  /** Fails the n-th effect, before or after it took place, and every one behind it: a crash at that point. */
  const crashing = (at: Place, nth: number, after: boolean): Place => {
    let left = nth;
    const fault: PlaceUnavailable = { _tag: 'PlaceUnavailable', where: 'test', detail: 'crash' };
    const guard =
      <F, A>(effect: TE.TaskEither<F, A>): TE.TaskEither<F | PlaceUnavailable, A> =>
      async () => {
        left -= 1;
        if (left > 0) return effect();
        if (left === 0 && after) await effect();
        return E.left(fault);
      };
    return {
      record: { ...at.record, compareAndSwap: (expected, next) => guard(at.record.compareAndSwap(expected, next)) },
      tiles: {
        ...at.tiles,
        write: (resources) => guard(at.tiles.write(resources)),
        remove: (paths) => guard(at.tiles.remove(paths)),
      },
    };
  };

  it('never signs two histories, wherever it stops and starts again', async () => {
    for (const after of [false, true]) {
      for (let nth = 1; nth <= 6; nth++) {
        const at = place();
        const store = listStore(300);
        await (await sealed(store, at)).stop();
        store.add(300);
        const dying = await start(store, crashing(at, nth, after));
        if (E.isRight(dying)) {
          await dying.right.sealNow()();
          await dying.right.stop();
        }
        const log = await sealed(store, at);
        expect(log.published()?.checkpoint.size).toBe(600);
        expect(equalBytes(log.published()!.checkpoint.root, rootOfEdge(hashing, tileTree(600).edge))).toBe(true);
        await log.stop();
      }
    }
  });

  it('publishes only what its record holds', async () => {
    const published: Array<SignedCheckpoint> = [];
    const at = place();
    const record: CheckpointRecord = {
      ...at.record,
      compareAndSwap: (expected, next) =>
        pipe(
          at.record.compareAndSwap(expected, next),
          TE.tapIO(() => () => expect(published.every(({ bytes }) => !equalBytes(bytes, next))).toBe(true)),
        ),
    };
    const store = listStore(3);
    const log = right(
      await openTransparencyLog({
        engines: { ...noteEngines, formerKeys: () => [], ...signedBy(signer), store, record, tiles: at.tiles },
        onPublished: (one) => published.push(one),
      })(),
    );
    open.push(log);
    right(await log.sealNow()());
    store.add(4);
    right(await log.sealNow()());
    expect(published.map(({ checkpoint }) => checkpoint.size)).toEqual([3, 7]);
  });

  it('has one root for one size, however appends and restarts fall', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.boolean()), { minLength: 1, maxLength: 5 }),
        async (steps) => {
          const at = place();
          const store = listStore(0);
          let log = await sealed(store, at);
          for (const [count, restart] of steps) {
            store.add(count);
            right(await log.sealNow()());
            const { size, root } = log.signed()!.checkpoint;
            expect(toHex(root)).toBe(toHex(rootOfEdge(hashing, tileTree(size).edge)));
            if (!restart) continue;
            await log.stop();
            log = await sealed(store, at);
          }
          await log.stop();
        },
      ),
      { numRuns: 12 },
    );
  });
});
