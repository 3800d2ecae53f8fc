import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { unknownKeys } from './closed.js';

/** A field that broke a rule. The offending value is never repeated: it may be a secret. */
export interface FieldFault {
  readonly field: string;
  readonly rule: string;
}

export interface DecodeError {
  readonly _tag: 'DecodeError';
  readonly faults: ReadonlyArray<FieldFault>;
}

const MOST_FAULTS = 10;
const MOST_KEY_LENGTH = 64;

interface Tagged {
  readonly _tag?: string;
  readonly type?: Tagged;
}

/** Members of a union or intersection are numbered in io-ts paths; a document's author knows no such numbers. */
const isChoice = (type: Tagged | undefined): boolean =>
  type?._tag === 'RefinementType' || type?._tag === 'ReadonlyType'
    ? isChoice(type.type)
    : type?._tag === 'IntersectionType' || type?._tag === 'UnionType';

const pathOf = (context: t.Context): ReadonlyArray<string> =>
  context
    .filter((entry, i) => i > 0 && entry.key !== '' && !isChoice(context[i - 1]?.type as Tagged | undefined))
    .map((entry) => entry.key.slice(0, MOST_KEY_LENGTH));

const faultsOf = (error: t.ValidationError): ReadonlyArray<FieldFault> => {
  const path = pathOf(error.context);
  const type = error.context.at(-1)?.type;
  const unknown = type === undefined ? [] : unknownKeys(type, error.value);
  if (unknown.length > 0) {
    return unknown.map((key) => ({
      field: [...path, key.slice(0, MOST_KEY_LENGTH)].join('.'),
      rule: 'is not a known field',
    }));
  }
  const verb = error.value === undefined ? 'is missing, expected' : 'must be';
  return [{ field: path.join('.') || '(document)', rule: `${verb} ${type?.name ?? 'another value'}` }];
};

const distinct = (faults: ReadonlyArray<FieldFault>): ReadonlyArray<FieldFault> => {
  const seen = new Map(faults.map((fault) => [`${fault.field} ${fault.rule}`, fault]));
  return [...seen.values()].slice(0, MOST_FAULTS);
};

export const decode =
  <A>(codec: t.Decoder<unknown, A>) =>
  (value: unknown): E.Either<DecodeError, A> => {
    const decoded = codec.decode(value);
    return E.isLeft(decoded)
      ? E.left({ _tag: 'DecodeError', faults: distinct(decoded.left.flatMap(faultsOf)) })
      : decoded;
  };
