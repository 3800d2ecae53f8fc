import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, toBase64 } from '../../../domain/encoding/bytes.js';
import { finishActivation } from '../../../domain/host/finish-activation.js';
import { startActivation } from '../../../domain/host/start-activation.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { KeyCertified, KeyChallenge, OfferKey, ProveKey } from '../codecs/attestations.js';
import { HostPath } from '../codecs/hosts.js';
import { Nothing, type Route, route } from '../route.js';

/** Certificates between the host's and a CA that is trusted, as PEM texts of one or more. */
const intermediatesOf = (api: Api, pems: ReadonlyArray<string>): E.Either<ApiError, ReadonlyArray<Uint8Array>> =>
  pipe(
    pems,
    E.traverseArray((pem) => api.deps.certificates.parsePem(pem)),
    E.bimap(
      (rule): ApiError => ({ _tag: 'DecodeError', faults: [{ field: 'ekIssuers', rule }] }),
      (chains) => chains.flat().map(({ der }) => der),
    ),
  );

const start = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/attestation-key/challenges',
    operation: 'challengeAttestationKey',
    summary: 'First step of certifying an AK: a credential that only the TPM with both keys can open.',
    params: HostPath,
    query: Nothing,
    body: OfferKey,
    answer: KeyChallenge,
    handle: ({ params, body }) =>
      pipe(
        TE.fromEither(intermediatesOf(api, body.ekIssuers ?? [])),
        TE.flatMap((intermediates) =>
          startActivation(api.deps)({
            host: params.id,
            akPublic: fromBase64(body.akPublic),
            ekPublic: fromBase64(body.ekPublic),
            ekCertificate: body.ekCertificate === undefined ? undefined : fromBase64(body.ekCertificate),
            intermediates,
          }),
        ),
        TE.map(({ activation, credentialBlob, encryptedSecret, expiresAt }) => ({
          body: {
            activation,
            credentialBlob: toBase64(credentialBlob),
            encryptedSecret: toBase64(encryptedSecret),
            expiresAt,
          },
        })),
      ),
  });

const finish = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/attestation-key',
    operation: 'certifyAttestationKey',
    summary: 'Second step: the secret proves that one TPM holds both keys; the AK is certified.',
    params: HostPath,
    query: Nothing,
    body: ProveKey,
    answer: KeyCertified,
    handle: ({ params, body: { activation, secret } }) =>
      pipe(
        finishActivation(api.deps)({ host: params.id, activation, secret: fromBase64(secret) }),
        TE.map(({ akName, index }) => ({ body: { akName, index: index ?? null } })),
      ),
  });

export const attestationKeyRoutes = (api: Api): ReadonlyArray<Route> => [start(api), finish(api)];
