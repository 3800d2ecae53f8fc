import { expect, it } from 'vitest';
import { createSystemClock } from '../../adapters/system.js';

const clockAt = (wall: number) => {
  const time = { wall, monotonic: 5_000.5 };
  const clock = createSystemClock(
    () => time.wall,
    () => time.monotonic,
  );
  const pass = (millis: number): void => {
    time.wall += millis;
    time.monotonic += millis;
  };
  return { time, pass, now: () => Date.parse(clock.now()) };
};

const HOUR = 3_600_000;
const START = Date.parse('2026-12-01T00:00:00.000Z');

it('goes with the wall clock', () => {
  const { now, pass } = clockAt(START);
  expect(now()).toBe(START);
  pass(1_234);
  expect(now()).toBe(START + 1_234);
});

it('goes on from where it was when the wall clock is set back, so that nothing that expired is good again', () => {
  const { time, now, pass } = clockAt(START);
  pass(1_000);
  time.wall -= HOUR;
  expect(now()).toBe(START + 1_000);
  pass(2_000);
  expect(now()).toBe(START + 3_000);
});

it('is right again when the wall clock was set forward and back', () => {
  const { time, now, pass } = clockAt(START);
  time.wall += HOUR;
  expect(now()).toBe(START + HOUR);
  pass(1_000);
  time.wall -= HOUR;
  expect(now()).toBe(START + 1_000);
});
