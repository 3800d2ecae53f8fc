import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { inclusionSteps } from '../../../domain/transparency/proof-nodes.js';
import { rootFromShared } from '../../../domain/transparency/shared-proof.js';
import { rootOfEdge } from '../../../domain/transparency/tile-edge.js';
import { sharedFromTiles } from '../../../domain/transparency/tree-proof.js';
import { left, right } from '../../support/ledger.js';
import { testLeaf, tileTree } from '../../support/tile-tree.js';

const leavesAt = (indexes: ReadonlyArray<number>) => indexes.map((index) => ({ index, leaf: testLeaf(index) }));

const chosen = fc
  .integer({ min: 1, max: 700 })
  .chain((size) => fc.tuple(fc.constant(size), fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 30 })))
  .map(([size, indexes]) => [size, [...indexes].sort((a, b) => a - b)] as const);

describe('one proof for many leaves', () => {
  it('leads to the root, for any leaves of any tree', async () => {
    await fc.assert(
      fc.asyncProperty(chosen, async ([size, indexes]) => {
        const tree = tileTree(size);
        const hashes = right(await sharedFromTiles(nodeHashing, tree.read, indexes, size)());
        const root = rootFromShared(nodeHashing, size, leavesAt(indexes), hashes);
        expect(root === undefined ? '' : toHex(root)).toBe(toHex(rootOfEdge(nodeHashing, tree.edge)));
      }),
      { numRuns: 60 },
    );
  });

  it('never takes more hashes than the audit paths apart, and none when all leaves are there', async () => {
    const tree = tileTree(300);
    const indexes = [3, 4, 5, 200, 299];
    const hashes = right(await sharedFromTiles(nodeHashing, tree.read, indexes, 300)());
    const apart = indexes.reduce((sum, index) => sum + inclusionSteps(index, 300).length, 0);
    expect(hashes.length).toBeLessThan(apart / 2);
    const all = [...Array(300).keys()];
    expect(right(await sharedFromTiles(nodeHashing, tree.read, all, 300)())).toEqual([]);
  });

  it('leads elsewhere, or nowhere, when anything about it is changed', async () => {
    await fc.assert(
      fc.asyncProperty(chosen, fc.nat(), async ([size, indexes], pick) => {
        const tree = tileTree(size);
        const hashes = right(await sharedFromTiles(nodeHashing, tree.read, indexes, size)());
        const expected = toHex(rootOfEdge(nodeHashing, tree.edge));
        const root = (s: number, leaves: ReturnType<typeof leavesAt>, proof: typeof hashes): string => {
          const found = rootFromShared(nodeHashing, s, leaves, proof);
          return found === undefined ? '' : toHex(found);
        };
        const leaves = leavesAt(indexes);
        const at = pick % leaves.length;
        const other = leaves.map((leaf, i) => (i === at ? { ...leaf, leaf: testLeaf(9999) } : leaf));
        expect(root(size, other, hashes)).not.toBe(expected);
        expect(root(size, leaves, [...hashes, testLeaf(0)])).toBe('');
        if (hashes.length > 0) expect(root(size, leaves, hashes.slice(1))).not.toBe(expected);
        expect(root(size, [...leaves, { index: size, leaf: testLeaf(size) }], hashes)).toBe('');
        expect(root(size, [...leaves, leaves[0]!], hashes)).toBe('');
      }),
      { numRuns: 60 },
    );
  });

  it('is refused for a leaf beyond the tree, and is nothing without leaves', async () => {
    const { read } = tileTree(5);
    expect(left(await sharedFromTiles(nodeHashing, read, [1, 5], 5)())).toMatchObject({ _tag: 'BeyondTree', asked: 5 });
    expect(rootFromShared(nodeHashing, 5, [], [])).toBeUndefined();
  });
});
