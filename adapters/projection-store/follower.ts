import * as E from 'fp-ts/lib/Either.js';
import type { LedgerReader } from '../../domain/ledger/ledger.js';
import type { LoadFault } from '../../domain/ledger/load-stream.js';
import type { Checkpointer } from './checkpointer.js';
import { foldEntries, type Memory } from './fold.js';
import { verifyTips } from './verify-tips.js';
import type { Writer } from './write-batch.js';

const AT_ONCE = 2_000;
/** While others work beside it: a batch is folded and written without a pause. */
const AT_ONCE_LIVE = 256;

/** Folds whatever the ledger holds, a batch at a time, into memory and tables. */
export interface Follower {
  /** Folds up to the ledger's end of this moment. After a Left nothing more is folded: the answer stays the same. */
  readonly catchUp: () => Promise<E.Either<LoadFault, void>>;
}

const breath = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** How many entries are folded without a pause, and what is waited for behind them. */
interface Pace {
  readonly atOnce: number;
  readonly paused: (entries: number) => Promise<void>;
}

const attempt = (where: string, write: () => void): E.Either<LoadFault, void> =>
  E.tryCatch(write, () => ({ _tag: 'StoreDamaged', where, rule: 'must be writable' }));

type Keep = (batch: Parameters<Writer['writeHistory']>[0]) => void;

/** Batch after batch, letting others in between. The answer names the streams that grew. */
const foldAll = async (
  reader: LedgerReader,
  where: string,
  memory: Memory,
  keep: Keep,
  { atOnce, paused }: Pace,
): Promise<E.Either<LoadFault, ReadonlySet<string>>> => {
  const grown = new Set<string>();
  for (;;) {
    const entries = await reader.store.readAll(memory.next, atOnce)();
    if (E.isLeft(entries)) return entries;
    if (entries.right.length === 0) return E.right(grown);
    const batch = foldEntries(reader.hashing, memory, entries.right);
    if (E.isLeft(batch)) return batch;
    const kept = attempt(where, () => keep(batch.right));
    if (E.isLeft(kept)) return kept;
    for (const stream of batch.right.streams) grown.add(stream);
    await paused(entries.right.length);
  }
};

/**
 * What was written while nobody followed, checked down to the signatures. From the beginning (`fresh`), only the history is
 * written on the way; what is current, and that it all counts, comes at the end.
 */
export const openingRun = async (
  reader: LedgerReader,
  where: string,
  memory: Memory,
  writer: Writer,
  fresh: boolean,
): Promise<E.Either<LoadFault, void>> => {
  const keep: Keep = fresh ? writer.writeHistory : (batch) => writer.write(batch, memory);
  const grown = await foldAll(reader, where, memory, keep, { atOnce: AT_ONCE, paused: breath });
  if (E.isLeft(grown)) return grown;
  const verified = await verifyTips(reader, memory.tips, grown.right)();
  if (E.isLeft(verified)) return verified;
  return fresh ? attempt(where, () => writer.finish(memory)) : E.right(undefined);
};

/** `wrote` ends when more may be written. */
export const createFollower = (
  reader: LedgerReader,
  where: string,
  memory: Memory,
  writer: Writer,
  wrote: Checkpointer['wrote'],
): Follower => {
  const pace: Pace = { atOnce: AT_ONCE_LIVE, paused: (entries) => wrote(entries).then(breath) };
  let running: Promise<E.Either<LoadFault, void>> | undefined;
  let failed: E.Either<LoadFault, void> | undefined;
  const run = async (): Promise<E.Either<LoadFault, void>> => {
    const grown = await foldAll(reader, where, memory, (batch) => writer.write(batch, memory), pace);
    running = undefined;
    if (E.isRight(grown)) return E.right(undefined);
    // An unreachable store may come back; anything else is a finding, and memory is no more what the tables say.
    if (grown.left._tag !== 'StoreUnavailable') failed = grown;
    return grown;
  };
  return { catchUp: async () => failed ?? (await (running ??= run())) };
};
