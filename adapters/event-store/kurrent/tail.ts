import * as E from 'fp-ts/lib/Either.js';
import type { StoreError } from '../../../domain/ports.js';
import type { Followed, KurrentClient, KurrentEvent, Position } from './client.js';

export interface TailOptions {
  readonly client: Pick<KurrentClient, 'follow'>;
  readonly prefixes: ReadonlyArray<string>;
  readonly from: Position | undefined;
  /** One batch after another, in the order of `$all`. A batch that can't be taken now comes again. */
  readonly take: (events: ReadonlyArray<KurrentEvent>) => Promise<E.Either<StoreError, void>>;
  /** Nothing is taken any more; only a person can help. */
  readonly onFault: (fault: StoreError) => void;
  /** How many events may wait for `take`: fewer where each is large. */
  readonly mostWaiting?: number;
  readonly random?: () => number;
}

/** Follows `$all` for as long as it is wanted, through whatever breaks in between. */
export interface Tail {
  readonly connected: () => boolean;
  /** What was followed seems to have fallen silent: begins again from what was taken. */
  readonly kick: () => void;
  /** Ends when no batch is being taken. */
  readonly stop: () => Promise<void>;
}

const MOST_WAITING = 4_096;
const MOST_AT_ONCE = 512;
const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 5_000;

/** Half of it is chance, so that many nodes do not all come back at once. */
const backoff = (attempt: number, random: () => number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** attempt, LONGEST_BACKOFF_MS) * (0.5 + random() / 2);

/**
 * Resumes from positions of events that were taken, never from the server's checkpoints: one of those can lie beyond the
 * last event, and then the next event is skipped.
 */
export const startTail = (options: TailOptions): Tail => {
  const { client, prefixes, take, onFault, mostWaiting = MOST_WAITING, random = Math.random } = options;
  const fewestWaiting = Math.ceil(mostWaiting / 8);
  let position = options.from;
  let waiting: Array<KurrentEvent> = [];
  let followed: Followed | undefined;
  let generation = 0;
  let attempts = 0;
  let connected = false;
  let stopped = false;
  let paused = false;
  let timer: NodeJS.Timeout | undefined;
  let pumping: Promise<void> | undefined;

  const end = (): void => {
    generation += 1;
    followed?.stop();
    followed = undefined;
    connected = false;
    waiting = [];
  };

  const again = (): void => {
    end();
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(begin, backoff(attempts, random));
    attempts += 1;
  };

  const pump = async (mine: number): Promise<void> => {
    while (waiting.length > 0 && mine === generation) {
      const batch = waiting.splice(0, MOST_AT_ONCE);
      const taken = await take(batch);
      if (E.isLeft(taken)) {
        give(taken.left);
        return;
      }
      position = batch.at(-1)?.position ?? position;
      if (paused && waiting.length < fewestWaiting) {
        paused = false;
        followed?.resume();
      }
    }
  };

  const give = (fault: StoreError): void => {
    if (fault._tag === 'StoreUnavailable') {
      again();
      return;
    }
    stopped = true;
    end();
    onFault(fault);
  };

  const start = (): void => {
    const mine = generation;
    pumping ??= new Promise((resolve) => setImmediate(resolve))
      .then(() => pump(mine))
      .finally(() => {
        pumping = undefined;
        if (waiting.length > 0 && !stopped) start();
      });
  };

  const hear = (event: KurrentEvent): void => {
    waiting.push(event);
    attempts = 0;
    if (!paused && waiting.length >= mostWaiting) {
      paused = true;
      followed?.pause();
    }
    start();
  };

  function begin(): void {
    const mine = generation;
    paused = false;
    followed = client.follow({
      from: position,
      prefixes,
      onConfirmed: () => {
        connected = mine === generation;
      },
      onEvent: (event) => (mine === generation ? hear(event) : undefined),
      onEnd: () => (mine === generation ? again() : undefined),
    });
  }

  begin();
  return {
    connected: () => connected,
    kick: () => (stopped ? undefined : again()),
    stop: async () => {
      stopped = true;
      end();
      clearTimeout(timer);
      await pumping;
    },
  };
};
