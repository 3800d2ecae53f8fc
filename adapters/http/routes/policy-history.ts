import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type AttestationPolicy, DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { policyChanges } from '../../../domain/appraisal/policy-changes.js';
import { POLICY_KEY, type PolicyRow } from '../../../projections/reference-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import {
  type MomentText,
  PolicyDiffAnswer,
  PolicyDiffQuery,
  PolicyHistoryAnswer,
  PolicyHistoryQuery,
} from '../codecs/policies.js';
import { limitOf } from '../codecs/queries.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

/** One more than is shown, to compare the last one with. */
const versionsBefore = (api: Api, before: number, most: number): E.Either<ApiError, ReadonlyArray<PolicyRow>> =>
  pipe(
    api.reads.reference.history(POLICY_KEY, before, most + 1),
    E.map((spans) => spans.flatMap(({ row }) => (row?.kind === 'policy' ? [row] : []))),
  );

const history = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/policy/history',
    operation: 'showPolicyHistory',
    summary: 'Every policy there was, newest first, with what it changed. `cursor` is a ledger index to go on below.',
    params: Nothing,
    query: PolicyHistoryQuery,
    body: NoBody,
    answer: PolicyHistoryAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, {}),
        TE.flatMapEither((at) => {
          const limit = limitOf(query);
          return pipe(
            versionsBefore(api, query.cursor ?? at.index + 1, limit),
            E.map((rows) => {
              const policies = rows.slice(0, limit).map(({ policy, changed }, i) => ({
                changed,
                policy,
                changes: policyChanges(rows[i + 1]?.policy ?? DEFAULT_POLICY, policy),
              }));
              const nextCursor = rows.length > limit ? (policies.at(-1)?.changed.index ?? null) : null;
              return { body: { asOf: asOf(at), policies, nextCursor } };
            }),
          );
        }),
      ),
  });

interface PolicyThen {
  readonly side: PolicyDiffAnswer['from'];
  readonly policy: AttestationPolicy;
}

const policyAt = (api: Api, asked: MomentText | undefined): TE.TaskEither<ApiError, PolicyThen> =>
  pipe(
    moment(api, asked ?? {}),
    TE.flatMapEither((at) =>
      pipe(
        api.reads.reference.rowAt(POLICY_KEY, at.index),
        E.map((row): PolicyThen => {
          const known = row?.kind === 'policy' ? row : undefined;
          const side = { asOf: asOf(at), changed: known?.changed ?? null };
          return { side, policy: known?.policy ?? DEFAULT_POLICY };
        }),
      ),
    ),
  );

const difference = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/policy/diff',
    operation: 'comparePolicies',
    summary:
      'The rules that are not the same at two moments, each a ledger index or an instant; `to` is now unless told.',
    params: Nothing,
    query: PolicyDiffQuery,
    body: NoBody,
    answer: PolicyDiffAnswer,
    handle: ({ query }) =>
      pipe(
        TE.Do,
        TE.bind('from', () => policyAt(api, query.from)),
        TE.bind('to', () => policyAt(api, query.to)),
        TE.map(({ from, to }) => ({
          body: { from: from.side, to: to.side, changes: policyChanges(from.policy, to.policy) },
        })),
      ),
  });

export const policyHistoryRoutes = (api: Api): ReadonlyArray<Route> => [history(api), difference(api)];
