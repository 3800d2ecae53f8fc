import { nodeHash } from '../ledger/merkle.js';
import type { Hashing } from '../ports.js';
import { type ProofStep, perfectNodes, type Range, splitOf } from './proof-nodes.js';
import type { Hashes } from './tile-edge.js';

/** Whether one of `sorted` is in the range, by halving. */
const isTouched = (sorted: ReadonlyArray<number>, { from, to }: Range): boolean => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((sorted[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && (sorted[low] ?? 0) < to;
};

/**
 * The audit paths of many leaves at once, each node named once and none that the leaves themselves give: the roots of the
 * largest subtrees without such a leaf, from the left (RFC 6962, 2.1, cut where the tree hash is cut).
 */
export const sharedSteps = (indexes: ReadonlyArray<number>, size: number): ReadonlyArray<ProofStep> => {
  const steps: Array<ProofStep> = [];
  const walk = (range: Range): void => {
    const { from, to } = range;
    if (!isTouched(indexes, range)) {
      steps.push(perfectNodes(range));
      return;
    }
    if (to - from === 1) return;
    const middle = from + splitOf(to - from);
    walk({ from, to: middle });
    walk({ from: middle, to });
  };
  if (size > 0) walk({ from: 0, to: size });
  return steps;
};

export interface IndexedLeaf {
  readonly index: number;
  readonly leaf: Uint8Array;
}

/**
 * The root of a tree of `size` leaves that holds `leaves` (ascending, without repetition) and, elsewhere, what the hashes
 * stand for. Undefined when there are fewer or more hashes than that takes, or a leaf beyond the tree.
 */
export const rootFromShared = (
  hashing: Hashing,
  size: number,
  leaves: ReadonlyArray<IndexedLeaf>,
  hashes: Hashes,
): Uint8Array | undefined => {
  const indexes = leaves.map(({ index }) => index);
  if (leaves.length === 0 || indexes.some((index, i) => index >= size || index <= (indexes[i - 1] ?? -1)))
    return undefined;
  let [nextLeaf, nextHash] = [0, 0];
  const hashOf = (range: Range): Uint8Array | undefined => {
    const { from, to } = range;
    if (!isTouched(indexes, range)) return hashes[nextHash++];
    if (to - from === 1) return leaves[nextLeaf++]?.leaf;
    const middle = from + splitOf(to - from);
    const left = hashOf({ from, to: middle });
    const right = left === undefined ? undefined : hashOf({ from: middle, to });
    return left === undefined || right === undefined ? undefined : nodeHash(hashing, left, right);
  };
  const root = hashOf({ from: 0, to: size });
  return nextHash === hashes.length ? root : undefined;
};
