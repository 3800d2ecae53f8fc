import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { seenCertificates } from '../../../domain/key-provider/peer-certificates.js';
import type { KeyProviderRow } from '../../../projections/key-provider-row.js';
import { type Api, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import {
  type KeyProviderAnswer as Answered,
  KeyProviderAnswer,
  KeyProvidersAnswer,
  PeerCertificatesAnswer,
  ProviderPath,
} from '../codecs/key-providers.js';
import { AsOfQuery } from '../codecs/queries.js';
import { limitsOf } from '../limits.js';
import { asOf, moment } from '../moment.js';
import { storedPem } from '../pem.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const byName = (a: KeyProviderRow, b: KeyProviderRow): number => (a.provider < b.provider ? -1 : 1);

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/key-providers',
    operation: 'listKeyProviders',
    summary: 'Key providers with their health, removed ones too; now or as of an index or a time.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: KeyProvidersAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            api.reads.keyProviders.rowsAt(at.index),
            E.map((rows) => {
              const { contains } = limitsOf(api, principal);
              const keyProviders = [...rows.values()].filter(({ provider }) => contains['key-provider'](provider));
              return { body: { asOf: asOf(at), keyProviders: keyProviders.sort(byName) } };
            }),
          ),
        ),
      ),
  });

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/key-providers/{id}',
    operation: 'showKeyProvider',
    summary: 'A key provider: settings, servers, certificates, health; now or as of an index or a time.',
    params: ProviderPath,
    query: AsOfQuery,
    body: NoBody,
    answer: KeyProviderAnswer,
    handle: ({ params, query }) =>
      pipe(
        TE.Do as TE.TaskEither<ApiError, object>,
        TE.bind('at', () => moment(api, query)),
        TE.bind('row', ({ at }) =>
          TE.fromEither(
            pipe(
              api.reads.keyProviders.rowAt(params.id, at.index),
              E.flatMap(
                (row): E.Either<ApiError, KeyProviderRow> =>
                  row === undefined ? E.left({ _tag: 'ProviderUnknown' }) : E.right(row),
              ),
            ),
          ),
        ),
        TE.bind('certificatePem', ({ row }) => storedPem(api, 'CERTIFICATE', row.clientCertificate?.certificate)),
        TE.bind('requestPem', ({ row }) => storedPem(api, 'CERTIFICATE REQUEST', row.request?.request)),
        TE.map(({ at, row, certificatePem, requestPem }): { readonly body: Answered } => ({
          body: { asOf: asOf(at), keyProvider: row, certificatePem, requestPem },
        })),
      ),
  });

const peers = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/key-providers/{id}/peer-certificates',
    operation: 'showPeerCertificates',
    summary: 'What the key servers show now, trusted or not; nothing but a TLS handshake is sent.',
    params: ProviderPath,
    query: Nothing,
    body: NoBody,
    answer: PeerCertificatesAnswer,
    handle: (request) =>
      pipe(
        seenCertificates(api.deps)({ ...requestOf(request), provider: request.params.id }),
        TE.map((certificates) => ({
          body: {
            certificates: certificates.map(({ server, sha256, trusted, pem: text }) => ({
              server,
              sha256,
              trusted,
              pem: text,
            })),
          },
        })),
      ),
  });

export const keyProviderRoutes = (api: Api): ReadonlyArray<Route> => [list(api), show(api), peers(api)];
