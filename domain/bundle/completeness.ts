import type { LinkedEntry } from '../ledger/verify-entry.js';
import type { BundleFault } from './bundle-fault.js';
import type { StreamHeads } from './stream-heads.js';
import type { Walked } from './walk-entries.js';

/** What is known of the beginning: a chain leaves no gap behind its first listed event. */
export type Beginning =
  /** The stream's first event is here. */
  | 'first-event'
  /** Earlier events exist and were recorded before the period that was asked for. */
  | 'before-period';

/** Why there is no later event, or on whose word. */
export type Ending =
  /** The event that came next is here, and it was recorded after the period. */
  | 'later-event'
  /** All entries of the log behind the last event are here, and none of them is of this stream. */
  | 'all-entries'
  /** The authority says so, and signed it. */
  | 'authority-says'
  /** Nothing says that there was no later event. */
  | 'open';

/** These are all events of a stream: between what, and why that is known. */
export interface Completeness {
  readonly stream: string;
  readonly first: { readonly index: number; readonly revision: number };
  readonly last: { readonly index: number; readonly revision: number };
  readonly beginning: Beginning;
  readonly ending: Ending;
}

export interface Period {
  readonly from: string | null;
  readonly to: string | null;
}

const NO_BOUNDS: Period = { from: null, to: null };

interface Tree {
  readonly size: number;
  readonly walked: Walked;
  /** Verified, and of this tree. */
  readonly heads: StreamHeads | null;
}

/** Whether every entry from `index` on is here. All those of the stream itself are before it. */
const isWholeFrom = ({ size, walked: { leaves } }: Tree, index: number): boolean => {
  const behind = leaves.filter((leaf) => leaf.index > index).length;
  return behind === size - 1 - index;
};

const endingOf = (tree: Tree, last: LinkedEntry, { to }: Period): Ending => {
  if (to !== null && last.envelope.recordedAt > to) return 'later-event';
  if (isWholeFrom(tree, last.stored.index)) return 'all-entries';
  const stated = tree.heads?.heads.find(({ stream }) => stream === last.stored.stream);
  return stated?.revision === last.tip.revision && stated.leaf === last.tip.leaf ? 'authority-says' : 'open';
};

/** What the listed events of a stream are all of; undefined when there are none. */
export const completenessOf = (tree: Tree, stream: string, period: Period = NO_BOUNDS): Completeness | undefined => {
  const listed = tree.walked.linked.filter(({ stored }) => stored.stream === stream);
  const [first, last] = [listed[0], listed.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return {
    stream,
    first: { index: first.stored.index, revision: first.stored.revision },
    last: { index: last.stored.index, revision: last.stored.revision },
    beginning: first.stored.revision === 0 ? 'first-event' : 'before-period',
    ending: endingOf(tree, last, period),
  };
};

/** Earlier events than the first listed one may be of the period: then nothing is proved of it. */
export const periodFault = ({ walked }: Tree, stream: string, { from }: Period): BundleFault | undefined => {
  const first = walked.linked.find(({ stored }) => stored.stream === stream);
  if (first === undefined || first.stored.revision === 0) return undefined;
  return from !== null && first.envelope.recordedAt < from
    ? undefined
    : { _tag: 'PeriodCut', stream, revision: first.stored.revision };
};

/** The authority's word against its own entries. */
export const headFaults = ({ walked, heads }: Tree): ReadonlyArray<BundleFault> =>
  (heads?.heads ?? []).flatMap(({ stream, revision, leaf }): ReadonlyArray<BundleFault> => {
    const listed = walked.linked.filter(({ stored }) => stored.stream === stream);
    const wrong = listed.find(({ tip }) => tip.revision > revision || (tip.revision === revision && tip.leaf !== leaf));
    return wrong === undefined
      ? []
      : [{ _tag: 'HeadContradicted', stream, stated: revision, listed: wrong.tip.revision }];
  });
