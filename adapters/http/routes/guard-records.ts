import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { changeGuardPolicy, GUARD_STREAM } from '../../../domain/guard/guard-streams.js';
import { GUARD_POLICY_KEY, recordingOf } from '../../../projections/guard.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { ChangeGuardPolicy, DecisionsAnswer, DecisionsQuery, GuardPolicyAnswer } from '../codecs/guard-decisions.js';
import { AsOfQuery, limitOf } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { type DecisionPlace, decisionPlaces, findDecisions } from '../guard-history.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const showPolicy = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/guard/policy',
    operation: 'showGuardPolicy',
    summary:
      'Which answers of the guard are kept, and how many are kept of each asker; now or as of an index or a time.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: GuardPolicyAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            api.reads.guard.rowsAt(at.index),
            E.map((rows) => {
              const policy = rows.get(GUARD_POLICY_KEY);
              const changed = policy?.kind === 'policy' ? policy.changed : null;
              const askers = [...rows.values()]
                .flatMap((row) => (row.kind === 'asker' ? [row] : []))
                .map(({ subject, allowed, refused, unrecorded, last }) => ({
                  subject,
                  allowed,
                  refused,
                  unrecorded,
                  last,
                }))
                .sort((a, b) => (a.subject < b.subject ? -1 : 1));
              return { body: { asOf: asOf(at), record: recordingOf(rows), changed, askers } };
            }),
          ),
        ),
      ),
  });

const changePolicy = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: '/v1/guard/policy',
    operation: 'changeGuardPolicy',
    summary: 'Which answers of the guard are kept from now on: all, refusals or none.',
    params: Nothing,
    body: ChangeGuardPolicy,
    stream: () => GUARD_STREAM,
    work: (by, { body }) => changeGuardPolicy(api.deps)({ ...by, ...body }),
  });

/** The codec let only this form in. */
const placeOf = (cursor: string | undefined): DecisionPlace | undefined => {
  if (cursor === undefined) return undefined;
  const colon = cursor.lastIndexOf(':');
  return { stream: cursor.slice(0, colon), below: Number(cursor.slice(colon + 1)) };
};

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/guard/decisions',
    operation: 'listGuardDecisions',
    summary:
      'Answers that were kept, newest first: of a workload, about a host, of one kind. A page may be short and yet have a next one.',
    params: Nothing,
    query: DecisionsQuery,
    body: NoBody,
    answer: DecisionsAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMap((at): TE.TaskEither<ApiError, { body: DecisionsAnswer }> => {
          const search = { query, upTo: at.index, limit: limitOf(query) };
          return pipe(
            findDecisions(api, search, decisionPlaces(api, placeOf(query.cursor))),
            TE.map(({ decisions, next }) => {
              const nextCursor = next === undefined ? null : `${next.stream}:${String(next.below)}`;
              return { body: { asOf: asOf(at), decisions, nextCursor } };
            }),
          );
        }),
      ),
  });

export const guardRecordRoutes = (api: Api): ReadonlyArray<Route> => [showPolicy(api), changePolicy(api), list(api)];
