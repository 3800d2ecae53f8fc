import * as E from 'fp-ts/lib/Either.js';
import { fromBase64 } from '../../domain/encoding/bytes.js';
import { foundingKid, type Keyring } from '../../domain/ledger/keyring.js';
import type { Malformed } from '../../domain/transparency/malformed.js';
import { originOf } from '../../domain/transparency/origin.js';
import { makeVerifierKey, type VerifierKey } from '../../domain/transparency/verifier-key.js';
import { entryEngines } from '../crypto/engines.js';
import type { PublicKeys } from '../key-store/key-file.js';

const verifierKey = (authority: string, publicKey: Uint8Array): E.Either<Malformed, VerifierKey> =>
  makeVerifierKey(entryEngines.hashing, { name: originOf(authority), type: 'ed25519', publicKey });

/** The key that the log's checkpoints are checked with: what auditors and witnesses are given. */
export const logKeyOf = ({ authority, log }: PublicKeys): E.Either<Malformed, VerifierKey> =>
  verifierKey(authority.kid, fromBase64(log.publicKey));

/** Every key that the ledger says ever signed for the log; one that never was introduced comes from the key file. */
export const knownLogKeys = (keyring: Keyring, publicKeys: PublicKeys): ReadonlyArray<VerifierKey> => {
  const authority = foundingKid(keyring) ?? publicKeys.authority.kid;
  const introduced = [...keyring.values()].flatMap(({ purpose, publicKey }) => (purpose === 'log' ? [publicKey] : []));
  const all = introduced.length > 0 ? introduced : [fromBase64(publicKeys.log.publicKey)];
  return all.flatMap((publicKey) => {
    const key = verifierKey(authority, publicKey);
    return E.isRight(key) ? [key.right] : [];
  });
};
