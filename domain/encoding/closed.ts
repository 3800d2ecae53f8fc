import * as t from 'io-ts';

/**
 * An object codec that refuses unknown keys, so that what was signed is all of what is decoded.
 * A refinement, not a new Type: unions of these keep their dispatch on a literal `type`.
 */
export const closed = <P extends t.Props>(props: P, name: string): t.RefinementC<t.TypeC<P>> => {
  const known = new Set(Object.keys(props));
  return t.refinement(t.type(props), (value) => Object.keys(value).every((key) => known.has(key)), name);
};
