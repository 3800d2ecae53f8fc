/** Those who wait for something that has a name, each for a bounded time. */
export interface Waiting<A> {
  /** Undefined: it did not come in time. */
  readonly for: (name: string, millis: number) => Promise<A | undefined>;
  readonly came: (name: string, value: A) => void;
  /** Nothing comes any more. */
  readonly giveUp: () => void;
}

export const createWaiting = <A>(): Waiting<A> => {
  const waiting = new Map<string, Set<(value: A | undefined) => void>>();
  const settle = (name: string, value: A | undefined): void => {
    const all = waiting.get(name);
    waiting.delete(name);
    all?.forEach((resolve) => resolve(value));
  };
  return {
    for: (name, millis) =>
      new Promise((resolve) => {
        const all = waiting.get(name) ?? new Set();
        waiting.set(name, all);
        const done = (value: A | undefined): void => {
          clearTimeout(timer);
          all.delete(done);
          if (all.size === 0 && waiting.get(name) === all) waiting.delete(name);
          resolve(value);
        };
        const timer = setTimeout(() => done(undefined), millis);
        all.add(done);
      }),
    came: settle,
    giveUp: () => [...waiting.keys()].forEach((name) => settle(name, undefined)),
  };
};
