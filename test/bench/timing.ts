const sorted = (values: ReadonlyArray<number>): ReadonlyArray<number> => [...values].sort((a, b) => a - b);

/** Nearest rank; 0 for none. */
export const percentile = (values: ReadonlyArray<number>, percent: number): number => {
  const ordered = sorted(values);
  return ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)] ?? 0;
};

export const median = (values: ReadonlyArray<number>): number => percentile(values, 50);

/** What this process worked so far, in seconds of one core. */
export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/**
 * How often `work` runs in a second of one core, over at least so many seconds. Counted is the work of all threads of this
 * process, its garbage collector's too, so that nothing runs elsewhere for free and other processes slow nobody down.
 */
export const ratePerCoreSecond = (seconds: number, work: () => void, batch = 16): number => {
  const began = performance.now();
  const worked = cpuSeconds();
  let done = 0;
  while (performance.now() - began < seconds * 1000) {
    for (let i = 0; i < batch; i++) work();
    done += batch;
  }
  return done / (cpuSeconds() - worked);
};

/** Seconds that `work` takes. */
export const secondsOf = async <A>(
  work: () => Promise<A>,
): Promise<{ readonly seconds: number; readonly result: A }> => {
  const began = performance.now();
  const result = await work();
  return { seconds: (performance.now() - began) / 1000, result };
};
