import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Text } from '../../domain/encoding/primitives.js';
import type { AgentError } from './agent-error.js';
import type { AskJson, HttpAnswer, Question } from './http-json.js';

const Problem = t.type({ code: Text(64), title: Text(256) });
const ProblemDetail = t.type({ detail: Text(1_024) });

const read = <A>(codec: t.Type<A, unknown>, body: Uint8Array): E.Either<AgentError, A> => {
  const malformed = (field: string, rule: string): AgentError => ({ _tag: 'AnswerMalformed', field, rule });
  return pipe(
    fromUtf8(body),
    E.fromNullable(malformed('(document)', 'must be UTF-8')),
    E.flatMap((text) =>
      pipe(
        parseJson(text),
        E.mapLeft(({ rule }) => malformed('(document)', rule)),
      ),
    ),
    E.flatMap((json) =>
      pipe(
        decode(codec)(json),
        E.mapLeft(({ faults: [fault] }) => malformed(fault?.field ?? '(document)', fault?.rule ?? 'is malformed')),
      ),
    ),
  );
};

const secondsOf = (retryAfter: string | undefined): number | undefined =>
  retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;

const refusalOf = ({ status, retryAfter, body }: HttpAnswer): AgentError => {
  const problem = read(Problem, body);
  const retryAfterSeconds = secondsOf(retryAfter);
  if (E.isLeft(problem)) return { _tag: 'AuthorityNotFound', status, retryAfterSeconds };
  const { code, title } = problem.right;
  const explained = read(ProblemDetail, body);
  const detail = E.isRight(explained) ? explained.right.detail : undefined;
  return { _tag: 'AuthorityRefused', status, code, title, detail, retryAfterSeconds };
};

/** What the authority says to a question, if it is what the codec says; its refusal otherwise. */
export const answerTo =
  (ask: AskJson) =>
  <A>(codec: t.Type<A, unknown>, question: Question): TE.TaskEither<AgentError, A> =>
    pipe(
      ask(question),
      TE.flatMapEither((answer) =>
        answer.status >= 200 && answer.status < 300 ? read(codec, answer.body) : E.left(refusalOf(answer)),
      ),
    );
