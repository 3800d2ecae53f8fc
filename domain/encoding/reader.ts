import * as E from 'fp-ts/lib/Either.js';

/** Where and why bytes could not be read: `field` is a dotted path, `offset` counts from the start of the input. */
export interface ParseError {
  readonly _tag: 'ParseError';
  readonly field: string;
  readonly offset: number;
  readonly rule: string;
}

export const parseError = (field: string, offset: number, rule: string): ParseError => ({
  _tag: 'ParseError',
  field,
  offset,
  rule,
});

export type Parsed<A> = E.Either<ParseError, A>;

/** Reads one value at an offset and says where the next one begins. Never throws, never reads past the end. */
export type Parser<A> = (input: Uint8Array, offset: number) => Parsed<{ readonly value: A; readonly offset: number }>;

const tooShort = (field: string, input: Uint8Array, offset: number, size: number): E.Either<ParseError, never> =>
  E.left(parseError(field, offset, `needs ${String(size)} bytes, ${String(input.length - offset)} left`));

export const bytes =
  (field: string, size: number): Parser<Uint8Array> =>
  (input, offset) =>
    size <= input.length - offset
      ? E.right({ value: input.subarray(offset, offset + size), offset: offset + size })
      : tooShort(field, input, offset, size);

const unsigned =
  (size: number, littleEndian: boolean) =>
  (field: string): Parser<number> =>
  (input, offset) => {
    if (size > input.length - offset) return tooShort(field, input, offset, size);
    let value = 0;
    for (let i = 0; i < size; i++)
      value = value * 256 + (input[littleEndian ? offset + size - 1 - i : offset + i] ?? 0);
    return E.right({ value, offset: offset + size });
  };

export const u8 = unsigned(1, false);
export const u16be = unsigned(2, false);
export const u32be = unsigned(4, false);
export const u16le = unsigned(2, true);
export const u32le = unsigned(4, true);

const unsigned64 =
  (littleEndian: boolean) =>
  (field: string): Parser<bigint> =>
  (input, offset) => {
    if (input.length - offset < 8) return tooShort(field, input, offset, 8);
    let value = 0n;
    for (let i = 0; i < 8; i++) value = (value << 8n) | BigInt(input[littleEndian ? offset + 7 - i : offset + i] ?? 0);
    return E.right({ value, offset: offset + 8 });
  };

export const u64be = unsigned64(false);
export const u64le = unsigned64(true);

/** A length-prefixed byte string; the prefix is checked against `max` before anything is taken. */
export const sized =
  (field: string, size: Parser<number>, max: number): Parser<Uint8Array> =>
  (input, offset) => {
    const length = size(input, offset);
    if (E.isLeft(length)) return length;
    const { value, offset: at } = length.right;
    return value > max
      ? E.left(parseError(field, offset, `is ${String(value)} bytes long, at most ${String(max)} allowed`))
      : bytes(field, value)(input, at);
  };

/** Applies parsers in the order of the specification and names each value. */
export const record = <A extends Readonly<Record<string, unknown>>>(
  parsers: {
    readonly [K in keyof A]: Parser<A[K]>;
  },
): Parser<A> => {
  const fields = Object.entries<Parser<unknown>>(parsers);
  return (input, start) => {
    const value: Record<string, unknown> = {};
    let offset = start;
    for (const [name, parser] of fields) {
      const read = parser(input, offset);
      if (E.isLeft(read)) return read;
      value[name] = read.right.value;
      offset = read.right.offset;
    }
    return E.right({ value: value as A, offset });
  };
};

export const map =
  <A, B>(parser: Parser<A>, f: (a: A) => B): Parser<B> =>
  (input, start) => {
    const read = parser(input, start);
    return E.isLeft(read) ? read : E.right({ value: f(read.right.value), offset: read.right.offset });
  };

/** Refines a value after it was read; the error points to where the value began. */
export const check =
  <A, B>(parser: Parser<A>, f: (a: A) => E.Either<string, B>, field: string): Parser<B> =>
  (input, start) => {
    const read = parser(input, start);
    if (E.isLeft(read)) return read;
    const checked = f(read.right.value);
    return E.isLeft(checked)
      ? E.left(parseError(field, start, checked.left))
      : E.right({ value: checked.right, offset: read.right.offset });
  };

export const times =
  <A>(count: number, parser: (index: number) => Parser<A>): Parser<ReadonlyArray<A>> =>
  (input, start) => {
    const values: Array<A> = [];
    let offset = start;
    for (let i = 0; i < count; i++) {
      const read = parser(i)(input, offset);
      if (E.isLeft(read)) return read;
      values.push(read.right.value);
      offset = read.right.offset;
    }
    return E.right({ value: values, offset });
  };

/** Everything must be consumed: bytes after the last field are bytes that nothing vouches for. */
export const parseAll =
  <A>(parser: Parser<A>, field: string) =>
  (input: Uint8Array): Parsed<A> => {
    const read = parser(input, 0);
    if (E.isLeft(read)) return read;
    const { value, offset } = read.right;
    return offset === input.length
      ? E.right(value)
      : E.left(parseError(field, offset, `${String(input.length - offset)} bytes left over`));
  };
