import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';

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

const need = (field: string, input: Uint8Array, offset: number, size: number): Parsed<number> =>
  size <= input.length - offset
    ? E.right(offset)
    : E.left(parseError(field, offset, `needs ${String(size)} bytes, ${String(input.length - offset)} left`));

export const bytes =
  (field: string, size: number): Parser<Uint8Array> =>
  (input, offset) =>
    pipe(
      need(field, input, offset, size),
      E.map((at) => ({ value: input.subarray(at, at + size), offset: at + size })),
    );

const unsigned =
  (size: number, littleEndian: boolean) =>
  (field: string): Parser<number> =>
  (input, at) => {
    const enough = need(field, input, at, size);
    if (E.isLeft(enough)) return enough;
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + (input[littleEndian ? at + size - 1 - i : at + i] ?? 0);
    return E.right({ value, offset: at + size });
  };

export const u8 = unsigned(1, false);
export const u16be = unsigned(2, false);
export const u32be = unsigned(4, false);
export const u16le = unsigned(2, true);
export const u32le = unsigned(4, true);

const unsigned64 =
  (littleEndian: boolean) =>
  (field: string): Parser<bigint> =>
  (input, offset) =>
    pipe(
      need(field, input, offset, 8),
      E.map((at) => {
        let value = 0n;
        for (let i = 0; i < 8; i++) value = (value << 8n) | BigInt(input[littleEndian ? at + 7 - i : at + i] ?? 0);
        return { value, offset: at + 8 };
      }),
    );

export const u64be = unsigned64(false);
export const u64le = unsigned64(true);

/** A length-prefixed byte string; the prefix is checked against `max` before anything is taken. */
export const sized =
  (field: string, size: Parser<number>, max: number): Parser<Uint8Array> =>
  (input, offset) =>
    pipe(
      size(input, offset),
      E.flatMap((length) =>
        length.value > max
          ? E.left(parseError(field, offset, `is ${String(length.value)} bytes long, at most ${String(max)} allowed`))
          : bytes(field, length.value)(input, length.offset),
      ),
    );

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
  (input, offset) =>
    pipe(
      parser(input, offset),
      E.map((read) => ({ value: f(read.value), offset: read.offset })),
    );

/** Refines a value after it was read; the error points to where the value began. */
export const check =
  <A, B>(parser: Parser<A>, f: (a: A) => E.Either<string, B>, field: string): Parser<B> =>
  (input, offset) =>
    pipe(
      parser(input, offset),
      E.flatMap((read) =>
        pipe(
          f(read.value),
          E.bimap(
            (rule) => parseError(field, offset, rule),
            (value) => ({ value, offset: read.offset }),
          ),
        ),
      ),
    );

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
  (input: Uint8Array): Parsed<A> =>
    pipe(
      parser(input, 0),
      E.flatMap((read) =>
        read.offset === input.length
          ? E.right(read.value)
          : E.left(parseError(field, read.offset, `${String(input.length - read.offset)} bytes left over`)),
      ),
    );
