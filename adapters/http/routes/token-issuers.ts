import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ACCESS_STREAM } from '../../../domain/access/access-stream.js';
import { confirmTokenIssuer, removeTokenIssuer, trustTokenIssuer } from '../../../domain/access/change-operators.js';
import type { TokenIssuer } from '../../../domain/access/token-issuer.js';
import type { AccessRow } from '../../../projections/access-row.js';
import type { Api } from '../api.js';
import { WithReason } from '../codecs/hosts.js';
import { AsOfQuery } from '../codecs/queries.js';
import { IssuerPath, TokenIssuersAnswer, TrustTokenIssuer } from '../codecs/token-issuers.js';
import { commandRoute } from '../command-route.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const PATH = '/v1/token-issuers/{name}';
const stream = (): string => ACCESS_STREAM;

/** With what is left out as most issuers have it. */
export const tokenIssuerSettings = (name: string, given: TrustTokenIssuer): TokenIssuer => {
  const { issuer, audience, keysUrl = null, subjectClaim = 'sub', skewSeconds = 30 } = given;
  const { algorithms = ['ES256', 'PS256', 'RS256', 'Ed25519', 'EdDSA'], personClaim = subjectClaim } = given;
  const roles = given.roles.map(({ scope = null, ...rule }) => ({ ...rule, scope }));
  return { name, issuer, audience, keysUrl, algorithms, subjectClaim, personClaim, skewSeconds, roles };
};

const trust = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: PATH,
    operation: 'trustTokenIssuer',
    summary: 'Lets people in with tokens of this issuer, in the roles that the rules give; replaces what the name had.',
    params: IssuerPath,
    body: TrustTokenIssuer,
    stream,
    work: (by, { params, body }) =>
      trustTokenIssuer(api.deps)({ ...by, settings: tokenIssuerSettings(params.name, body) }),
  });

const confirm = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/confirm`,
    operation: 'confirmTokenIssuer',
    summary:
      'Says, as a second person, that this issuer tells people apart: until then none of them is a second person.',
    params: IssuerPath,
    body: Nothing,
    stream,
    work: (by, { params }) => confirmTokenIssuer(api.deps)({ ...by, ...params }),
  });

const remove = (api: Api): Route =>
  commandRoute({
    method: 'DELETE',
    path: PATH,
    operation: 'removeTokenIssuer',
    summary: 'Its tokens let nobody in from then on.',
    params: IssuerPath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => removeTokenIssuer(api.deps)({ ...by, ...params, ...body }),
  });

const ofKind =
  <K extends AccessRow['kind']>(kind: K) =>
  (row: AccessRow): row is Extract<AccessRow, { readonly kind: K }> =>
    row.kind === kind;

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/token-issuers',
    operation: 'listTokenIssuers',
    summary: 'Whose tokens let people in, as what, and who came with one.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: TokenIssuersAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            api.reads.identities.rowsAt(at.index),
            E.map((all) => {
              const rows = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
              const [tokenIssuers, identities] = [rows.filter(ofKind('issuer')), rows.filter(ofKind('identity'))];
              return { body: { asOf: asOf(at), tokenIssuers, identities } };
            }),
          ),
        ),
      ),
  });

export const tokenIssuerRoutes = (api: Api): ReadonlyArray<Route> => [list(api), trust(api), confirm(api), remove(api)];
