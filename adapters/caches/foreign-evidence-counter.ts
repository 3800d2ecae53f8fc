import type { ForeignEvidence, ForeignEvidenceCounter } from '../../domain/host/foreign-evidence.js';

interface Counting {
  readonly from: string;
  readonly counts: Map<string, number>;
}

/** Reasons are a closed vocabulary; the cap is for an event's sake. */
const MOST_REASONS = 64;

const add = (counts: Map<string, number>, reason: string, count: number): void => {
  if (counts.has(reason) || counts.size < MOST_REASONS) counts.set(reason, (counts.get(reason) ?? 0) + count);
};

/** Follows at most `mostHosts` hosts at a time; the others are counted once there is room again. */
export const createForeignEvidenceCounter = (mostHosts: number): ForeignEvidenceCounter => {
  const hosts = new Map<string, Counting>();
  const countingOf = (host: string, from: string): Counting | undefined => {
    const known = hosts.get(host);
    if (known !== undefined || hosts.size >= mostHosts) return known;
    const fresh = { from, counts: new Map<string, number>() };
    hosts.set(host, fresh);
    return fresh;
  };
  const taken = (host: string, { from, counts }: Counting): ForeignEvidence => ({
    host,
    from,
    counts: [...counts].map(([reason, count]) => ({ reason, count })),
  });
  return {
    count: (host, reason, at) => {
      const counting = countingOf(host, at);
      if (counting !== undefined) add(counting.counts, reason, 1);
    },
    take: (olderThan) => {
      const due = [...hosts].filter(([, { from }]) => from <= olderThan);
      for (const [host] of due) hosts.delete(host);
      return due.map(([host, counting]) => taken(host, counting));
    },
    putBack: ({ host, from, counts }) => {
      const counting = countingOf(host, from);
      if (counting === undefined) return;
      for (const { reason, count } of counts) add(counting.counts, reason, count);
      if (counting.from > from) hosts.set(host, { ...counting, from });
    },
  };
};
