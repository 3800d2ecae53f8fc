import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StoreError } from '../../domain/ports.js';
import { isPassing, type LogFault } from '../../domain/transparency/log-state.js';
import type { FollowedLog } from '../transparency/follow-log.js';
import type { SealerLease } from '../transparency/kurrent/sealer-lease.js';
import type { ServedLog } from './authority-log.js';

/** The log while this node seals it. */
export interface SealingLog {
  readonly log: ServedLog;
  /** Why it signs nothing any more. */
  readonly halted: () => LogFault | undefined;
  /** Without sealing once more: another node may have begun to. */
  readonly stop: () => Promise<void>;
}

export interface ClusterLogOptions {
  readonly lease: SealerLease;
  readonly followed: FollowedLog;
  readonly reading: ServedLog;
  /** Begins to seal where the record says that the log stands. */
  readonly seal: TE.TaskEither<LogFault, SealingLog>;
  /** This node's copy has everything that was in the ledger before. */
  readonly caughtUp: TE.TaskEither<StoreError, void>;
  /** False: a key that every checkpoint must carry is not here. Another node has to seal until it is. */
  readonly maySign: () => boolean;
  readonly stepMillis: number;
  readonly onFault: (tag: string) => void;
}

const MOST_WAIT_MS = 10_000;

/** Another node seals: whoever asks for an entry's proof waits until its checkpoint has come here. */
const untilPublished = ({ followed, reading, stepMillis }: ClusterLogOptions): ServedLog => ({
  ...reading,
  proveInclusion: (index) => async () => {
    const until = performance.now() + MOST_WAIT_MS;
    while ((followed.published()?.checkpoint.size ?? 0) <= index && performance.now() < until) await sleep(stepMillis);
    return reading.proveInclusion(index)();
  },
});

/**
 * One node seals, all others follow what it publishes. A node that loses the lease stops at its next step, and what it
 * signed after that is refused by the record; one that finds another history than the signed one seals no more.
 */
export const openClusterLog = (options: ClusterLogOptions): ServedLog => {
  const { lease, followed, seal, caughtUp, maySign, stepMillis, onFault } = options;
  const waiting = untilPublished(options);
  let sealing: SealingLog | undefined;
  let unfit = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const demote = async (): Promise<void> => {
    const former = sealing;
    sealing = undefined;
    await former?.stop();
  };

  const promote = async (): Promise<void> => {
    const begun = await pipe(
      caughtUp,
      TE.mapLeft((fault): LogFault => fault),
      TE.flatMap(() => seal),
    )();
    if (E.isRight(begun)) {
      sealing = begun.right;
      return;
    }
    onFault(begun.left._tag);
    unfit = !isPassing(begun.left) && begun.left._tag !== 'RecordConflict';
    await lease.leave();
  };

  const halt = async (fault: LogFault): Promise<void> => {
    // Somebody else signed meanwhile: that is a lost lease, not a fork.
    unfit = fault._tag !== 'RecordConflict';
    await demote();
    await lease.leave();
  };

  const standAside = async (): Promise<false> => {
    await demote();
    await lease.leave();
    return false;
  };

  const step = async (): Promise<void> => {
    const held = unfit ? false : maySign() ? await lease.step() : await standAside();
    const fault = sealing?.halted();
    if (fault !== undefined) await halt(fault);
    else if (!held) await demote();
    else if (sealing === undefined) await promote();
    if (sealing !== undefined) return;
    const done = await followed.step();
    if (E.isLeft(done)) onFault(done.left._tag);
  };

  let last: Promise<void> = Promise.resolve();
  const tick = (): void => {
    last = step().finally(() => {
      if (!stopped) timer = setTimeout(tick, stepMillis);
    });
  };
  tick();
  const now = (): ServedLog => sealing?.log ?? waiting;
  return {
    published: () => now().published(),
    resource: (path) => now().resource(path),
    proveInclusion: (index) => now().proveInclusion(index),
    proveConsistency: (older, size) => now().proveConsistency(older, size),
    witnessed: (index) => now().witnessed(index),
    leads: () => sealing !== undefined && lease.held(),
    close: async () => {
      stopped = true;
      clearTimeout(timer);
      await last;
      if (sealing !== undefined && lease.held()) await sealing.log.close();
      else await demote();
      await lease.leave();
    },
  };
};
