/** A verdict takes a millisecond: so many of them keep nobody else waiting for long. */
const MOST_BEGUN = 16;

/**
 * Lets so many works begin in one turn of the event loop; the others begin in later turns, in the order in which they came.
 * A work decides and signs without a pause, so that all that came at once would be one long stretch, and whatever waits for
 * its turn meanwhile, such as the sealing of the log, would wait that long for each of its steps.
 */
export const createTurnstile = (mostBegun = MOST_BEGUN): (() => Promise<void>) => {
  const waiting: Array<() => void> = [];
  let begun = 0;
  const nextTurn = (): void => {
    const next = waiting.splice(0, mostBegun);
    begun = next.length;
    for (const begin of next) begin();
    if (begun > 0) setImmediate(nextTurn);
  };
  return () => {
    if (begun >= mostBegun) return new Promise((begin) => waiting.push(begin));
    if (begun === 0) setImmediate(nextTurn);
    begun += 1;
    return Promise.resolve();
  };
};
