import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { currentAccess } from '../../../domain/access/access-stream.js';
import { permissionsOf } from '../../../domain/access/roles.js';
import { type AccessState, personOf } from '../../../domain/access/state.js';
import type { Principal } from '../../access/tokens.js';
import type { Api } from '../api.js';
import { WhoAmI } from '../codecs/token-issuers.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

/** Of somebody who did nothing yet, too: what they would count as. */
const personNow = (state: AccessState, { subject, identity }: Principal): string | null => {
  if (identity === undefined) return personOf(state, subject);
  return state.issuers.get(identity.issuer)?.vouched === true ? `${identity.issuer}:${identity.person}` : null;
};

const answerFor = (state: AccessState, principal: Principal): Omit<t.TypeOf<typeof WhoAmI>, 'asOf'> => ({
  subject: principal.subject,
  role: principal.role,
  scope: principal.scope,
  person: personNow(state, principal),
  via: principal.via ?? 'token',
  account: principal.account ?? null,
  permissions: permissionsOf(principal.role),
});

export const whoAmIRoute = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/whoami',
    operation: 'whoAmI',
    summary: 'Who the authority takes you for, by what, and what you may.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: WhoAmI,
    handle: ({ principal }) =>
      pipe(
        principal === undefined ? TE.left({ _tag: 'Unauthenticated' as const }) : TE.right(principal),
        TE.bindTo('who'),
        TE.bindW('at', () => moment(api, {})),
        TE.bindW('access', () => currentAccess(api.deps)),
        TE.map(({ who, at, access: { state } }) => ({ body: { asOf: asOf(at), ...answerFor(state, who) } })),
      ),
  });
