import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64Url } from '../encoding/base64url.js';
import { toHex } from '../encoding/bytes.js';
import { currentHost } from '../host/host-stream.js';
import { keyIdOf } from '../key/key-id.js';
import type { KeyServiceDeps, TokenForged } from '../key-service-deps.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { type DocumentFault, loadBlob } from '../reference/load-reference-values.js';
import { audienceOf, type TokenClaims } from '../token/claims.js';
import { expiryOf } from '../token/make-claims.js';
import { certificationData, judgeTpmKey } from './certified-tpm-key.js';
import type { Delivery, ReleaseAsked } from './events.js';
import type { ReleaseInput } from './release-input.js';
import type { SealTo } from './seal-key.js';

/** A request whose token is genuine, with whom its answer would be sealed to. */
export interface Asked {
  readonly host: string;
  readonly asked: ReleaseAsked;
  readonly seal: SealTo | undefined;
}

interface Addressed {
  readonly delivery: Delivery;
  readonly seal: SealTo | undefined;
}

const NOBODY: Addressed = { delivery: { to: 'nobody', key: null, unfit: [] }, seal: undefined };

const toWrappingKey = ({ hashing }: KeyServiceDeps, { cnf }: TokenClaims): Addressed => {
  const key = cnf === undefined ? undefined : fromBase64Url(cnf.jwk.x);
  return key === undefined
    ? { delivery: { to: 'wrapping-key', key: null, unfit: [] }, seal: undefined }
    : {
        delivery: { to: 'wrapping-key', key: toHex(hashing.hash('sha256', key)), unfit: [] },
        seal: { to: 'wrapping-key', key },
      };
};

/** Judged by the AK that is certified now: a certification by another one is worth nothing. */
const toTpmKey = (
  deps: KeyServiceDeps,
  { sub, jti }: TokenClaims,
  key: NonNullable<ReleaseInput['tpmKey']>,
): TE.TaskEither<LoadFault | DocumentFault, Addressed> =>
  pipe(
    TE.Do,
    TE.bind('host', () => currentHost(deps)(sub)),
    TE.bindW('akPublic', ({ host }) =>
      host.state.attestationKey === undefined
        ? TE.right(new Uint8Array())
        : loadBlob(deps, host.state.attestationKey.akPublic),
    ),
    TE.map(({ host, akPublic }): Addressed => {
      const qualifyingData = certificationData(deps.hashing, jti);
      const bootPcrs = host.state.current?.bootPcrs ?? {};
      const judged = judgeTpmKey(deps, { key, akPublic, qualifyingData, bootPcrs });
      return {
        delivery: { to: 'tpm-key', key: toHex(deps.hashing.hash('sha256', key.publicArea)), unfit: judged.unfit },
        seal: judged.key === undefined ? undefined : { to: 'tpm-key', key: judged.key },
      };
    }),
  );

const addressed = (
  deps: KeyServiceDeps,
  input: ReleaseInput,
  claims: TokenClaims,
): TE.TaskEither<LoadFault | DocumentFault, Addressed> => {
  if (input.operation === 'encrypt' || input.operation === 'rekey') return TE.right(NOBODY);
  return input.tpmKey === undefined ? TE.right(toWrappingKey(deps, claims)) : toTpmKey(deps, claims, input.tpmKey);
};

/** Left: nothing in this request is known to be any host's own word. */
export const readAsked = (
  deps: KeyServiceDeps,
  input: ReleaseInput,
): TE.TaskEither<TokenForged | LoadFault | DocumentFault, Asked> =>
  pipe(
    TE.Do,
    TE.bind('claims', () => deps.tokens.open(input.token)),
    TE.bindW('addressed', ({ claims }) => addressed(deps, input, claims)),
    TE.flatMapEither(({ claims, addressed: { delivery, seal } }) => {
      const { issuer } = deps.tokens;
      const kind = claims.sekisho.use;
      const forUs = claims.iss === issuer && claims.aud === audienceOf(issuer, 'key-access');
      const asked: ReleaseAsked = {
        release: deps.random.uuid(),
        operation: input.operation,
        provider: input.provider,
        key: 'ciphertext' in input ? keyIdOf(deps.hashing, input.ciphertext) : null,
        purpose: input.purpose ?? null,
        token: { id: claims.jti, kind, expires: expiryOf(claims), forUs },
        delivery,
      };
      return E.right({ host: claims.sub, asked, seal });
    }),
  );
