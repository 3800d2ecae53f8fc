import { randomFillSync, randomUUID } from 'node:crypto';
import { instantOf } from '../domain/encoding/instant.js';
import type { Clock, Random } from '../domain/ports.js';

/**
 * The wall clock, and never behind where it would be had nobody set it since this was made: a clock that is set back must
 * not make what has expired good again. Set forward and back, it is right again.
 */
export const createSystemClock = (wall: () => number, monotonic: () => number): Clock => {
  const ahead = wall() - monotonic();
  let last = { millis: Number.NaN, text: '' };
  return {
    now: () => {
      const millis = Math.max(wall(), Math.floor(ahead + monotonic()));
      // Asked several times for each of thousands of requests a second, within the same millisecond.
      if (millis !== last.millis) last = { millis, text: instantOf(millis) };
      return last.text;
    },
  };
};

export const systemClock: Clock = createSystemClock(
  () => Date.now(),
  () => performance.now(),
);

export const systemRandom: Random = {
  // Some become keys. Filled in place, and outside the heap, where collecting garbage moves small arrays: no copy is left behind.
  bytes: (size) => randomFillSync(new Uint8Array(new ArrayBuffer(size))),
  uuid: () => randomUUID(),
};
