import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ACCESS_STREAM } from '../../../domain/access/access-stream.js';
import { OFFER_SECONDS } from '../../../domain/access/account.js';
import { bindAccount, offerAccount, releaseAccount } from '../../../domain/access/change-accounts.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import type { Api } from '../api.js';
import { AccountsAnswer, BindAccount, OfferAccount, ReleaseAccount } from '../codecs/accounts.js';
import { AsOfQuery } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { identitiesAt } from '../identities-at.js';
import { asOf } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const PATH = '/v1/accounts';
const stream = (): string => ACCESS_STREAM;

const offer = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: '/v1/whoami/operator',
    operation: 'offerAccount',
    summary: 'Says, with a token of a trusted issuer, that you are this operator. They have a day to say so too.',
    params: Nothing,
    body: OfferAccount,
    stream,
    work: (by, { body }) => offerAccount(api.deps)({ ...by, ...body }),
  });

const bind = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: PATH,
    operation: 'bindAccount',
    summary: 'Lets an operator come with an account whose holder said that they are this operator.',
    params: Nothing,
    body: BindAccount,
    stream,
    work: (by, { body }) => bindAccount(api.deps)({ ...by, ...body }),
  });

const release = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/release`,
    operation: 'releaseAccount',
    summary: "Such an account is no operator's from then on: your own, or anybody's for who takes roles away.",
    params: Nothing,
    body: ReleaseAccount,
    stream,
    work: (by, { body }) => releaseAccount(api.deps)({ ...by, ...body }),
  });

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: PATH,
    operation: 'listAccounts',
    summary: "Which accounts of token issuers are an operator's, and which are said to be.",
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: AccountsAnswer,
    handle: ({ query }) =>
      pipe(
        identitiesAt(api, query, 'account'),
        TE.map(({ at, rows }) => {
          const accounts = rows
            .toSorted((a, b) => (a.account < b.account ? -1 : 1))
            .map((row) => ({
              ...row,
              expired: row.bound === null && plusSeconds(row.offered.time, OFFER_SECONDS) <= at.judgedAt,
            }));
          return { body: { asOf: asOf(at), accounts } };
        }),
      ),
  });

export const accountRoutes = (api: Api): ReadonlyArray<Route> => [list(api), offer(api), bind(api), release(api)];
