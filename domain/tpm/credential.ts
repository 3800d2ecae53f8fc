import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { concat, utf8 } from '../encoding/bytes.js';
import type { CredentialEngine, Hashing, PublicKey } from '../ports.js';
import { DIGEST_SIZES, hashAlgorithmOf } from './algorithms.js';
import { tpm2b } from './big-endian.js';
import { type EkFault, endorsementKeyFaults } from './endorsement-key.js';
import { kdfa } from './kdfa.js';
import { kdfe } from './kdfe.js';
import type { TpmPublic } from './public-area.js';

export type CredentialFault =
  | { readonly _tag: 'EndorsementKeyUnfit'; readonly faults: ReadonlyArray<EkFault> }
  /** No modulus to encrypt to, or a point that is not on its curve. */
  | { readonly _tag: 'EndorsementKeyInvalid' }
  | { readonly _tag: 'ObjectNameInvalid' }
  | { readonly _tag: 'SecretSizeInvalid'; readonly largest: number }
  | { readonly _tag: 'SeedSizeInvalid'; readonly expected: number };

export interface Credential {
  /** TPM2B_ID_OBJECT. */
  readonly credentialBlob: Uint8Array;
  /** TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Uint8Array;
}

const NONE = new Uint8Array();
/** With its closing zero (Part 1, B.10.3). */
const OAEP_LABEL = utf8('IDENTITY\0');

/** A random seed for RSA is as long as the EK's name digest; for ECC key agreement makes it. */
export const credentialSeedSize = (ek: TpmPublic): number => DIGEST_SIZES[ek.nameAlg];

const isName = (name: Uint8Array): boolean => {
  const algorithm = hashAlgorithmOf(((name[0] ?? 0) << 8) | (name[1] ?? 0));
  return algorithm !== undefined && name.length === 2 + DIGEST_SIZES[algorithm];
};

const inputFault = (ek: TpmPublic, name: Uint8Array, secret: Uint8Array): CredentialFault | undefined => {
  const faults = endorsementKeyFaults(ek);
  const largest = DIGEST_SIZES[ek.nameAlg];
  if (faults.length > 0) return { _tag: 'EndorsementKeyUnfit', faults };
  if (!isName(name)) return { _tag: 'ObjectNameInvalid' };
  return secret.length === 0 || secret.length > largest ? { _tag: 'SecretSizeInvalid', largest } : undefined;
};

interface SharedSeed {
  readonly seed: Uint8Array;
  readonly encryptedSecret: Uint8Array;
}

/** Part 1, B.10.3: the seed travels encrypted to the EK. */
const rsaSeed = (engine: CredentialEngine, ek: TpmPublic, seed: Uint8Array): E.Either<CredentialFault, SharedSeed> => {
  const expected = credentialSeedSize(ek);
  if (seed.length !== expected) return E.left({ _tag: 'SeedSizeInvalid', expected });
  const encrypted = engine.rsaOaepEncrypt(ek.key, ek.nameAlg, OAEP_LABEL, seed);
  return encrypted === undefined
    ? E.left({ _tag: 'EndorsementKeyInvalid' })
    : E.right({ seed, encryptedSecret: tpm2b(encrypted) });
};

/** Part 1, C.6.3: the seed comes of the secret shared with the EK; the ephemeral point travels. */
const eccSeed = (
  engine: CredentialEngine,
  hashing: Hashing,
  ek: TpmPublic,
  key: PublicKey & { readonly kty: 'ecc' },
): E.Either<CredentialFault, SharedSeed> => {
  const agreed = engine.ecdhEphemeral(key);
  if (agreed?.ephemeral.kty !== 'ecc') return E.left({ _tag: 'EndorsementKeyInvalid' });
  const { x, y } = agreed.ephemeral;
  const bits = 8 * DIGEST_SIZES[ek.nameAlg];
  return E.right({
    seed: kdfe(hashing, ek.nameAlg, agreed.sharedX, 'IDENTITY', x, key.x, bits),
    encryptedSecret: tpm2b(concat(tpm2b(x), tpm2b(y))),
  });
};

/** Part 1, 24.4 and 24.5: the secret encrypted, then authenticated together with the object's name. */
const idObject = (
  engine: CredentialEngine,
  hashing: Hashing,
  ek: TpmPublic,
  seed: Uint8Array,
  name: Uint8Array,
  secret: Uint8Array,
): Uint8Array => {
  const hash = ek.nameAlg;
  const symmetricKey = kdfa(hashing, hash, seed, 'STORAGE', name, NONE, ek.symmetric?.keyBits ?? 0);
  const hmacKey = kdfa(hashing, hash, seed, 'INTEGRITY', NONE, NONE, 8 * DIGEST_SIZES[hash]);
  const encIdentity = engine.aesCfbEncrypt(symmetricKey, tpm2b(secret));
  return tpm2b(concat(tpm2b(hashing.hmac(hash, hmacKey, encIdentity, name)), encIdentity));
};

/**
 * TPM2_MakeCredential without a TPM. Only the TPM that holds `ek`, and in it an object of exactly this name, gives the
 * secret back (Part 1, 24). `seed` is used for RSA alone; `credentialSeedSize` says how long it is.
 */
export const makeCredential = (
  engine: CredentialEngine,
  hashing: Hashing,
  ek: TpmPublic,
  objectName: Uint8Array,
  secret: Uint8Array,
  seed: Uint8Array,
): E.Either<CredentialFault, Credential> => {
  const fault = inputFault(ek, objectName, secret);
  if (fault !== undefined) return E.left(fault);
  return pipe(
    ek.key.kty === 'rsa' ? rsaSeed(engine, ek, seed) : eccSeed(engine, hashing, ek, ek.key),
    E.map((shared) => ({
      credentialBlob: idObject(engine, hashing, ek, shared.seed, objectName, secret),
      encryptedSecret: shared.encryptedSecret,
    })),
  );
};
