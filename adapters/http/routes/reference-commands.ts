import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  delistTpmModel,
  listTpmModel,
  revokeEndorsementKey,
  revokeTpmCa,
} from '../../../domain/reference/change-reference.js';
import { referenceStream } from '../../../domain/reference/state.js';
import { type OfferedKey, trustEndorsementKey } from '../../../domain/reference/trust-endorsement-key.js';
import { trustTpmCa } from '../../../domain/reference/trust-tpm-ca.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { WithReason } from '../codecs/hosts.js';
import {
  ListTpmModel,
  ModelPath,
  NamePath,
  RevokeEndorsementKey,
  TrustEndorsementKey,
  TrustTpmCa,
} from '../codecs/reference.js';
import { commandRoute } from '../command-route.js';
import { offeredKeyOf } from '../offered-key.js';
import { Nothing, type Route } from '../route.js';

const tpmCas = (api: Api, stream: () => string): ReadonlyArray<Route> => [
  commandRoute({
    method: 'POST',
    path: '/v1/tpm-cas',
    operation: 'trustTpmCa',
    summary: "Trusts a TPM maker's CA; `chain` is PEM: the root and intermediates below it.",
    params: Nothing,
    body: TrustTpmCa,
    stream,
    work: (by, { body }) => trustTpmCa(api.deps)({ ...by, name: body.name, pem: body.chain }),
  }),
  commandRoute({
    method: 'DELETE',
    path: '/v1/tpm-cas/{name}',
    operation: 'revokeTpmCa',
    summary: 'No longer trusts a TPM CA.',
    params: NamePath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => revokeTpmCa(api.deps)({ ...by, ...params, ...body }),
  }),
];

const endorsementKeys = (api: Api, stream: () => string): ReadonlyArray<Route> => [
  commandRoute({
    method: 'POST',
    path: '/v1/endorsement-keys',
    operation: 'trustEndorsementKey',
    summary: 'Puts an endorsement key on the list.',
    params: Nothing,
    body: TrustEndorsementKey,
    stream,
    work: (by, { body }) =>
      pipe(
        TE.fromEither<ApiError, OfferedKey>(offeredKeyOf(body)),
        TE.flatMap((key) => trustEndorsementKey(api.deps)({ ...by, name: body.name, key })),
      ),
  }),
  commandRoute({
    method: 'DELETE',
    path: '/v1/endorsement-keys/{name}',
    operation: 'revokeEndorsementKey',
    summary: 'No longer trusts an endorsement key, or, with its digest, one that was never listed.',
    params: NamePath,
    body: RevokeEndorsementKey,
    stream,
    work: (by, { params, body }) => revokeEndorsementKey(api.deps)({ ...by, ...params, ...body }),
  }),
];

const tpmModels = (api: Api, stream: () => string): ReadonlyArray<Route> => [
  commandRoute({
    method: 'POST',
    path: '/v1/tpm-models',
    operation: 'listTpmModel',
    summary: 'Lists a TPM model with its firmware and BIOS versions as compatible.',
    params: Nothing,
    body: ListTpmModel,
    stream,
    work: (by, { body }) => listTpmModel(api.deps)({ ...by, ...body }),
  }),
  commandRoute({
    method: 'DELETE',
    path: '/v1/tpm-models/{manufacturer}/{model}',
    operation: 'delistTpmModel',
    summary: 'Takes a TPM model off the list.',
    params: ModelPath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => delistTpmModel(api.deps)({ ...by, ...params, ...body }),
  }),
];

export const referenceCommandRoutes = (api: Api): ReadonlyArray<Route> => {
  const stream = (): string => referenceStream(api.deps.group);
  return [...tpmCas(api, stream), ...endorsementKeys(api, stream), ...tpmModels(api, stream)];
};
