import * as E from 'fp-ts/lib/Either.js';
import { namedIn, type Question } from '../../domain/guard/question.js';
import type { Principal } from '../access/tokens.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import { limitsOf } from './limits.js';

/** Questions, and in which field of the request each is. */
export interface Asked {
  readonly questions: ReadonlyArray<Question>;
  readonly fieldOf: (position: number) => string;
}

/**
 * Whoever is limited asks about what is in their scope. One question that names anything else refuses the whole request, by its
 * field: an answer to it would say something of what is not theirs, and one that is missing could be taken for a yes.
 */
export const questionsInScope = (
  api: Api,
  principal: Principal | undefined,
  { questions, fieldOf }: Asked,
): E.Either<ApiError, void> => {
  const { scope, contains } = limitsOf(api, principal);
  if (scope === null) return E.right(undefined);
  for (const [i, question] of questions.entries()) {
    const outside = namedIn(question).find(({ kind, id }) => !contains[kind](id));
    if (outside !== undefined) {
      const { kind, id, field } = outside;
      return E.left({ _tag: 'OutOfScope', scope, what: `${kind}/${id}`, field: `${fieldOf(i)}.${field}` });
    }
  }
  return E.right(undefined);
};
