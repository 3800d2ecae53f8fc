import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type ReferenceRow, referenceKey } from '../../../projections/reference-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AsOfQuery } from '../codecs/queries.js';
import { EndorsementKeyAnswer, TpmCaAnswer } from '../codecs/reads.js';
import { NamePath } from '../codecs/reference.js';
import { asOf, type Moment, moment } from '../moment.js';
import { storedPem } from '../pem.js';
import { NoBody, type Route, route } from '../route.js';

type Of<K extends ReferenceRow['kind']> = Extract<ReferenceRow, { readonly kind: K }>;

const rowOf = <K extends 'tpm-ca' | 'endorsement-key'>(
  api: Api,
  kind: K,
  name: string,
  { index }: Moment,
): E.Either<ApiError, Of<K>> =>
  pipe(
    api.reads.reference.rowAt(referenceKey(kind, name), index),
    E.flatMap(
      (row): E.Either<ApiError, Of<K>> =>
        row?.kind === kind ? E.right(row as Of<K>) : E.left({ _tag: 'ReferenceUnknown', kind, name }),
    ),
  );

const tpmCa = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/tpm-cas/{name}',
    operation: 'showTpmCa',
    summary: 'A TPM CA with its certificates as PEM, root first; now or as of an index or a time.',
    params: NamePath,
    query: AsOfQuery,
    body: NoBody,
    answer: TpmCaAnswer,
    handle: ({ params, query }) =>
      pipe(
        moment(api, query),
        TE.bindTo('at'),
        TE.bind('row', ({ at }) => TE.fromEither(rowOf(api, 'tpm-ca', params.name, at))),
        TE.bind('chainPem', ({ row }) =>
          pipe(
            row.chain,
            TE.traverseSeqArray((digest) => storedPem(api, 'CERTIFICATE', digest)),
          ),
        ),
        TE.map(({ at, row, chainPem }) => ({
          body: { asOf: asOf(at), tpmCa: row, chainPem: chainPem.includes(null) ? null : chainPem.join('') },
        })),
      ),
  });

const endorsementKey = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/endorsement-keys/{name}',
    operation: 'showEndorsementKey',
    summary: 'A listed or revoked endorsement key, with its certificate as PEM if it came with one.',
    params: NamePath,
    query: AsOfQuery,
    body: NoBody,
    answer: EndorsementKeyAnswer,
    handle: ({ params, query }) =>
      pipe(
        moment(api, query),
        TE.bindTo('at'),
        TE.bind('row', ({ at }) => TE.fromEither(rowOf(api, 'endorsement-key', params.name, at))),
        TE.bind('certificatePem', ({ row }) => storedPem(api, 'CERTIFICATE', row.certificate)),
        TE.map(({ at, row, certificatePem }) => ({ body: { asOf: asOf(at), endorsementKey: row, certificatePem } })),
      ),
  });

export const referenceItemRoutes = (api: Api): ReadonlyArray<Route> => [tpmCa(api), endorsementKey(api)];
