import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolderTileStorage } from '../../../adapters/transparency/folder-tile-storage.js';
import { createMemoryTileStorage } from '../../../adapters/transparency/memory-tile-storage.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import type { TileStorage } from '../../../domain/transparency/ports.js';
import { right } from '../../support/ledger.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const kinds: ReadonlyArray<readonly [string, () => TileStorage]> = [
  ['in memory', createMemoryTileStorage],
  ['in a folder', () => createFolderTileStorage(temporaryFolder())],
];

describe.each(kinds)('tile storage %s', (_, make) => {
  it('reads what was written last and nothing else', async () => {
    const tiles = make();
    const resources = ['checkpoint', 'tile/0/000', 'tile/0/x001/002.p/3'].map((path) => ({ path, bytes: utf8(path) }));
    right(await tiles.write(resources)());
    right(await tiles.write([{ path: 'checkpoint', bytes: utf8('newer') }])());
    expect(right(await tiles.read('checkpoint')())).toEqual(utf8('newer'));
    expect(right(await tiles.read('tile/0/x001/002.p/3')())).toEqual(utf8('tile/0/x001/002.p/3'));
    expect(right(await tiles.read('tile/0/001')())).toBeUndefined();
  });

  it('forgets what it is told to, there or not', async () => {
    const tiles = make();
    right(await tiles.write([{ path: 'tile/0/000.p/1', bytes: utf8('1') }])());
    right(await tiles.remove(['tile/0/000.p/1', 'tile/0/000.p/2'])());
    expect(right(await tiles.read('tile/0/000.p/1')())).toBeUndefined();
  });
});

describe('tile storage in a folder', () => {
  it('is plain files and leaves no drafts and no empty folders', async () => {
    const folder = temporaryFolder();
    const tiles = createFolderTileStorage(folder);
    right(
      await tiles.write([
        { path: 'tile/0/000.p/1', bytes: utf8('1') },
        { path: 'tile/0/001', bytes: utf8('2') },
      ])(),
    );
    expect(readFileSync(join(folder, 'tile/0/000.p/1'), 'utf8')).toBe('1');
    right(await tiles.remove(['tile/0/000.p/1'])());
    expect(readdirSync(join(folder, 'tile/0'))).toEqual(['001']);
  });
});
