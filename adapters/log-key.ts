import type * as E from 'fp-ts/lib/Either.js';
import { fromBase64 } from '../domain/encoding/bytes.js';
import type { Malformed } from '../domain/transparency/malformed.js';
import { originOf } from '../domain/transparency/origin.js';
import { makeVerifierKey, type VerifierKey } from '../domain/transparency/verifier-key.js';
import { entryEngines } from './engines.js';
import type { PublicKeys } from './key-store/key-file.js';

/** The key that the log's checkpoints are checked with: what auditors and witnesses are given. */
export const logKeyOf = ({ authority, log }: PublicKeys): E.Either<Malformed, VerifierKey> =>
  makeVerifierKey(entryEngines.hashing, {
    name: originOf(authority.kid),
    type: 'ed25519',
    publicKey: fromBase64(log.publicKey),
  });
