/** When work is done: at once when asked, from time to time when not, later and later while it fails. */
export interface Pace {
  readonly kick: () => void;
  /** Ends when nothing is under way; `once` more before that, where that makes sense. */
  readonly stop: (once: boolean) => Promise<void>;
}

interface Times {
  readonly leastMillis: number;
  readonly mostMillis: number;
  readonly lookMillis: number;
}

/** `round` is never run twice at once. False: it failed, and the next one waits. */
export const createPace = (round: () => Promise<boolean>, times: Times): Pace => {
  let work: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let wait = 0;
  // Fields, since what is awaited may change them.
  const asked = { again: false, toStop: false };

  const later = (millis: number): void => {
    clearTimeout(timer);
    timer = setTimeout(run, millis).unref();
  };

  const wantsMore = (): boolean => asked.again && wait === 0 && !asked.toStop;

  const once = async (): Promise<void> => {
    for (let go = true; go; go = wantsMore()) {
      asked.again = false;
      const done = await round();
      wait = done ? 0 : Math.min(times.mostMillis, Math.max(times.leastMillis, 2 * wait));
    }
  };

  const run = (): void => {
    work ??= once().finally(() => {
      work = undefined;
      if (!asked.toStop) later(wait === 0 ? times.lookMillis : wait);
    });
  };

  return {
    kick: () => {
      asked.again = true;
      // While the other side fails, only the timer tries again: new work must not hammer it.
      if (wait === 0 && !asked.toStop) run();
    },
    stop: async (last) => {
      asked.toStop = true;
      clearTimeout(timer);
      await work;
      if (last && wait === 0) await round();
    },
  };
};
