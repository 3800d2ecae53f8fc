/* eslint-disable no-restricted-globals -- calendar arithmetic only: nothing here reads the clock. */

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const LAST = 253_402_300_799_999;

/** Whether the text is UTC with milliseconds, as `toISOString` writes it, and a day that exists. */
export const isInstant = (text: string): boolean => {
  if (!INSTANT.test(text)) return false;
  const at = Date.parse(text);
  return !Number.isNaN(at) && new Date(at).toISOString() === text;
};

/** Milliseconds since 1970. Only for text that `isInstant` accepted. */
export const millisOf = (instant: string): number => Date.parse(instant);

/** Clamped to years 1970 to 9999, so that text order stays time order. */
export const instantOf = (millis: number): string =>
  new Date(Math.min(Math.max(0, Math.trunc(millis)), LAST)).toISOString();

export const plusSeconds = (instant: string, seconds: number): string => instantOf(millisOf(instant) + seconds * 1000);

export const laterOf = (a: string, b: string): string => (a > b ? a : b);
