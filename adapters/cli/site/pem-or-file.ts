import * as t from 'io-ts';

const MOST_TEXT = 262_144;
const isPemOrFile = (u: unknown): u is string => typeof u === 'string' && u.length > 0 && u.length <= MOST_TEXT;

/** PEM as it is, or the name of the file that has it, from the site file's folder on. */
export const PemOrFile = new t.Type<string, string, unknown>(
  'PEM or the name of a file',
  isPemOrFile,
  (u, c) => (isPemOrFile(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);
