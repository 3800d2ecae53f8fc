import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';

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

const faultOf = (error: t.ValidationError): FieldFault => {
  const keys = error.context.slice(1).map((entry) => entry.key);
  const expected = error.context.at(-1)?.type.name ?? 'value';
  const missing = error.value === undefined ? 'is missing, expected ' : 'must be ';
  return { field: keys.filter((key) => key !== '').join('.') || '(document)', rule: `${missing}${expected}` };
};

const distinct = (faults: ReadonlyArray<FieldFault>): ReadonlyArray<FieldFault> => {
  const seen = new Map(faults.map((fault) => [`${fault.field} ${fault.rule}`, fault]));
  return [...seen.values()].slice(0, MOST_FAULTS);
};

export const decode =
  <A>(codec: t.Decoder<unknown, A>) =>
  (value: unknown): E.Either<DecodeError, A> =>
    pipe(
      codec.decode(value),
      E.mapLeft((errors): DecodeError => ({ _tag: 'DecodeError', faults: distinct(errors.map(faultOf)) })),
    );
