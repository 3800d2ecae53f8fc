import * as E from 'fp-ts/lib/Either.js';
import type { EventStore } from '../../domain/ports.js';

/** Waits for something to be recorded in some streams. What was recorded since it was made, or since the last wait, counts. */
export interface Watch {
  /** Resolves when there is something new, when the time is up, or when the authority ends. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly stop: () => void;
}

/** Tells many who wait what was recorded, and reads the ledger once for all of them. */
export interface LedgerHub {
  /** `all`, or the streams whose events matter. */
  readonly watch: (streams: ReadonlyArray<string> | 'all') => Watch;
  /** Nobody waits any longer. */
  readonly end: () => void;
  readonly ended: () => boolean;
}

const PAGE = 512;
const ALL = '*';

type Listener = () => void;

export const createLedgerHub = (store: Pick<EventStore, 'onAppended' | 'readAll' | 'size'>): LedgerHub => {
  const listeners = new Map<string, Set<Listener>>();
  const state = { next: -1, size: -1, running: false, ended: false };

  const tell = (stream: string): void => {
    for (const listener of [...(listeners.get(stream) ?? [])]) listener();
  };

  const follow = async (): Promise<void> => {
    state.running = true;
    try {
      while (state.next < state.size && !state.ended) {
        const from = state.next;
        const page = await store.readAll(from, PAGE)();
        // Whoever waits looks again when its time is up, so a store that can't be read only delays.
        if (E.isLeft(page) || page.right.length === 0) return;
        for (const stream of new Set(page.right.map((entry) => entry.stream))) tell(stream);
        tell(ALL);
        // Further already, if everybody had left meanwhile.
        state.next = Math.max(state.next, from + page.right.length);
      }
    } finally {
      // In the same turn as the last look at the size: what is recorded after it begins anew.
      state.running = false;
    }
  };

  const tellAll = (): void => {
    for (const stream of [...listeners.keys()]) tell(stream);
  };

  const stopListening = store.onAppended((size) => {
    // Where the first append began is not known, so nobody is left out; nor is there anybody where nobody waits.
    if (listeners.size === 0 || state.next < 0) {
      state.next = size;
      tellAll();
      return;
    }
    state.size = size;
    if (!state.running) void follow();
  });

  const add = (stream: string, listener: Listener): void => {
    const set = listeners.get(stream) ?? new Set();
    set.add(listener);
    listeners.set(stream, set);
  };
  const remove = (stream: string, listener: Listener): void => {
    const set = listeners.get(stream);
    set?.delete(listener);
    if (set?.size === 0) listeners.delete(stream);
  };

  const watch: LedgerHub['watch'] = (streams) => {
    const names = streams === 'all' ? [ALL] : streams;
    const mine: { news: boolean; wake: Listener | undefined } = { news: false, wake: undefined };
    const listener: Listener = () => {
      mine.news = true;
      mine.wake?.();
    };
    for (const name of names) add(name, listener);
    return {
      wait: (milliseconds) =>
        new Promise((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            mine.wake = undefined;
            mine.news = false;
            resolve();
          };
          const timer = setTimeout(done, Math.max(0, milliseconds));
          mine.wake = done;
          if (mine.news || state.ended) done();
        }),
      stop: () => {
        for (const name of names) remove(name, listener);
      },
    };
  };

  return {
    watch,
    end: () => {
      state.ended = true;
      stopListening();
      tellAll();
    },
    ended: () => state.ended,
  };
};

/** So many may wait at once: each holds a connection. */
export interface Waiting {
  readonly enter: () => boolean;
  readonly leave: () => void;
}

export const createWaiting = (most: number): Waiting => {
  let inside = 0;
  return {
    enter: () => {
      if (inside >= most) return false;
      inside += 1;
      return true;
    },
    leave: () => {
      inside -= 1;
    },
  };
};
