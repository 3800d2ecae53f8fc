import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something that happens by itself. It is not about how long that takes: a loaded machine gets all the time it needs. */
export const until = async (what: string, done: () => boolean | Promise<boolean>, seconds = 600): Promise<void> => {
  for (const end = Date.now() + seconds * 1000; !(await done()); ) {
    if (Date.now() > end) throw new Error(`${what} did not come about`);
    await sleep(200);
  }
};
