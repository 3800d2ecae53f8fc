/**
 * A node of the tree: the hash over leaves `index * 2^height` up to the next such node. Sizes are divided, never shifted.
 */
export interface TreeNode {
  readonly height: number;
  readonly index: number;
}

/** Leaves `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Whose hashes, folded from the right, are one hash of a proof. */
export type ProofStep = ReadonlyArray<TreeNode>;

/** The largest power of two below n (n > 1). */
export const splitOf = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** The perfect, aligned subtrees that a range of a proof consists of, largest first. */
export const perfectNodes = ({ from, to }: Range): ProofStep => {
  const nodes: Array<TreeNode> = [];
  for (let at = from; at < to; ) {
    let [height, leaves] = [0, 1];
    while (at % (leaves * 2) === 0 && at + leaves * 2 <= to) [height, leaves] = [height + 1, leaves * 2];
    nodes.push({ height, index: at / leaves });
    at += leaves;
  }
  return nodes;
};

/** RFC 6962, 2.1.1: the audit path of leaf `index` in a tree of `size`, its sibling first. */
export const inclusionSteps = (index: number, size: number): ReadonlyArray<ProofStep> => {
  const steps: Array<ProofStep> = [];
  let { from, to }: Range = { from: 0, to: size };
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      steps.push(perfectNodes({ from: middle, to }));
      to = middle;
    } else {
      steps.push(perfectNodes({ from, to: middle }));
      from = middle;
    }
  }
  return steps.reverse();
};

/** RFC 6962, 2.1.2: how the tree of `size` leaves continues that of `older`. Nothing for 0 and for the same size. */
export const consistencySteps = (older: number, size: number): ReadonlyArray<ProofStep> => {
  if (older <= 0 || older >= size) return [];
  const steps: Array<ProofStep> = [];
  let { from, to }: Range = { from: 0, to: size };
  while (older !== to) {
    const middle = from + splitOf(to - from);
    if (older <= middle) {
      steps.push(perfectNodes({ from: middle, to }));
      to = middle;
    } else {
      steps.push(perfectNodes({ from, to: middle }));
      from = middle;
    }
  }
  return [...(from === 0 ? [] : [perfectNodes({ from, to })]), ...steps.reverse()];
};
