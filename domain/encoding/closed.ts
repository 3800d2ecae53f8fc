import * as t from 'io-ts';

/**
 * An object codec that refuses unknown keys, so that what was signed is all of what is decoded.
 * A refinement, not a new Type: unions of these keep their dispatch on a literal `type`.
 */
export const closed = <P extends t.Props>(props: P, name: string): t.RefinementC<t.TypeC<P>> => {
  const known = new Set(Object.keys(props));
  return t.refinement(t.type(props), (value) => Object.keys(value).every((key) => known.has(key)), name);
};

/** The same with keys that may be absent; absent stays absent through decoding and encoding, so canonical bytes keep. */
export const closedWith = <P extends t.Props, O extends t.Props>(
  props: P,
  optional: O,
  name: string,
): t.RefinementC<t.IntersectionC<[t.TypeC<P>, t.PartialC<O>]>> => {
  const known = new Set([...Object.keys(props), ...Object.keys(optional)]);
  const open = t.intersection([t.type(props), t.partial(optional)]);
  return t.refinement(open, (value) => Object.keys(value).every((key) => known.has(key)), name);
};
