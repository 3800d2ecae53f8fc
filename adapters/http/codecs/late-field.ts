import * as t from 'io-ts';

/**
 * A field that answers have today and had not in an earlier version. This version always sends it; who reads the answer of an
 * authority that was not upgraded yet takes `before` for it. Anything else in its place is refused as ever.
 */
export const lateField = <A, O>(codec: t.Type<A, O>, before: A): t.Type<A, O> => {
  const late = new t.Type<A, O, unknown>(
    codec.name,
    codec.is,
    (u, context) => (u === undefined ? t.success(before) : codec.validate(u, context)),
    codec.encode,
  );
  // What it is beside that stays visible, for schemas.
  return Object.assign(late, { _tag: 'ReadonlyType', type: codec });
};
