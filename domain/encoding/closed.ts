import * as t from 'io-ts';

const knownKeys = new WeakMap<object, ReadonlySet<string>>();

const unknownIn = (known: ReadonlySet<string>, value: object): ReadonlyArray<string> =>
  Object.keys(value).filter((key) => !known.has(key));

const close = <C extends t.Any>(open: C, keys: ReadonlyArray<string>, name: string): t.RefinementC<C> => {
  const known = new Set(keys);
  const codec = t.refinement(open, (value: object) => unknownIn(known, value).length === 0, name);
  knownKeys.set(codec, known);
  return codec;
};

/**
 * An object codec that refuses unknown keys, so that what was signed is all of what is decoded.
 * A refinement, not a new Type: unions of these keep their dispatch on a literal `type`.
 */
export const closed = <P extends t.Props>(props: P, name: string): t.RefinementC<t.TypeC<P>> =>
  close(t.type(props), Object.keys(props), name);

/** The same with keys that may be absent; absent stays absent through decoding and encoding, so canonical bytes keep. */
export const closedWith = <P extends t.Props, O extends t.Props>(
  props: P,
  optional: O,
  name: string,
): t.RefinementC<t.IntersectionC<[t.TypeC<P>, t.PartialC<O>]>> =>
  close(t.intersection([t.type(props), t.partial(optional)]), [...Object.keys(props), ...Object.keys(optional)], name);

/** The keys for which a closed codec refuses an object; none for other codecs and other values. */
export const unknownKeys = (codec: object, value: unknown): ReadonlyArray<string> => {
  const known = knownKeys.get(codec);
  return known !== undefined && typeof value === 'object' && value !== null ? unknownIn(known, value) : [];
};
