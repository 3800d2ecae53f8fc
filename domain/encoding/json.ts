/** What a canonical document may hold. Integers beyond 2^53 travel as decimal strings. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json };

/** Why a text is not the JSON that we accept; `at` is a character offset. */
export interface JsonError {
  readonly _tag: 'JsonError';
  readonly at: number;
  readonly rule: string;
}
