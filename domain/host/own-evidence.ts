import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Evidence } from '../appraisal/evidence.js';
import type { AuthorityDeps } from '../authority-deps.js';
import type { DocumentFault } from '../reference/load-reference-values.js';
import type { PcrValues } from '../tpm/pcr-digest.js';
import { certifiedMaterial } from './certified-material.js';
import { type ChallengeFault, checkNonce, nonceDigest, qualifyingData } from './challenge.js';
import type { Challenge, HostRejection } from './commands.js';
import { answerable } from './decide-attestation.js';
import { screenQuote } from './screen-quote.js';
import type { CertifiedKey, HostState } from './state.js';

/** What a host sends to be judged. Its keys and certificates are those that were certified. */
export interface AttestHostInput {
  readonly host: string;
  /** Hex. */
  readonly akName: string;
  /** Hex, from `issueChallenge`. */
  readonly nonce: string;
  /** The host's fresh X25519 public key, if it wants one vouched for. */
  readonly wrappingKey?: Uint8Array | undefined;
  /** TPMS_ATTEST. */
  readonly quote: Uint8Array;
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array;
  readonly pcrs: PcrValues;
  readonly bootLog: Uint8Array;
}

export interface Answer {
  readonly input: AttestHostInput;
  readonly challenge: Challenge;
  readonly expectedQualifyingData: Uint8Array;
}

export type AnswerFault = ChallengeFault | { readonly _tag: 'WrappingKeyUnfit'; readonly rule: string };

const WRAPPING_KEY_BYTES = 32;

/** Everything that needs no state: a nonce that is not ours costs one MAC. */
export const toAnswer = (deps: AuthorityDeps, input: AttestHostInput): E.Either<AnswerFault, Answer> => {
  const { wrappingKey, akName, nonce } = input;
  if (wrappingKey !== undefined && wrappingKey.length !== WRAPPING_KEY_BYTES) {
    return E.left({ _tag: 'WrappingKeyUnfit', rule: 'must be an X25519 public key of 32 bytes' });
  }
  return pipe(
    checkNonce(deps, input, nonce, deps.clock.now(), deps.settings.challengeLifetimeSeconds),
    E.map(({ nonce: bytes, expires }) => ({
      input,
      challenge: { digest: nonceDigest(deps.hashing, bytes), akName, expires },
      expectedQualifyingData: qualifyingData(deps.hashing, bytes, wrappingKey),
    })),
  );
};

export interface OwnEvidence {
  readonly evidence: Evidence;
  readonly key: CertifiedKey;
}

/** The host's own word about itself, or why it is somebody else's. */
export const ownEvidence = (
  deps: AuthorityDeps,
  { input, challenge, expectedQualifyingData }: Answer,
  state: HostState,
): TE.TaskEither<HostRejection | DocumentFault, OwnEvidence> => {
  const { quote, signature, pcrs, bootLog } = input;
  const key = answerable(challenge, deps.clock.now(), state);
  if (E.isLeft(key)) return TE.left(key.left);
  return pipe(
    certifiedMaterial(deps, key.right),
    TE.flatMapEither((material): E.Either<HostRejection, OwnEvidence> => {
      const screened = screenQuote(deps, { akPublic: material.akPublic, quote, signature, expectedQualifyingData });
      return E.isLeft(screened)
        ? E.left({ _tag: 'EvidenceNotHostsOwn', reasons: screened.left })
        : E.right({ evidence: { ...material, quote, signature, pcrs, bootLog }, key: key.right });
    }),
  );
};
