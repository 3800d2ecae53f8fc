import fc from 'fast-check';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import {
  consistencyProof,
  inclusionProof,
  verifyConsistency,
  verifyInclusion,
} from '../../../domain/ledger/merkle-proof.js';
import { consistencySteps, inclusionSteps } from '../../../domain/transparency/proof-nodes.js';
import { rootOfEdge } from '../../../domain/transparency/tile-edge.js';
import { consistencyFromTiles, inclusionFromTiles } from '../../../domain/transparency/tree-proof.js';
import { left, right } from '../../support/ledger.js';
import { type TileTree, testLeaf, tileTree } from '../../support/tile-tree.js';

const BIG = 66_300;
const trees = new Map<number, TileTree>();
const treeOf = (size: number): TileTree => {
  const tree = trees.get(size) ?? tileTree(size);
  trees.set(size, tree);
  return tree;
};

beforeAll(() => {
  treeOf(BIG);
});

describe('proofs from tiles', () => {
  it('are those from the leaves for every pair of sizes up to 40', async () => {
    const leaves = Array.from({ length: 40 }, (_, i) => testLeaf(i));
    for (let size = 1; size <= 40; size++) {
      const { read } = treeOf(size);
      for (let n = 0; n <= size; n++) {
        const consistency = right(await consistencyFromTiles(nodeHashing, read, n, size)());
        expect(consistency.map(toHex)).toEqual(consistencyProof(nodeHashing, leaves.slice(0, size), n).map(toHex));
        if (n === size) continue;
        const inclusion = right(await inclusionFromTiles(nodeHashing, read, n, size)());
        expect(inclusion.map(toHex)).toEqual(inclusionProof(nodeHashing, leaves.slice(0, size), n).map(toHex));
      }
    }
  });

  it('verify across tile borders and levels', async () => {
    const { read, edge } = treeOf(BIG);
    const root = rootOfEdge(nodeHashing, edge);
    for (const index of [0, 255, 256, 65_535, 65_536, 66_047, 66_048, BIG - 1]) {
      const proof = right(await inclusionFromTiles(nodeHashing, read, index, BIG)());
      expect(verifyInclusion(nodeHashing, { index, size: BIG, leaf: testLeaf(index), root }, proof)).toBe(true);
    }
    for (const older of [1, 255, 256, 257, 600]) {
      const proof = right(await consistencyFromTiles(nodeHashing, read, older, BIG)());
      const head = { size: older, root: rootOfEdge(nodeHashing, treeOf(older).edge) };
      expect(verifyConsistency(nodeHashing, head, { size: BIG, root }, proof)).toBe(true);
    }
  });

  it('need few tiles, however large the tree', async () => {
    const asked = new Set<string>();
    const { read } = treeOf(BIG);
    const counting = (tile: Parameters<typeof read>[0]) => {
      asked.add(JSON.stringify(tile));
      return read(tile);
    };
    right(await inclusionFromTiles(nodeHashing, counting, 12_345, BIG)());
    expect(asked.size).toBeLessThanOrEqual(5);
  });

  it('name the tile that is missing or too short', async () => {
    expect(left(await inclusionFromTiles(nodeHashing, () => TE.right(undefined), 1, 300)())).toEqual({
      _tag: 'TileMissing',
      path: 'tile/0/000',
    });
    expect(left(await inclusionFromTiles(nodeHashing, () => TE.right(new Uint8Array(64)), 1, 3)())).toEqual({
      _tag: 'TileMissing',
      path: 'tile/0/000.p/3',
    });
  });

  it('are not made for what is not in the tree', async () => {
    const { read } = treeOf(5);
    for (const index of [5, 6, -1])
      expect(left(await inclusionFromTiles(nodeHashing, read, index, 5)())._tag).toBe('BeyondTree');
    expect(left(await consistencyFromTiles(nodeHashing, read, 6, 5)())._tag).toBe('BeyondTree');
  });

  it('have the length that RFC 6962 allows, for sizes beyond 2^32', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        const [small, size] = [Math.min(a, b), Math.max(a, b) + 1];
        expect(inclusionSteps(small, size).length).toBeLessThanOrEqual(54);
        expect(consistencySteps(small, size).length).toBeLessThanOrEqual(54);
      }),
    );
  });
});
