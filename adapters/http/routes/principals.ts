import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ACCESS_STREAM } from '../../../domain/access/access-stream.js';
import {
  removePrincipal,
  replacePrincipalCertificates,
  trustPrincipal,
} from '../../../domain/access/change-principals.js';
import type { PrincipalRow } from '../../../projections/principals.js';
import { pemOf } from '../../crypto/pem-text.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { WithReason } from '../codecs/hosts.js';
import {
  PrincipalAnswer,
  PrincipalPath,
  PrincipalsAnswer,
  type PrincipalView,
  ReplacePrincipalCertificates,
  TrustPrincipal,
} from '../codecs/principals.js';
import { AsOfQuery } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const PATH = '/v1/principals';
const stream = (): string => ACCESS_STREAM;

const viewOf = (row: PrincipalRow, now: string): PrincipalView => {
  const valid = row.chain.notAfter < now ? 'expired' : 'trusted';
  return { ...row, status: row.removed === null ? valid : 'removed' };
};

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: PATH,
    operation: 'listPrincipals',
    summary: 'Principals of the workload side, and whether their certificates are over.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: PrincipalsAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            api.reads.principals.rowsAt(at.index),
            E.map((rows) => {
              const sorted = [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
              return { body: { asOf: asOf(at), principals: sorted.map((row) => viewOf(row, at.judgedAt)) } };
            }),
          ),
        ),
      ),
  });

const chainOf = (api: Api, row: PrincipalRow): TE.TaskEither<ApiError, string> =>
  pipe(
    row.chain.certificates,
    TE.traverseArray((sha256) =>
      pipe(
        api.deps.evidence.get(sha256),
        TE.flatMapEither((der) => E.fromNullable<ApiError>({ _tag: 'BlobUnknown', sha256 })(der)),
        TE.map((der) => pemOf('CERTIFICATE', der)),
      ),
    ),
    TE.map((parts) => parts.join('')),
  );

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: `${PATH}/{name}`,
    operation: 'showPrincipal',
    summary: 'One principal with its certificates: all that another authority needs to know it too.',
    params: PrincipalPath,
    query: AsOfQuery,
    body: NoBody,
    answer: PrincipalAnswer,
    handle: ({ params: { name }, query }) =>
      pipe(
        moment(api, query),
        TE.bindTo('at'),
        TE.bind('row', ({ at }) =>
          TE.fromEither(
            pipe(
              api.reads.principals.rowAt(name, at.index),
              E.flatMap((row) => E.fromNullable<ApiError>({ _tag: 'PrincipalUnknown', name })(row)),
            ),
          ),
        ),
        TE.bind('chain', ({ row }) => chainOf(api, row)),
        TE.map(({ at, row, chain }) => ({ body: { asOf: asOf(at), principal: viewOf(row, at.judgedAt), chain } })),
      ),
  });

const commands = (api: Api): ReadonlyArray<Route> => [
  commandRoute({
    method: 'POST',
    path: PATH,
    operation: 'trustPrincipal',
    summary: 'Knows a part of the workload side by the certificates of its token issuer; with `tokens`, lets it in.',
    params: Nothing,
    body: TrustPrincipal,
    stream,
    work: (by, { body: { chain, tokens = null, ...body } }) =>
      trustPrincipal(api.deps)({ ...by, ...body, tokens, pem: chain }),
  }),
  commandRoute({
    method: 'PUT',
    path: `${PATH}/{name}/certificates`,
    operation: 'replacePrincipalCertificates',
    summary: 'Gives it new certificates; those it had count for `overlapSeconds` more, or no longer.',
    params: PrincipalPath,
    body: ReplacePrincipalCertificates,
    stream,
    work: (by, { params, body: { chain, overlapSeconds = 0 } }) =>
      replacePrincipalCertificates(api.deps)({ ...by, ...params, pem: chain, overlapSeconds }),
  }),
  commandRoute({
    method: 'DELETE',
    path: `${PATH}/{name}`,
    operation: 'removePrincipal',
    summary: 'Knows it no longer; its tokens let nobody in from then on.',
    params: PrincipalPath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => removePrincipal(api.deps)({ ...by, ...params, ...body }),
  }),
];

export const principalRoutes = (api: Api): ReadonlyArray<Route> => [list(api), show(api), ...commands(api)];
