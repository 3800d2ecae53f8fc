import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { ACCESS_STREAM as STREAM } from '../../../domain/access/access-stream.js';
import { confirmOperator, grantOperator, withdrawOperator } from '../../../domain/access/change-operators.js';
import { OperatorRole } from '../../../domain/access/events.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import type { TokenStore } from '../../access/token-store.js';
import { Subject } from '../../access/tokens.js';
import { type Api, recorded, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import { Recorded } from '../codecs/answers.js';
import { WithReason } from '../codecs/hosts.js';
import { commandRoute } from '../command-route.js';
import { Nothing, type Route, route } from '../route.js';

export const OperatorGranted = t.intersection([Recorded, t.type({ token: t.string })], 'OperatorGranted');

/** The event first: a token without it opens nothing. Sent again, the operator gets another token and the first one ends. */
const grant = (api: Api, tokens: TokenStore): Route =>
  route({
    method: 'POST',
    path: '/v1/operators',
    operation: 'grantOperator',
    summary: 'Gives a subject a role. The answer holds the token, once: it is kept nowhere.',
    params: Nothing,
    query: Nothing,
    body: closedWith({ subject: Subject, role: OperatorRole }, { person: Subject }, 'GrantOperator'),
    answer: OperatorGranted,
    handle: (request) =>
      pipe(
        recorded(STREAM, grantOperator(api.deps)({ ...requestOf(request), ...request.body })),
        TE.flatMap(({ body }) =>
          pipe(
            tokens.issue(request.body, api.deps.clock.now()),
            TE.mapLeft((): ApiError => ({ _tag: 'StoreUnavailable', detail: 'tokens' })),
            TE.map((token) => ({ body: { ...body, token } })),
          ),
        ),
      ),
  });

const withdraw = (api: Api, tokens: TokenStore): Route =>
  route({
    method: 'DELETE',
    path: '/v1/operators/{subject}',
    operation: 'withdrawOperator',
    summary: 'Takes a subject its role; its token opens nothing from then on.',
    params: closed({ subject: Subject }, 'SubjectPath'),
    query: Nothing,
    body: WithReason,
    answer: Recorded,
    handle: (request) =>
      pipe(
        recorded(STREAM, withdrawOperator(api.deps)({ ...requestOf(request), ...request.params, ...request.body })),
        TE.tap(() =>
          pipe(
            tokens.withdraw(request.params.subject),
            TE.mapLeft((): ApiError => ({ _tag: 'StoreUnavailable', detail: 'tokens' })),
          ),
        ),
      ),
  });

const confirm = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/operators/{subject}/confirm',
    operation: 'confirmOperator',
    summary: 'Says, as a second person, that a name is its own person: until then it counts as whoever gave it.',
    params: closed({ subject: Subject }, 'SubjectPath'),
    body: Nothing,
    stream: () => STREAM,
    work: (by, { params }) => confirmOperator(api.deps)({ ...by, ...params }),
  });

export const operatorRoutes = (api: Api, tokens: TokenStore): ReadonlyArray<Route> => [
  grant(api, tokens),
  confirm(api),
  withdraw(api, tokens),
];
