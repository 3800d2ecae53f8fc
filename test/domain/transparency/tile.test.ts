import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { concat, toHex, utf8 } from '../../../domain/encoding/bytes.js';
import { appendLeaf, emptyFrontier, rootOf } from '../../../domain/ledger/merkle.js';
import { decodeEntryBundle, encodeEntryBundle } from '../../../domain/transparency/entry-bundle.js';
import {
  edgeTiles,
  isTileOf,
  newEntryBundles,
  newHashTiles,
  parseTilePath,
  type Tile,
  tilePath,
} from '../../../domain/transparency/tile.js';
import { emptyEdge, growEdge, partialTiles, rootOfEdge } from '../../../domain/transparency/tile-edge.js';
import { left, right } from '../../support/ledger.js';
import { oddText } from '../../support/odd-text.js';
import { testLeaf, tileTree } from '../../support/tile-tree.js';

const paths = (tiles: ReadonlyArray<Tile>): ReadonlyArray<string> => tiles.map(tilePath);

describe('a tile path', () => {
  it('has groups of three digits, as the specification shows', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 63, index: 0, width: 8 })).toBe('tile/63/000.p/8');
    expect(tilePath({ level: 'entries', index: 999, width: 255 })).toBe('tile/entries/999.p/255');
  });

  it('is read back as the tile that it names', () => {
    const tile = fc.record({
      level: fc.oneof(fc.nat(63), fc.constant('entries' as const)),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tile, (value) => {
        expect(right(parseTilePath(tilePath(value)))).toEqual(value);
      }),
    );
  });

  it.each([
    'tile/0/1',
    'tile/0/0001',
    'tile/00/001',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/01',
    'tile/0/001.p',
    'tile/0/001/',
    '/tile/0/001',
    'tile/0/../001',
    'tile/data/000',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/000\n',
    'checkpoint',
    '',
    `tile/0/${'x001/'.repeat(100)}001`,
  ])('%j is refused', (path) => {
    expect(left(parseTilePath(path))).toMatchObject({ _tag: 'Malformed', document: 'tile' });
  });

  it('parser survives any text', () => {
    fc.assert(
      fc.property(oddText, (text) => {
        const path = `tile/0/${text}`;
        const read = parseTilePath(path);
        expect(E.isLeft(read) || tilePath(read.right) === path).toBe(true);
      }),
    );
  });
});

describe('the tiles of a size', () => {
  it('are those of the specification for 70,000 and 256 entries', () => {
    const all = newHashTiles(0, 70_000);
    const ofLevel = (level: number) => all.filter((tile) => tile.level === level);
    expect(ofLevel(0)).toHaveLength(274);
    expect(ofLevel(0).at(-1)).toEqual({ level: 0, index: 273, width: 112 });
    expect(paths(ofLevel(1))).toEqual(['tile/1/000', 'tile/1/001.p/17']);
    expect(paths(ofLevel(2))).toEqual(['tile/2/000.p/1']);
    expect(all).toHaveLength(277);
    expect(paths(newHashTiles(0, 256))).toEqual(['tile/0/000', 'tile/1/000.p/1']);
  });

  it('have bundles of entries beside level 0', () => {
    expect(paths(newHashTiles(0, 300))).toEqual(['tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1']);
    expect(paths(newEntryBundles(0, 300))).toEqual(['tile/entries/000', 'tile/entries/001.p/44']);
    expect(newHashTiles(0, 0)).toEqual([]);
  });

  it('that are new are told apart from those that were there', () => {
    expect(paths(newHashTiles(300, 301))).toEqual(['tile/0/001.p/45']);
    expect(paths(newHashTiles(511, 512))).toEqual(['tile/0/001', 'tile/1/000.p/2']);
    expect(newHashTiles(300, 300)).toEqual([]);
    expect(newEntryBundles(512, 512)).toEqual([]);
  });

  it('grow step by step to what they are at once, but for outgrown partial tiles', () => {
    fc.assert(
      fc.property(fc.nat(70_000), fc.nat(70_000), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const steps = new Set(paths([...newHashTiles(0, from), ...newHashTiles(from, to)]));
        const whole = paths(newHashTiles(0, to));
        expect(whole.every((path) => steps.has(path))).toBe(true);
        expect(newHashTiles(0, to).every((tile) => isTileOf(to, tile))).toBe(true);
        expect(paths(edgeTiles(to))).toEqual(paths(newHashTiles(0, to).filter(({ width }) => width < 256)));
      }),
    );
  });

  it('do not include partial tiles of other sizes, nor tiles behind the end', () => {
    expect(isTileOf(300, { level: 0, index: 1, width: 43 })).toBe(false);
    expect(isTileOf(300, { level: 0, index: 1, width: 45 })).toBe(false);
    expect(isTileOf(300, { level: 0, index: 1, width: 256 })).toBe(false);
    expect(isTileOf(300, { level: 1, index: 0, width: 1 })).toBe(true);
    expect(isTileOf(300, { level: 2, index: 0, width: 1 })).toBe(false);
    expect(isTileOf(300, { level: 'entries', index: 1, width: 44 })).toBe(true);
    expect(isTileOf(2 ** 40, { level: 5, index: 0, width: 1 })).toBe(true);
  });
});

describe('the right edge', () => {
  it('has the root of the tree of the same leaves at every size', () => {
    let frontier = emptyFrontier;
    let edge = emptyEdge;
    expect(toHex(rootOfEdge(nodeHashing, edge))).toBe(toHex(rootOf(nodeHashing, frontier)));
    for (let i = 0; i < 600; i++) {
      frontier = appendLeaf(nodeHashing, frontier, testLeaf(i));
      edge = growEdge(nodeHashing, edge, [testLeaf(i)]).edge;
      expect(toHex(rootOfEdge(nodeHashing, edge))).toBe(toHex(rootOf(nodeHashing, frontier)));
    }
  });

  it('yields the tiles of its size, each with as many hashes as its width', () => {
    for (const size of [1, 255, 256, 257, 600, 66_000]) {
      const { tiles } = tileTree(size);
      expect([...tiles.keys()].toSorted()).toEqual([...paths(newHashTiles(0, size))].toSorted());
      for (const [path, bytes] of tiles) expect(bytes).toHaveLength(right(parseTilePath(path)).width * 32);
    }
  });

  it('is the same however the leaves are grouped', () => {
    const leaves = Array.from({ length: 700 }, (_, i) => testLeaf(i));
    fc.assert(
      fc.property(fc.nat(700), fc.nat(700), (a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        let edge = emptyEdge;
        for (const part of [leaves.slice(0, first), leaves.slice(first, second), leaves.slice(second)]) {
          edge = growEdge(nodeHashing, edge, part).edge;
        }
        expect(partialTiles(edge)).toEqual(partialTiles(growEdge(nodeHashing, emptyEdge, leaves).edge));
      }),
      { numRuns: 20 },
    );
  });
});

describe('an entry bundle', () => {
  it('is each entry behind its length in 16 bits', () => {
    const bytes = encodeEntryBundle([utf8('ab'), utf8(''), new Uint8Array(258)]);
    expect(toHex(bytes.subarray(0, 8))).toBe('0002616200000102');
    expect(right(decodeEntryBundle(bytes, 3)).map(({ length }) => length)).toEqual([2, 0, 258]);
  });

  it('reads back what was written, whatever the entries', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 20 }), (entries) => {
        expect(right(decodeEntryBundle(encodeEntryBundle(entries), entries.length)).map(toHex)).toEqual(
          entries.map(toHex),
        );
      }),
    );
  });

  it('is refused cut at any byte, with bytes behind it, or with another number of entries', () => {
    const bytes = encodeEntryBundle([utf8('one'), utf8('two')]);
    for (let end = 0; end < bytes.length; end++)
      expect(E.isLeft(decodeEntryBundle(bytes.subarray(0, end), 2))).toBe(true);
    expect(E.isLeft(decodeEntryBundle(concat(bytes, Uint8Array.of(0)), 2))).toBe(true);
    expect(E.isLeft(decodeEntryBundle(bytes, 1))).toBe(true);
    expect(E.isLeft(decodeEntryBundle(encodeEntryBundle(Array.from({ length: 257 }, () => utf8(''))), 257))).toBe(true);
  });

  it('parser survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(256), (bytes, width) =>
        'Left Right'.includes(decodeEntryBundle(bytes, width)._tag),
      ),
    );
  });
});
