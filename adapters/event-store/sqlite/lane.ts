import type { Database } from './database.js';

/** At most this many works share a transaction, so that the first one need not wait for ever. */
const MOST_WORKS = 1024;

/**
 * Everything that touches the connection goes through here, one thing at a time: reads see committed rows only, and all
 * writes that wait together become durable together (group commit).
 */
export interface Lane {
  /** Resolves with the work's answer once its transaction is durable. A work that throws fails its whole transaction. */
  readonly write: <A>(work: () => A) => Promise<A>;
  readonly read: <A>(work: () => Promise<A>) => Promise<A>;
  /** Resolves when nothing is waiting any more. */
  readonly drained: () => Promise<void>;
}

interface Work {
  readonly run: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

/** What callers believe because of works: `settle` when those became durable, `forget` when they never will. */
interface Belief {
  readonly settle: () => void;
  readonly forget: () => void;
}

export const createLane = async (database: Database, belief: Belief): Promise<Lane> => {
  const begin = await database.prepare('BEGIN IMMEDIATE');
  const reads: Array<() => Promise<void>> = [];
  const writes: Array<Work> = [];
  let pumping: Promise<void> | undefined;

  const commit = async (works: ReadonlyArray<Work>): Promise<void> => {
    try {
      begin.run([]);
      for (const work of works) work.run();
      await database.exec('COMMIT');
    } catch (error) {
      if (database.inTransaction()) await database.exec('ROLLBACK').catch(() => undefined);
      belief.forget();
      for (const work of works) work.failed(error);
      return;
    }
    belief.settle();
    for (const work of works) work.committed();
  };

  const pump = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    while (reads.length + writes.length > 0) {
      for (const read of reads.splice(0)) await read();
      if (writes.length > 0) await commit(writes.splice(0, MOST_WORKS));
    }
    pumping = undefined;
  };

  const start = (): void => {
    pumping ??= pump();
  };

  return {
    write: <A>(work: () => A) =>
      new Promise<A>((resolve, failed) => {
        let answer: { readonly value: A } | undefined;
        const run = (): void => {
          answer = { value: work() };
        };
        const committed = (): void => (answer === undefined ? failed(new Error('not run')) : resolve(answer.value));
        writes.push({ run, committed, failed });
        start();
      }),
    read: <A>(work: () => Promise<A>) =>
      new Promise<A>((resolve, failed) => {
        reads.push(() => work().then(resolve, failed));
        start();
      }),
    drained: async () => pumping ?? Promise.resolve(),
  };
};
