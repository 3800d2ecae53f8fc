import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ACCESS_STREAM } from '../../../domain/access/access-stream.js';
import { bindCertificate, releaseCertificate } from '../../../domain/access/bind-certificate.js';
import type { Api } from '../api.js';
import { BindClientCertificate, CertificatePath, ClientCertificatesAnswer } from '../codecs/client-certificates.js';
import { WithReason } from '../codecs/hosts.js';
import { AsOfQuery } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { identitiesAt } from '../identities-at.js';
import { asOf } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const PATH = '/v1/client-certificates';
const stream = (): string => ACCESS_STREAM;

const bind = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: PATH,
    operation: 'bindClientCertificate',
    summary: 'Lets an operator come with a client certificate: their own, or one of a name that still counts as them.',
    params: Nothing,
    body: BindClientCertificate,
    stream,
    work: (by, { body: { subject, ...offered } }) => bindCertificate(api.deps)({ ...by, subject, offered }),
  });

const release = (api: Api): Route =>
  commandRoute({
    method: 'DELETE',
    path: `${PATH}/{id}`,
    operation: 'releaseClientCertificate',
    summary: "Such certificates let nobody in from then on: one of your own, or anybody's for who takes roles away.",
    params: CertificatePath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => releaseCertificate(api.deps)({ ...by, ...params, ...body }),
  });

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: PATH,
    operation: 'listClientCertificates',
    summary: 'Which client certificates are whose.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: ClientCertificatesAnswer,
    handle: ({ query }) =>
      pipe(
        identitiesAt(api, query, 'certificate'),
        TE.map(({ at, rows }) => {
          const clientCertificates = rows
            .toSorted((a, b) => a.bound.index - b.bound.index)
            .map((row) => ({ ...row, expired: row.certificate.notAfter < at.judgedAt }));
          return { body: { asOf: asOf(at), clientCertificates } };
        }),
      ),
  });

export const clientCertificateRoutes = (api: Api): ReadonlyArray<Route> => [list(api), bind(api), release(api)];
