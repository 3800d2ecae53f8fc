import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { adviceFor } from '../../../domain/guard/advice.js';
import { answerTo, type Decision } from '../../../domain/guard/answer.js';
import type { RecordedDecision, Recording } from '../../../domain/guard/events.js';
import { protectionReasons } from '../../../domain/guard/judge-place.js';
import { namedProvider } from '../../../domain/guard/key-answer.js';
import type { Question } from '../../../domain/guard/question.js';
import { memberRow, memberRows } from '../../../projections/cluster-row.js';
import { recordingOf } from '../../../projections/guard.js';
import type { Places } from '../../guard/decision-recorder.js';
import { type Api, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import {
  AdviceAnswer,
  AskGuard,
  AskGuardMany,
  GuardAnswer,
  GuardAnswers,
  type GuardDecision,
} from '../codecs/guard.js';
import { HostPath } from '../codecs/hosts.js';
import { createGuardMoment, type GuardMoment, orStale } from '../guard-moment.js';
import { type Asked, questionsInScope } from '../questions-in-scope.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

type Asking = Parameters<typeof requestOf>[0];

interface Answered {
  readonly truth: GuardMoment['truth'];
  readonly answers: ReadonlyArray<GuardDecision>;
}

const keptForm = (
  { asOf, judgedAt }: GuardMoment['truth'],
  question: Question,
  decision: Decision,
): RecordedDecision => {
  const { allowed, reasons, reliedOn } = decision;
  const codes = reasons.map(({ code, part }) => ({ code, part }));
  const keyProvider = namedProvider(decision);
  return { question, allowed, reasons: codes, reliedOn, keyProvider, index: asOf.index, at: judgedAt };
};

/** Of most answers nothing has to be kept: then nothing is made ready for it. */
const isKept = (recording: Recording, { allowed }: Decision): boolean =>
  recording === 'all' || (recording === 'refusals' && !allowed);

/** Decided in one go; what the policy wants kept is durable before any of it leaves. */
const answered =
  (api: Api, moment: T.Task<GuardMoment>, request: Asking, asked: Asked) =>
  async (): Promise<E.Either<ApiError, Answered>> => {
    const at = await moment();
    const inScope = questionsInScope(api, request.principal, asked);
    if (E.isLeft(inScope)) return inScope;
    const { truth } = at;
    const answer = answerTo(at.facts, truth.judgedAt);
    const decided = asked.questions.map((question) => [question, orStale(at, answer(question))] as const);
    const recording = recordingOf(api.reads.guard.now());
    const withPlaces = (places: Places): Answered => ({
      truth,
      answers: decided.map(([, decision], i) => ({ ...decision, recorded: places[i] ?? null })),
    });
    if (!decided.some(([, decision]) => isKept(recording, decision))) return E.right(withPlaces([]));
    const kept = decided.map(([question, decision]) => keptForm(truth, question, decision));
    return pipe(await api.guard.recorder.record(requestOf(request).by, recording, kept)(), E.map(withPlaces));
  };

const ask = (api: Api, moment: T.Task<GuardMoment>): Route =>
  route({
    method: 'POST',
    path: '/v1/guard/ask',
    operation: 'askGuard',
    summary: 'Whether a workload may start, move, be cloned, restart or be replicated, or a host reach shared storage.',
    params: Nothing,
    query: Nothing,
    body: AskGuard,
    answer: GuardAnswer,
    handle: (request) =>
      pipe(
        answered(api, moment, request, { questions: [request.body.question], fieldOf: () => 'question' }),
        TE.flatMapEither(({ truth, answers: [answer] }) =>
          pipe(
            answer,
            E.fromNullable<ApiError>({ _tag: 'Unexpected' }),
            E.map((decision) => ({ body: { ...truth, ...decision } })),
          ),
        ),
      ),
  });

const askMany = (api: Api, moment: T.Task<GuardMoment>): Route =>
  route({
    method: 'POST',
    path: '/v1/guard/ask-many',
    operation: 'askGuardMany',
    summary: 'Up to 256 such questions at once, all answered as of the same moment, in their order.',
    params: Nothing,
    query: Nothing,
    body: AskGuardMany,
    answer: GuardAnswers,
    handle: (request) =>
      pipe(
        answered(api, moment, request, { questions: request.body.questions, fieldOf: (i) => `questions.${String(i)}` }),
        TE.map(({ truth, answers }) => ({ body: { ...truth, answers } })),
      ),
  });

const MOST_ELSEWHERE = 32;

/** Where else in its cluster a guarded workload may run now. */
const elsewhere = (api: Api, { facts, truth, stale }: GuardMoment, host: string): AdviceAnswer['elsewhere'] => {
  const rows = api.reads.clusters.now();
  const cluster = memberRow(rows, host)?.cluster;
  if (cluster === undefined || stale) return { count: 0, first: [] };
  const inside = memberRows(rows, cluster)
    .map((member) => member.host)
    .filter((other) => other !== host)
    .filter((other) => protectionReasons(facts, { part: 'target', host: other }, truth.judgedAt).length === 0);
  return { count: inside.length, first: inside.slice(0, MOST_ELSEWHERE) };
};

const advise = (api: Api, moment: T.Task<GuardMoment>): Route =>
  route({
    method: 'GET',
    path: '/v1/guard/hosts/{id}/advice',
    operation: 'adviseOnHost',
    summary: 'What shall become of the workloads that run on a host, if it is outside the protected area.',
    params: HostPath,
    query: Nothing,
    body: NoBody,
    answer: AdviceAnswer,
    handle: ({ params: { id: host } }) =>
      pipe(
        TE.fromTask<GuardMoment, ApiError>(moment),
        TE.flatMapEither((at): E.Either<ApiError, { body: AdviceAnswer }> => {
          const facts = at.facts.host(host);
          if (facts === undefined) return E.left({ _tag: 'HostNotEnrolled' });
          const { reasons } = orStale(at, {
            allowed: true,
            reasons: protectionReasons(at.facts, { part: 'host', host }, at.truth.judgedAt),
            until: null,
            reliedOn: [],
            key: null,
          });
          const actions = adviceFor(facts, reasons);
          const inside = reasons.length === 0;
          return E.right({
            body: { ...at.truth, host, protected: inside, reasons, actions, elsewhere: elsewhere(api, at, host) },
          });
        }),
      ),
  });

export const guardRoutes = (api: Api): ReadonlyArray<Route> => {
  const moment = createGuardMoment(api);
  return [ask(api, moment), askMany(api, moment), advise(api, moment)];
};
