import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type AccessDone, ACCESS_STREAM as STREAM } from '../../../domain/access/access-stream.js';
import { confirmOperator, grantOperator, withdrawOperator } from '../../../domain/access/change-operators.js';
import { OperatorRole } from '../../../domain/access/operator-role.js';
import { personOf } from '../../../domain/access/state.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import type { TokenStore } from '../../access/token-store.js';
import { type Principal, Subject } from '../../access/tokens.js';
import { type Api, recorded, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import { Recorded } from '../codecs/answers.js';
import { WithReason } from '../codecs/hosts.js';
import { commandRoute } from '../command-route.js';
import { Nothing, type Route, route } from '../route.js';

export const OperatorGranted = t.intersection([Recorded, t.type({ token: t.string })], 'OperatorGranted');

/** A command id that was used before answers with what was recorded then, which may be about somebody else. */
const only =
  (isThis: (done: AccessDone) => boolean) =>
  (work: TE.TaskEither<ApiError, AccessDone>): TE.TaskEither<ApiError, AccessDone> =>
    pipe(
      work,
      TE.filterOrElse(isThis, (): ApiError => ({ _tag: 'CommandIdUsed' })),
    );

interface Granting {
  readonly body: { readonly subject: string; readonly role: OperatorRole };
  readonly commandId: string;
  readonly principal: Principal | undefined;
}

/** A token is for who granted the name, and only as long as the name is nobody else's: later it would open what is another person's. */
const isOwnGrant =
  ({ approved }: Api, { body: { subject, role }, commandId, principal }: Granting) =>
  ({ events, state }: AccessDone): boolean => {
    const by = principal?.subject ?? '';
    const same = events.some(
      ({ event, actor }) =>
        event.type === 'OperatorGranted' &&
        event.data.subject === subject &&
        event.data.role === role &&
        actor.subject === by,
    );
    return same && (approved.has(commandId) || personOf(state, subject) === personOf(state, by));
  };

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
        grantOperator(api.deps)({ ...requestOf(request), ...request.body }),
        only(isOwnGrant(api, request)),
        (work) => recorded(STREAM, work),
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
        withdrawOperator(api.deps)({ ...requestOf(request), ...request.params, ...request.body }),
        only(({ events }) =>
          events.some(
            ({ event }) => event.type === 'OperatorWithdrawn' && event.data.subject === request.params.subject,
          ),
        ),
        (work) => recorded(STREAM, work),
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
