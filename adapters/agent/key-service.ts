import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromBase64 } from '../../domain/encoding/bytes.js';
import { Base64UpTo, ListUpTo, Sha256Hex, Text } from '../../domain/encoding/primitives.js';
import type { SealedKey } from '../../domain/key-release/release-input.js';
import type { AgentError } from './agent-error.js';
import { answerTo } from './answer-to.js';
import { IssuedToken } from './authority.js';
import type { AskJson } from './http-json.js';

const Sealed = t.union([
  t.type({
    v: t.literal(1),
    to: t.literal('wrapping-key'),
    ephemeralKey: Base64UpTo(32),
    nonce: Base64UpTo(24),
    box: Base64UpTo(8_192),
  }),
  t.type({ v: t.literal(1), to: t.literal('tpm-key'), encrypted: Base64UpTo(1_024) }),
]);

const Released = t.type({
  keyId: Sha256Hex,
  ciphertext: t.union([t.null, Base64UpTo(8_192)]),
  sealed: t.union([t.null, Sealed]),
});

const Renewed = t.type({ tokens: ListUpTo(IssuedToken, 8) });

const Access = t.type({
  allowed: t.boolean,
  reasons: ListUpTo(t.type({ code: Text(64) }), 64),
  revokedKeys: ListUpTo(Sha256Hex, 16),
});
export type Access = t.TypeOf<typeof Access>;

export interface Release {
  readonly keyId: string;
  readonly ciphertext: Uint8Array | undefined;
  readonly sealed: SealedKey | undefined;
}

export interface ReleaseQuestion {
  readonly operation: 'generate-key' | 'encrypt' | 'decrypt' | 'rekey';
  readonly provider: string;
  readonly token: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The key service, as a host may speak to it. */
export interface KeyService {
  readonly release: (question: ReleaseQuestion) => TE.TaskEither<AgentError, Release>;
  /** A new token for one that expired, while its verdict counts. */
  readonly renew: (token: string) => TE.TaskEither<AgentError, IssuedToken>;
  /** Answers at once when access ended or one of these keys was revoked, else after `wait` seconds. */
  readonly access: (
    token: string,
    keys: ReadonlyArray<string>,
    wait: number,
    signal: AbortSignal,
  ) => TE.TaskEither<AgentError, Access>;
}

const sealedOf = (sealed: t.TypeOf<typeof Sealed>): SealedKey =>
  sealed.to === 'tpm-key'
    ? { to: sealed.to, encrypted: fromBase64(sealed.encrypted) }
    : {
        to: sealed.to,
        ephemeralKey: fromBase64(sealed.ephemeralKey),
        nonce: fromBase64(sealed.nonce),
        box: fromBase64(sealed.box),
      };

export const keyServiceFor = (ask: AskJson, host: string): KeyService => {
  const answer = answerTo(ask);
  const own = `/v1/hosts/${encodeURIComponent(host)}`;
  return {
    release: ({ operation, provider, token, body }) =>
      pipe(
        answer(Released, {
          path: `/v1/key-providers/${encodeURIComponent(provider)}/${operation}`,
          body,
          bearer: token,
        }),
        TE.map(({ keyId, ciphertext, sealed }) => ({
          keyId,
          ciphertext: ciphertext === null ? undefined : fromBase64(ciphertext),
          sealed: sealed === null ? undefined : sealedOf(sealed),
        })),
      ),
    renew: (token) =>
      pipe(
        answer(Renewed, { path: `${own}/tokens`, body: { kinds: ['key-access'] }, bearer: token }),
        TE.flatMapEither(({ tokens }) =>
          E.fromNullable<AgentError>({ _tag: 'AnswerMalformed', field: 'tokens', rule: 'must hold one for keys' })(
            tokens.find(({ kind }) => kind === 'key-access'),
          ),
        ),
      ),
    access: (token, keys, wait, signal) => {
      const asked = keys.length === 0 ? '' : `&keys=${keys.join(',')}`;
      const path = `${own}/key-access?wait=${String(wait)}${asked}`;
      return answer(Access, { path, bearer: token, signal });
    },
  };
};
