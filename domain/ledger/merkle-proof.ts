import { equalBytes } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { appendLeaf, emptyFrontier, nodeHash, rootOf } from './merkle.js';

type Hashes = ReadonlyArray<Uint8Array>;

const HASH_BYTES = 32;

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

const treeRoot = (hashing: Hashing, leaves: Hashes): Uint8Array =>
  rootOf(
    hashing,
    leaves.reduce((frontier, leaf) => appendLeaf(hashing, frontier, leaf), emptyFrontier),
  );

/** The largest power of two below n (n > 1). */
const splitOf = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** Audit path of a leaf (RFC 6962, 2.1.1), its sibling first. Empty when there is no such leaf. */
export const inclusionProof = (hashing: Hashing, leaves: Hashes, index: number): Hashes => {
  if (leaves.length < 2 || index < 0 || index >= leaves.length) return [];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k
    ? [...inclusionProof(hashing, left, index), treeRoot(hashing, right)]
    : [...inclusionProof(hashing, right, index - k), treeRoot(hashing, left)];
};

const subproof = (hashing: Hashing, leaves: Hashes, size: number, whole: boolean): Hashes => {
  if (size === leaves.length) return whole ? [] : [treeRoot(hashing, leaves)];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return size <= k
    ? [...subproof(hashing, left, size, whole), treeRoot(hashing, right)]
    : [...subproof(hashing, right, size - k, false), treeRoot(hashing, left)];
};

/** Proof that the tree of the first `size` leaves is the beginning of this one (RFC 6962, 2.1.2). Empty for 0 and for all. */
export const consistencyProof = (hashing: Hashing, leaves: Hashes, size: number): Hashes =>
  size <= 0 || size >= leaves.length ? [] : subproof(hashing, leaves, size, true);

/** A walk from a leaf to the root: `at` is the node on the way, `last` the last node of its level. */
interface Walk {
  readonly at: number;
  readonly last: number;
}

const up = ({ at, last }: Walk): Walk => ({ at: half(at), last: half(last) });

/** Levels on which a node has no sibling are not in the proof. */
const skipLonely = (walk: Walk): Walk => {
  let next = walk;
  while (!isOdd(next.at) && next.at > 0) next = up(next);
  return next;
};

const isRightChild = ({ at, last }: Walk): boolean => isOdd(at) || at === last;

/** Two hashes of other lengths could be read as two others: joined, they would be the same bytes. */
const areHashes = (hashes: Hashes): boolean => hashes.every(({ length }) => length === HASH_BYTES);

/** Whether `leaf` is number `index` of the tree of `size` leaves under `root` (RFC 9162, 2.1.3.2). */
export const verifyInclusion = (
  hashing: Hashing,
  claim: { readonly index: number; readonly size: number; readonly leaf: Uint8Array; readonly root: Uint8Array },
  proof: Hashes,
): boolean => {
  if (claim.index < 0 || claim.index >= claim.size || !areHashes([claim.leaf, ...proof])) return false;
  let walk: Walk = { at: claim.index, last: claim.size - 1 };
  let node = claim.leaf;
  for (const sibling of proof) {
    if (walk.last === 0) return false;
    const right = isRightChild(walk);
    node = right ? nodeHash(hashing, sibling, node) : nodeHash(hashing, node, sibling);
    walk = up(right ? skipLonely(walk) : walk);
  }
  return walk.last === 0 && equalBytes(node, claim.root);
};

export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

const skipShared = (walk: Walk): Walk => {
  let next = walk;
  while (isOdd(next.at)) next = up(next);
  return next;
};

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n)) && 2 ** Math.log2(n) === n;

/** Whether `older` is the beginning of `newer` (RFC 9162, 2.1.4.2). The empty tree is the beginning of any, which proves nothing. */
export const verifyConsistency = (hashing: Hashing, older: TreeHead, newer: TreeHead, proof: Hashes): boolean => {
  if (older.size === 0 && !equalBytes(older.root, rootOf(hashing, emptyFrontier))) return false;
  if (older.size === newer.size) return proof.length === 0 && equalBytes(older.root, newer.root);
  if (older.size === 0) return proof.length === 0;
  if (older.size > newer.size || proof.length === 0 || !areHashes(proof)) return false;
  const [first, ...rest] = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
  let walk = skipShared({ at: older.size - 1, last: newer.size - 1 });
  let [old, fresh] = [first ?? older.root, first ?? older.root];
  for (const hash of rest) {
    if (walk.last === 0) return false;
    const right = isRightChild(walk);
    if (right) old = nodeHash(hashing, hash, old);
    fresh = right ? nodeHash(hashing, hash, fresh) : nodeHash(hashing, fresh, hash);
    walk = up(right ? skipLonely(walk) : walk);
  }
  return walk.last === 0 && equalBytes(old, older.root) && equalBytes(fresh, newer.root);
};
