import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exportTiles } from '../../../adapters/transparency/export-tiles.js';
import { createFolderTileStorage } from '../../../adapters/transparency/folder-tile-storage.js';
import { createMemoryCheckpointRecord } from '../../../adapters/transparency/memory-checkpoint-record.js';
import { createMemoryTileStorage } from '../../../adapters/transparency/memory-tile-storage.js';
import { openTransparencyLog } from '../../../adapters/transparency/transparency-log.js';
import { left, right } from '../../support/ledger.js';
import { edited, type ListStore, listStore } from '../../support/list-store.js';
import { noteEngines, noteSigner, verifierKey } from '../../support/note-signers.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const logOver = async (store: ListStore, name = 'ledger.example') => {
  const signer = noteSigner(name, 5);
  const engines = {
    ...noteEngines,
    formerKeys: () => [],
    origin: signer.name,
    signers: () => [signer],
    store,
    record: createMemoryCheckpointRecord(),
    tiles: createMemoryTileStorage(),
  };
  const log = right(await openTransparencyLog({ engines })());
  onTestFinished(() => log.stop());
  right(await log.sealNow()());
  const base = { ...noteEngines, log, keys: [verifierKey(signer, 'ed25519')] };
  return {
    log,
    to: (folder: string, entries = true) =>
      exportTiles({ ...base, entries, target: createFolderTileStorage(folder) })(),
  };
};

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

describe('exporting tiles', () => {
  it('makes a folder that any web server can serve', async () => {
    const folder = temporaryFolder();
    const { to } = await logOver(listStore(300));
    expect(right(await to(folder))).toEqual({ size: 300, written: 5 });
    expect(filesIn(folder)).toEqual([
      'checkpoint',
      'tile/0/000',
      'tile/0/001.p/44',
      'tile/1/000.p/1',
      'tile/entries/000',
      'tile/entries/001.p/44',
    ]);
  });

  it('leaves entries out when they are nobody else’s business', async () => {
    const folder = temporaryFolder();
    const { to } = await logOver(listStore(300));
    right(await to(folder, false));
    expect(filesIn(folder).filter((file) => file.includes('entries'))).toEqual([]);
  });

  it('adds only what is new the next time', async () => {
    const folder = temporaryFolder();
    const store = listStore(700);
    const { log, to } = await logOver(store);
    right(await to(folder));
    expect(right(await to(folder))).toEqual({ size: 700, written: 0 });
    store.add(1);
    right(await log.sealNow()());
    expect(right(await to(folder))).toEqual({ size: 701, written: 2 });
  });

  it('refuses a folder of another log, of another history, or with more than was published', async () => {
    const folder = temporaryFolder();
    const store = listStore(30);
    right(await (await logOver(store)).to(folder));
    expect(left(await (await logOver(listStore(40), 'other.example')).to(folder))._tag).toBe('ForeignFolder');
    expect(left(await (await logOver(listStore(20))).to(folder))).toMatchObject({
      rule: 'holds more than this log has published',
    });
    const fork = edited(store, 5);
    fork.add(5);
    expect(left(await (await logOver(fork)).to(folder))).toMatchObject({ rule: 'holds another history of this log' });
  });

  it('refuses to hand out entries that are not those that were signed', async () => {
    const store = listStore(30);
    const { to } = await logOver(store);
    store.entries[7] = { ...store.entries[7]!, bytes: new Uint8Array(3) };
    expect(left(await to(temporaryFolder()))).toEqual({ _tag: 'ResourceDamaged', path: 'tile/entries/000.p/30' });
  });

  it('says when it can not write or has nothing to write', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'tile'), 'a file');
    expect(left(await (await logOver(listStore(3))).to(folder))._tag).toBe('PlaceUnavailable');
    mkdirSync(join(folder, 'empty'));
    expect(left(await (await logOver(listStore(0))).to(join(folder, 'empty')))).toEqual({ _tag: 'NothingPublished' });
  });
});
