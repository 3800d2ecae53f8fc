import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { fromBase64, toBase64 } from '../../../domain/encoding/bytes.js';
import type { ReleasedKey as Released, ReleaseInput } from '../../../domain/key-release/release-input.js';
import { releaseKey } from '../../../domain/key-release/release-key.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { ProviderPath } from '../codecs/key-providers.js';
import { DecryptKey, EncryptKey, GenerateKey, RekeyKey, ReleasedKey, type TpmKey } from '../codecs/keys.js';
import { TOKENS } from '../host-gate.js';
import type { Operation } from '../permissions.js';
import { type ApiRequest, Nothing, type Route, route } from '../route.js';

const sealedView = (sealed: Released['sealed']): ReleasedKey['sealed'] => {
  if (sealed === undefined) return null;
  if (sealed.to === 'tpm-key') return { v: 1, to: sealed.to, encrypted: toBase64(sealed.encrypted) };
  const { to, ephemeralKey, nonce, box } = sealed;
  return { v: 1, to, ephemeralKey: toBase64(ephemeralKey), nonce: toBase64(nonce), box: toBase64(box) };
};

const view = ({ release, key, ciphertext, sealed, index }: Released): ReleasedKey => ({
  release,
  keyId: key,
  ciphertext: ciphertext === undefined ? null : toBase64(ciphertext),
  sealed: sealedView(sealed),
  index,
});

const tpmKeyOf = (given: t.TypeOf<typeof TpmKey> | undefined): ReleaseInput['tpmKey'] =>
  given === undefined
    ? undefined
    : {
        publicArea: fromBase64(given.publicArea),
        attest: fromBase64(given.attest),
        signature: fromBase64(given.signature),
        boundTo: given.boundTo,
      };

/** Whoever sends tokens that are none of ours is charged for it; whoever sends one of ours is known from then on. */
export const guardedByToken = <A>(
  api: Api,
  address: string,
  work: TE.TaskEither<ApiError, A>,
): TE.TaskEither<ApiError, A> =>
  pipe(
    work,
    TE.tapError((error) =>
      TE.fromIO(() =>
        error._tag === 'TokenForged' ? api.gate.refused(address, TOKENS) : api.gate.believed(address, TOKENS),
      ),
    ),
    TE.tapIO(() => () => api.gate.believed(address, TOKENS)),
  );

interface Description<B> {
  readonly name: string;
  readonly operation: Operation;
  readonly summary: string;
  readonly body: t.Type<B, unknown>;
  readonly input: (body: B, asking: Pick<ReleaseInput, 'token' | 'provider'>) => ReleaseInput;
}

const operationRoute = <B>(api: Api, { name, operation, summary, body, input }: Description<B>): Route =>
  route({
    method: 'POST',
    path: `/v1/key-providers/{id}/${name}`,
    operation,
    summary,
    params: ProviderPath,
    query: Nothing,
    body,
    answer: ReleasedKey,
    handle: ({ params, body: given, bearer, address }: ApiRequest<{ readonly id: string }, unknown, B>) =>
      guardedByToken(
        api,
        address,
        pipe(
          releaseKey(api.deps)(input(given, { token: bearer ?? '', provider: params.id })),
          TE.tapIO(() => () => api.metrics.count('sekisho_releases_total', name)),
          TE.tapError((fault) =>
            TE.fromIO(() => {
              if (fault._tag === 'KeyNotReleased') api.metrics.count('sekisho_releases_refused_total', name);
            }),
          ),
          TE.map((released) => ({ body: view(released) })),
        ),
      ),
  });

export const keyOperationRoutes = (api: Api): ReadonlyArray<Route> => [
  operationRoute(api, {
    name: 'generate-key',
    operation: 'generateKey',
    summary:
      'A new key for a trusted host: wrapped by the primary key, and sealed to the host. The token is of its attestation.',
    body: GenerateKey,
    input: ({ bytes, purpose, tpmKey }, asking) => ({
      ...asking,
      operation: 'generate-key',
      bytes,
      purpose,
      tpmKey: tpmKeyOf(tpmKey),
    }),
  }),
  operationRoute(api, {
    name: 'encrypt',
    operation: 'encryptKey',
    summary: 'Wraps a key that a trusted host brings.',
    body: EncryptKey,
    input: ({ plaintext, purpose }, asking) => ({
      ...asking,
      operation: 'encrypt',
      plaintext: fromBase64(plaintext),
      purpose,
      tpmKey: undefined,
    }),
  }),
  operationRoute(api, {
    name: 'decrypt',
    operation: 'decryptKey',
    summary: 'Unwraps a key for a trusted host, sealed to it.',
    body: DecryptKey,
    input: ({ ciphertext, purpose, tpmKey }, asking) => ({
      ...asking,
      operation: 'decrypt',
      ciphertext: fromBase64(ciphertext),
      purpose,
      tpmKey: tpmKeyOf(tpmKey),
    }),
  }),
  operationRoute(api, {
    name: 'rekey',
    operation: 'rekeyKey',
    summary: "Wraps a key anew by the provider's current primary key; its plaintext leaves for nobody.",
    body: RekeyKey,
    input: ({ ciphertext, purpose }, asking) => ({
      ...asking,
      operation: 'rekey',
      ciphertext: fromBase64(ciphertext),
      purpose,
      tpmKey: undefined,
    }),
  }),
];
