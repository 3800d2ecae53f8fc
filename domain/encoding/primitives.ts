import * as t from 'io-ts';
import { isBase64, isHex } from './bytes.js';
import { isInstant } from './instant.js';

const WELL_FORMED = /^(?:[^\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])*$/;
const DECIMAL = /^(?:0|[1-9]\d{0,19})$/;
const UINT64_MAX = 18446744073709551615n;

const text = (name: string, accepts: (value: string) => boolean): t.Type<string> => {
  const is = (u: unknown): u is string => typeof u === 'string' && accepts(u);
  return new t.Type(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), t.identity);
};

/** Well-formed Unicode of 1 to `max` UTF-16 units, without control characters. */
export const Text = (max: number): t.Type<string> =>
  text(
    `Text(${String(max)})`,
    (value) =>
      value.length >= 1 && value.length <= max && WELL_FORMED.test(value) && !/[\u0000-\u001f\u007f]/.test(value),
  );

/** Lower-case hexadecimal of exactly `size` bytes. */
export const Hex = (size: number): t.Type<string> =>
  text(`Hex(${String(size)} bytes)`, (value) => value.length === 2 * size && isHex(value));

/** Lower-case hexadecimal of 0 to `max` bytes. */
export const HexUpTo = (max: number): t.Type<string> =>
  text(`Hex(at most ${String(max)} bytes)`, (value) => value.length <= 2 * max && isHex(value));

/** Standard base64 with padding of 1 to `max` bytes. */
export const Base64UpTo = (max: number): t.Type<string> =>
  text(
    `Base64(at most ${String(max)} bytes)`,
    (value) => value.length >= 4 && value.length <= 4 * Math.ceil(max / 3) && isBase64(value),
  );

export const Sha256Hex = Hex(32);

/** UTC with milliseconds, as `Date.prototype.toISOString` writes it; text order is time order. */
export const Instant = text('Instant', isInstant);

/** An unsigned 64-bit number as decimal text (TPM clocks, firmware versions). */
export const Uint64Text = text('Uint64', (value) => DECIMAL.test(value) && BigInt(value) <= UINT64_MAX);

/** An integer from 0 to 2^53 - 1. */
export const SafeInt: t.Type<number> = (() => {
  const is = (u: unknown): u is number =>
    typeof u === 'number' && Number.isSafeInteger(u) && u >= 0 && !Object.is(u, -0);
  return new t.Type('SafeInt', is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), t.identity);
})();

/** A list of at most `max` items. The item's codec stays visible, so that schemas can be made from it. */
export const ListUpTo = <A>(item: t.Type<A, unknown>, max: number): t.Type<ReadonlyArray<A>, unknown> => {
  const list = t.readonlyArray(item);
  const type = new t.Type<ReadonlyArray<A>, unknown>(
    `List(at most ${String(max)})`,
    (u): u is ReadonlyArray<A> => list.is(u) && u.length <= max,
    (u, c) => (Array.isArray(u) && u.length > max ? t.failure(u, c) : list.validate(u, c)),
    (a) => list.encode(a),
  );
  return Object.assign(type, { item });
};
