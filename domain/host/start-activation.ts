import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import { toBase64, toHex } from '../encoding/bytes.js';
import { plusSeconds } from '../encoding/instant.js';
import type { ParseError } from '../encoding/reader.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoreError } from '../ports.js';
import type { DocumentFault } from '../reference/load-reference-values.js';
import { type Credential, type CredentialFault, credentialSeedSize, makeCredential } from '../tpm/credential.js';
import { nameOf } from '../tpm/name.js';
import { parsePublic } from '../tpm/public-area.js';
import { type SealedActivation, sealActivation } from './activation.js';
import { checkOffer } from './check-offer.js';
import type { HostRejection } from './commands.js';
import type { JudgedKeys, KeysUnfit } from './judge-keys.js';
import type { EvidenceUnstorable } from './keep-evidence.js';

export interface StartActivationInput {
  readonly host: string;
  /** TPM2B_PUBLIC. */
  readonly akPublic: Uint8Array;
  readonly ekPublic: Uint8Array;
  /** DER. */
  readonly ekCertificate?: Uint8Array | undefined;
  readonly intermediates: ReadonlyArray<Uint8Array>;
}

/** What the host's TPM has to open, and the token to send back with the secret. */
export interface StartedActivation {
  readonly activation: string;
  /** TPM2B_ID_OBJECT. */
  readonly credentialBlob: Uint8Array;
  /** TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Uint8Array;
  readonly akName: string;
  readonly expiresAt: string;
}

export type StartActivationFault =
  | HostRejection
  | KeysUnfit
  | LoadFault
  | DocumentFault
  | StoreError
  | ParseError
  | CredentialFault
  | EvidenceUnstorable;

/** Certificates that lead to a trusted CA, of which there are only so many, are kept now; the rest travels in the token. */
const keepCertificates = (
  deps: AuthorityDeps,
  { ekCertificate, intermediates }: JudgedKeys,
): TE.TaskEither<
  StoreError,
  { readonly ekCertificate: string | null; readonly intermediates: ReadonlyArray<string> }
> =>
  pipe(
    [...(ekCertificate === undefined ? [] : [ekCertificate]), ...intermediates],
    TE.traverseArray((der) => deps.evidence.put(der)),
    TE.map((digests) =>
      ekCertificate === undefined
        ? { ekCertificate: null, intermediates: digests }
        : { ekCertificate: digests[0] ?? null, intermediates: digests.slice(1) },
    ),
  );

const credentialFor = (
  deps: AuthorityDeps,
  input: StartActivationInput,
  { ak }: JudgedKeys,
  secret: Uint8Array,
): E.Either<ParseError | CredentialFault, Credential> =>
  pipe(
    parsePublic(input.ekPublic),
    E.flatMap((ek) => {
      const seed = deps.random.bytes(credentialSeedSize(ek));
      return makeCredential(deps.credentials, deps.hashing, ek, nameOf(deps.hashing, ak), secret, seed);
    }),
  );

const seal = (
  deps: AuthorityDeps,
  input: StartActivationInput,
  expires: string,
  certificates: { readonly ekCertificate: string | null; readonly intermediates: ReadonlyArray<string> },
): E.Either<EvidenceUnstorable, SealedActivation> =>
  pipe(
    sealActivation(deps, {
      v: 1,
      host: input.host,
      akPublic: toBase64(input.akPublic),
      ekPublic: toBase64(input.ekPublic),
      ...certificates,
      expires,
      random: toHex(deps.random.bytes(16)),
    }),
    E.mapLeft((rule) => ({ _tag: 'EvidenceUnstorable', rule })),
  );

/**
 * First step of certifying an AK: trust in the endorsement key and the AK's attributes are checked before a credential is
 * made. Keeps no state and records nothing; also after a restart the second step works.
 */
export const startActivation =
  (deps: AuthorityDeps) =>
  (input: StartActivationInput): TE.TaskEither<StartActivationFault, StartedActivation> => {
    return pipe(
      TE.Do,
      TE.bind('offer', () => checkOffer(deps, input.host, { ...input, ekCertificate: input.ekCertificate })),
      TE.let('expiresAt', ({ offer }) => plusSeconds(offer.now, deps.settings.activationLifetimeSeconds)),
      TE.bindW('certificates', ({ offer }) => keepCertificates(deps, offer.keys)),
      TE.bindW('sealed', ({ certificates, expiresAt }) => TE.fromEither(seal(deps, input, expiresAt, certificates))),
      TE.bindW('credential', ({ offer, sealed }) =>
        TE.fromEither(credentialFor(deps, input, offer.keys, sealed.secret)),
      ),
      TE.map(({ offer, sealed, credential, expiresAt }) => ({
        activation: sealed.token,
        credentialBlob: credential.credentialBlob,
        encryptedSecret: credential.encryptedSecret,
        akName: offer.keys.akName,
        expiresAt,
      })),
    );
  };
