import { concat } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';

const NODE = Uint8Array.of(1);

export const nodeHash = (hashing: Hashing, left: Uint8Array, right: Uint8Array): Uint8Array =>
  hashing.hash('sha256', NODE, left, right);

/**
 * The right edge of an RFC 6962 tree: the roots of its perfect subtrees, largest first, one for each binary one in `size`.
 * Enough to append leaves and to tell the root. Sizes are divided, never shifted: they may pass 2^31.
 */
export interface Frontier {
  readonly size: number;
  readonly roots: ReadonlyArray<Uint8Array>;
}

export const emptyFrontier: Frontier = { size: 0, roots: [] };

export const appendLeaf = (hashing: Hashing, frontier: Frontier, leaf: Uint8Array): Frontier => {
  const roots = [...frontier.roots];
  let node = leaf;
  for (let rest = frontier.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    node = nodeHash(hashing, roots.pop() ?? node, node);
  }
  return { size: frontier.size + 1, roots: [...roots, node] };
};

/** Root of the tree (RFC 6962, 2.1); SHA-256 of nothing for the empty one. */
export const rootOf = (hashing: Hashing, { roots }: Frontier): Uint8Array =>
  roots.length === 0
    ? hashing.hash('sha256', concat())
    : roots.reduceRight((right, left) => nodeHash(hashing, left, right));
