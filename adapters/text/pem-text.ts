import * as t from 'io-ts';

const MOST_PEM = 262_144;
const isPem = (u: unknown): u is string =>
  typeof u === 'string' && u.length <= MOST_PEM && u.includes('-----BEGIN ') && /^[\t\n\r\u0020-\u007e]*$/.test(u);

/** PEM text as files have it; what is in it is checked where it is used. */
export const Pem = new t.Type<string, string, unknown>(
  'Pem',
  isPem,
  (u, c) => (isPem(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);
