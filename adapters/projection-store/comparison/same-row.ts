import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';

const parsed = (row: string): E.Either<unknown, unknown> => E.tryCatch(() => JSON.parse(row) as unknown, E.toError);

/** Rows that were read back and folded on may have their fields in another order: what they say counts. */
export const sameRow = (a: string | null, b: string | null): boolean => {
  if (a === b) return true;
  if (a === null || b === null) return false;
  const [one, other] = [parsed(a), parsed(b)];
  return E.isRight(one) && E.isRight(other) && isDeepStrictEqual(one.right, other.right);
};
