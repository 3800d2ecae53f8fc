import * as E from 'fp-ts/lib/Either.js';

export const rightOf = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(`expected a Right: ${JSON.stringify(either.left)}`);
  return either.right;
};

export const leftOf = <L>(either: E.Either<L, unknown>): L => {
  if (E.isRight(either)) throw new Error('expected a Left');
  return either.left;
};
