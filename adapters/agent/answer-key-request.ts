import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64 } from '../../domain/encoding/bytes.js';
import type { AgentError } from './agent-error.js';
import { readState } from './agent-state.js';
import type { Attester } from './attester.js';
import { loadedContext } from './held-key.js';
import type { KeyAccess } from './key-access.js';
import type { KeyAnswer, KeyRequest } from './key-request.js';
import type { KeyService, Release } from './key-service.js';
import { type Delivery, openAnswer } from './open-answer.js';
import { makeTpmDecryptionKey } from './tpm-decryption-key.js';
import { withTpmSession } from './tpm-session.js';

/** The host's side of one request for a key: its attester, the authority's key service, and what the last round gave. */
export interface KeyClient {
  readonly attester: Attester;
  readonly service: KeyService;
  readonly access: KeyAccess;
}

/** Those that a key comes back for. */
type Wanted = Extract<KeyRequest, { readonly operation: 'get' | 'unwrap' }>;
type Wrapping = Exclude<KeyRequest, Wanted>;

const malformed = (field: string, rule: string): AgentError => ({ _tag: 'AnswerMalformed', field, rule });

/** A key's id is the digest of its ciphertext: an authority, or who stands in its place, can't name another. */
const named = (ciphertext: Uint8Array, { keyId }: Release): E.Either<AgentError, Uint8Array> =>
  createHash('sha256').update(ciphertext).digest('hex') === keyId
    ? E.right(ciphertext)
    : E.left(malformed('keyId', 'must be the digest of the ciphertext'));

const newCiphertext = (release: Release): E.Either<AgentError, Uint8Array> =>
  release.ciphertext === undefined ? E.left(malformed('ciphertext', 'is missing')) : named(release.ciphertext, release);

const withDelivery = <A>(
  { attester, access }: KeyClient,
  tpm: Wanted['tpm'],
  use: (delivery: Delivery) => TE.TaskEither<AgentError, A>,
): TE.TaskEither<AgentError, A> => {
  if (tpm === undefined) return use({ to: 'wrapping-key', key: access.wrappingKey });
  return withTpmSession(attester.tool, (session) =>
    pipe(
      readState(attester.folder),
      TE.flatMapEither(E.fromNullable<AgentError>({ _tag: 'AttestationKeyLost' })),
      TE.bindTo('state'),
      TE.bind('context', ({ state }) => loadedContext(attester, session, state)),
      TE.flatMap(({ state: { attestationKeyKind }, context }) =>
        makeTpmDecryptionKey(session, { context, kind: attestationKeyKind }, access.token, tpm.boundTo),
      ),
      TE.flatMap((key) => use({ to: 'tpm-key', key })),
    ),
  );
};

const bodyOf = (request: Wanted, delivery: Delivery): Record<string, unknown> => ({
  ...(request.operation === 'get' ? { bytes: request.bytes } : { ciphertext: request.ciphertext }),
  ...(request.purpose === undefined ? {} : { purpose: request.purpose }),
  ...(delivery.to === 'tpm-key' ? { tpmKey: delivery.key.offer } : {}),
});

const unsealed = (client: KeyClient, request: Wanted): TE.TaskEither<AgentError, KeyAnswer> =>
  withDelivery(client, request.tpm, (delivery) =>
    pipe(
      client.service.release({
        operation: request.operation === 'get' ? 'generate-key' : 'decrypt',
        provider: request.provider,
        token: client.access.token,
        body: bodyOf(request, delivery),
      }),
      TE.bindTo('release'),
      TE.bind('ciphertext', ({ release }) =>
        TE.fromEither(
          request.operation === 'get' ? newCiphertext(release) : named(fromBase64(request.ciphertext), release),
        ),
      ),
      TE.bind('key', ({ release: { sealed, keyId } }) => openAnswer(delivery, sealed, keyId)),
      TE.map(({ release: { keyId }, ciphertext, key }) => ({
        keyId,
        ciphertext: request.operation === 'get' ? ciphertext : undefined,
        key,
      })),
    ),
  );

/** A new ciphertext and no key: of a key that the host brings, or of one that stays with the authority. */
const wrapped = (client: KeyClient, request: Wrapping): TE.TaskEither<AgentError, KeyAnswer> => {
  const { provider, purpose } = request;
  const what = request.operation === 'wrap' ? { plaintext: request.plaintext } : { ciphertext: request.ciphertext };
  return pipe(
    client.service.release({
      operation: request.operation === 'wrap' ? 'encrypt' : 'rekey',
      provider,
      token: client.access.token,
      body: { ...what, ...(purpose === undefined ? {} : { purpose }) },
    }),
    TE.flatMapEither((release) =>
      pipe(
        newCiphertext(release),
        E.map((ciphertext) => ({ keyId: release.keyId, ciphertext, key: undefined })),
      ),
    ),
  );
};

/** Right holds a key in plain bytes. No error does. */
export const answerKeyRequest = (client: KeyClient, request: KeyRequest): TE.TaskEither<AgentError, KeyAnswer> =>
  request.operation === 'get' || request.operation === 'unwrap' ? unsealed(client, request) : wrapped(client, request);
