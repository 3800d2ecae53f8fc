import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type AccessDone, ACCESS_STREAM as STREAM } from '../../../domain/access/access-stream.js';
import { confirmOperator, grantOperator, withdrawOperator } from '../../../domain/access/change-operators.js';
import { issueToken, revokeTokens } from '../../../domain/access/change-tokens.js';
import { holderOfToken } from '../../../domain/access/holder-of-token.js';
import { OperatorRole } from '../../../domain/access/operator-role.js';
import type { OwnToken } from '../../../domain/access/own-token.js';
import { Scope, sameScope } from '../../../domain/access/scope.js';
import { personOf } from '../../../domain/access/state.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { SafeInt, Sha256Hex } from '../../../domain/encoding/primitives.js';
import { digestOfToken, newToken, type Principal, Subject } from '../../access/tokens.js';
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
  readonly body: { readonly subject: string; readonly role: OperatorRole; readonly scope?: Scope };
  readonly commandId: string;
  readonly principal: Principal | undefined;
}

/** A token is for who granted the name, and only as long as the name is nobody else's: later it would open what is another person's. */
const isOwnGrant =
  ({ approved }: Api, { body: { subject, role, scope = null }, commandId, principal }: Granting) =>
  ({ events, state }: AccessDone): boolean => {
    const by = principal?.subject ?? '';
    const same = events.some(
      ({ event, actor }) =>
        event.type === 'OperatorGranted' &&
        event.data.subject === subject &&
        event.data.role === role &&
        sameScope(event.data.scope, scope) &&
        actor.subject === by,
    );
    return same && (approved.has(commandId) || personOf(state, subject) === personOf(state, by));
  };

const A_MINUTE = 60;
const TEN_YEARS = 315_360_000;

const Lifetime = t.refinement(SafeInt, (n) => n >= A_MINUTE && n <= TEN_YEARS, 'Lifetime(a minute to ten years)');

interface Fresh extends OwnToken {
  readonly token: string;
}

const freshToken = ({ deps }: Api, lifetime: number | undefined): Fresh => {
  const token = newToken(deps.random.bytes);
  const expires = lifetime === undefined ? null : plusSeconds(deps.clock.now(), lifetime);
  return { token, sha256: digestOfToken(deps.hashing, token), expires };
};

/** Sent again, the command has recorded a token that nobody can know any more: the subject gets another one, and that one ends. */
const opening =
  (api: Api, { body: { subject }, ...request }: Granting, { sha256, expires }: OwnToken) =>
  (done: AccessDone): TE.TaskEither<ApiError, AccessDone> => {
    const isKnown = holderOfToken(done.state, sha256, api.deps.clock.now()) !== undefined;
    if (isKnown) return TE.right(done);
    const vouchedBy = api.deps.approvalOf?.(request.commandId)?.by;
    const asking = requestOf({ ...request, commandId: api.deps.random.uuid() });
    return pipe(
      issueToken(api.deps)({ ...asking, subject, token: { sha256, expires }, vouchedBy }),
      TE.map((issued) => ({ ...issued, events: done.events })),
    );
  };

const grant = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/operators',
    operation: 'grantOperator',
    summary: 'Gives a subject a role. The answer holds the token, once: it is kept nowhere.',
    params: Nothing,
    query: Nothing,
    body: closedWith(
      { subject: Subject, role: OperatorRole },
      { person: Subject, scope: Scope, tokenLifetimeSeconds: Lifetime },
      'GrantOperator',
    ),
    answer: OperatorGranted,
    handle: (request) => {
      const { tokenLifetimeSeconds, ...body } = request.body;
      const { token, ...made } = freshToken(api, tokenLifetimeSeconds);
      return pipe(
        grantOperator(api.deps)({ ...requestOf(request), ...body, token: made }),
        only(isOwnGrant(api, request)),
        TE.flatMap(opening(api, request, made)),
        (work) => recorded(STREAM, work),
        TE.map(({ body: answer }) => ({ body: { ...answer, token } })),
      );
    },
  });

/** Its holder makes the token, and says its digest only: no answer holds one, and an answer that is lost locks nobody out. */
const renew = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: '/v1/whoami/token',
    operation: 'renewOwnToken',
    summary: 'Another token for yourself, which you made: nobody else knows it. The one before is over.',
    params: Nothing,
    body: closedWith({ sha256: Sha256Hex }, { tokenLifetimeSeconds: Lifetime }, 'RenewOwnToken'),
    stream: () => STREAM,
    work: (by, { body: { sha256, tokenLifetimeSeconds: lifetime } }) => {
      const expires = lifetime === undefined ? null : plusSeconds(api.deps.clock.now(), lifetime);
      const { subject } = by.by;
      return issueToken(api.deps)({ ...by, subject, token: { sha256, expires }, vouchedBy: undefined });
    },
  });

const revoke = (api: Api): Route =>
  commandRoute({
    method: 'DELETE',
    path: '/v1/operators/{subject}/token',
    operation: 'revokeTokens',
    summary:
      "Ends the token of a subject, whose role stays: one that was lost. Your own, or, with ManageOperators, anybody's.",
    params: closed({ subject: Subject }, 'SubjectPath'),
    body: WithReason,
    stream: () => STREAM,
    work: (by, { params, body }) => revokeTokens(api.deps)({ ...by, ...params, ...body }),
  });

const withdraw = (api: Api): Route =>
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

export const operatorRoutes = (api: Api): ReadonlyArray<Route> => [
  grant(api),
  confirm(api),
  renew(api),
  revoke(api),
  withdraw(api),
];
