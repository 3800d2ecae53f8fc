import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { AttestationPolicy, DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { changePolicy } from '../../../domain/reference/change-reference.js';
import { referenceStream } from '../../../domain/reference/state.js';
import { POLICY_KEY } from '../../../projections/reference-row.js';
import { type Api, recorded, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import { Recorded } from '../codecs/answers.js';
import { AsOfQuery } from '../codecs/queries.js';
import { PolicyAnswer } from '../codecs/reads.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const etagOf = (revision: number): string => `"${String(revision)}"`;

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/policy',
    operation: 'showPolicy',
    summary: 'The appraisal policy for evidence. ETag is its revision; send it back as If-Match to change it.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: PolicyAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            api.reads.reference.rowAt(POLICY_KEY, at.index),
            E.map((row) => {
              const known = row?.kind === 'policy' ? row : undefined;
              const revision = known?.changed.revision ?? -1;
              const { policy = DEFAULT_POLICY, changed = null } = known ?? {};
              return { headers: { etag: etagOf(revision) }, body: { asOf: asOf(at), revision, changed, policy } };
            }),
          ),
        ),
      ),
  });

const ETAG = /^"(-?\d{1,15})"$/;

const revisionOf = (ifMatch: string | undefined): E.Either<ApiError, number | undefined> => {
  if (ifMatch === undefined) return E.left({ _tag: 'PreconditionMissing' });
  if (ifMatch === '*') return E.right(undefined);
  const revision = ETAG.exec(ifMatch)?.[1];
  return revision === undefined
    ? E.left({ _tag: 'DecodeError', faults: [{ field: 'If-Match', rule: 'must be an ETag of the policy, or *' }] })
    : E.right(Number(revision));
};

const change = (api: Api): Route =>
  route({
    method: 'PUT',
    path: '/v1/policy',
    operation: 'changePolicy',
    summary: 'Changes the policy, if it is still the one in If-Match.',
    params: Nothing,
    query: Nothing,
    body: AttestationPolicy,
    answer: Recorded,
    handle: (request) =>
      recorded(
        referenceStream(api.deps.group),
        pipe(
          TE.fromEither(revisionOf(request.ifMatch)),
          TE.flatMap((expectedRevision) =>
            changePolicy(api.deps)({ ...requestOf(request), policy: request.body, expectedRevision }),
          ),
        ),
      ),
  });

export const policyRoutes = (api: Api): ReadonlyArray<Route> => [show(api), change(api)];
