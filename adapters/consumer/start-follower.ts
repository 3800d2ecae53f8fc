import * as E from 'fp-ts/lib/Either.js';
import type { EntryEngines } from '../../domain/ledger/ledger.js';
import type { MessageSource, SourceSession } from '../../domain/publication/source.js';
import { type Checkpoint, openCheckpoint } from '../../domain/transparency/checkpoint.js';
import type { VerifierKey } from '../../domain/transparency/verifier-key.js';
import { createPace } from '../publisher/pace.js';
import type { FollowerState } from './follower-state.js';
import type { FollowerFault, FollowerPhase, FollowerStatus } from './follower-status.js';
import { receive } from './receive.js';
import { settle } from './settle.js';

export interface FollowerOptions {
  readonly engines: EntryEngines;
  readonly source: MessageSource;
  readonly state: FollowerState;
  /** Key id of the authority that is believed. */
  readonly authority: string;
  /** The log's name, and the key of its checkpoints. */
  readonly origin: string;
  readonly key: VerifierKey;
  /** So long nothing may come of a signed entry before the topic is read again from its beginning. */
  readonly patienceMillis?: number;
  readonly monotonic: () => number;
}

export interface Follower {
  readonly status: () => FollowerStatus;
  readonly stop: () => Promise<void>;
}

const PATIENCE_MS = 30_000;
const TIMES = { leastMillis: 250, mostMillis: 15_000, lookMillis: 250 } as const;

/** The largest signed size all of whose entries are here; whether they are is monotone in the size. */
const reachable = ({ tables, memory }: FollowerState): Uint8Array | undefined => {
  const notes = tables.notes();
  let [low, high] = [0, notes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const size = notes[middle]?.size ?? 0;
    if (tables.countBelow(size) >= size - memory.next) high = middle;
    else low = middle + 1;
  }
  return notes[low]?.bytes;
};

/** Follows a log through a topic that anybody may have written to. What it shows was signed, chained and in a signed tree. */
export const startFollower = (options: FollowerOptions): Follower => {
  const { state, engines, key, source, authority: pinned, monotonic } = options;
  const refused: Record<string, number> = {};
  const now: { phase: FollowerPhase; fault: FollowerFault | undefined } = { phase: 'connecting', fault: undefined };
  let repeated = 0;
  let session: SourceSession | undefined;
  let moved = monotonic();
  const onRefused = (why: string): void => {
    refused[why] = (refused[why] ?? 0) + 1;
  };
  const intake = { engines, origin: options.origin, key, onRefused, onRepeated: () => void (repeated += 1) };

  const drop = async (): Promise<void> => {
    const open = session;
    session = undefined;
    await open?.stop();
  };

  const fail = (fault: FollowerFault, phase: FollowerPhase): false => {
    Object.assign(now, { fault, phase });
    return false;
  };

  const rewind = async (fault: FollowerFault): Promise<false> => {
    await drop();
    state.tables.forgetOffsets();
    moved = monotonic();
    return fail(fault, 'behind');
  };

  const connect = async (): Promise<boolean> => {
    if (session !== undefined) return true;
    const opened = await source.open({
      offsets: state.tables.offsets,
      onBatch: async (batch) => {
        receive(state, intake, batch);
        pace.kick();
        return Promise.resolve();
      },
      onLost: (fault) => {
        fail(fault, 'waiting');
        void drop();
      },
    })();
    if (E.isLeft(opened)) return fail(opened.left, 'waiting');
    session = opened.right;
    moved = monotonic();
    if (now.phase !== 'behind') now.phase = 'following';
    return true;
  };

  const stalled = (): boolean =>
    (state.tables.notes()[0]?.size ?? 0) > state.memory.next &&
    monotonic() - moved > (options.patienceMillis ?? PATIENCE_MS);

  const settleOnce = async (checkpoint: Checkpoint): Promise<boolean> => {
    const settled = await settle(state, { engines, pinned, onRefused }, checkpoint);
    if (E.isRight(settled)) {
      if (!settled.right) return true;
      moved = monotonic();
      Object.assign(now, { phase: 'following', fault: undefined });
      return true;
    }
    if (settled.left._tag !== 'TreeDiffers') return fail(settled.left, 'halted');
    // Which of them stand in the wrong place can't be told: all of them once more.
    state.tables.dropBelow(checkpoint.size);
    return rewind(settled.left);
  };

  const round = async (): Promise<boolean> => {
    if (now.phase === 'halted') return true;
    if (!(await connect())) return false;
    const note = reachable(state);
    const opened = note === undefined ? undefined : openCheckpoint(engines.verifyEd25519, [key], note);
    if (opened !== undefined && E.isRight(opened)) return settleOnce(opened.right.checkpoint);
    return stalled() ? rewind({ _tag: 'EntryMissing', index: state.memory.next }) : true;
  };

  const pace = createPace(round, TIMES);
  pace.kick();
  return {
    status: () => ({
      ...now,
      verified: state.memory.next,
      signed: Math.max(state.memory.next, state.tables.notes()[0]?.size ?? 0),
      repeated,
      refused: { ...refused },
    }),
    stop: async () => {
      await pace.stop(false);
      await drop();
      now.phase = 'stopped';
    },
  };
};
