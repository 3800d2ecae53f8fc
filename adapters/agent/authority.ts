import type * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { Base64UpTo, HexUpTo, Instant, ListUpTo, SafeInt, Text } from '../../domain/encoding/primitives.js';
import { HASH_ALGORITHMS, type HashAlgorithm } from '../../domain/tpm/algorithms.js';
import type { AgentError } from './agent-error.js';
import { answerTo } from './answer-to.js';
import type { AskJson } from './http-json.js';

const isBank = (u: unknown): u is HashAlgorithm => HASH_ALGORITHMS.some((name) => name === u);
const Bank = new t.Type<HashAlgorithm, string, unknown>(
  'hash algorithm',
  isBank,
  (u, c) => (isBank(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const isSelection = (indices: ReadonlyArray<number>): boolean =>
  indices.length > 0 && indices.every((index, i) => index <= 23 && index > (indices[i - 1] ?? -1));
const Indices = t.refinement(ListUpTo(SafeInt, 24), isSelection, 'ascending list of PCR indices from 0 to 23');

/** Answers may grow fields: what is not known here is ignored. */
const KeyChallenge = t.type({
  activation: Text(8_192),
  credentialBlob: Base64UpTo(512),
  encryptedSecret: Base64UpTo(1_024),
  expiresAt: Instant,
});
const KeyCertified = t.type({ akName: HexUpTo(66) });
/** A result as a token: whoever has it may show it, so it is kept in memory only. */
export const IssuedToken = t.type({ kind: Text(32), token: Text(4_096), expiresAt: Instant });
export type IssuedToken = t.TypeOf<typeof IssuedToken>;
const Challenge = t.type({ nonce: HexUpTo(256), expiresAt: Instant, pcrs: t.type({ bank: Bank, indices: Indices }) });
const AttestationResult = t.intersection([
  t.type({
    verdict: t.keyof({ affirming: null, contraindicated: null }),
    reasons: ListUpTo(t.type({ code: Text(64) }), 4_096),
    notAfter: Instant,
    index: SafeInt,
  }),
  t.partial({ tokens: ListUpTo(IssuedToken, 8), group: Text(64) }),
]);
export type AttestationResult = t.TypeOf<typeof AttestationResult>;

export interface KeyOffer {
  readonly ekCertificate?: string;
  readonly ekPublic: string;
  readonly akPublic: string;
  readonly ekIssuers?: ReadonlyArray<string>;
}

export interface EvidenceOffer {
  readonly akName: string;
  readonly nonce: string;
  readonly quote: string;
  readonly signature: string;
  readonly pcrs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly eventLog: string;
  /** X25519, fresh for this attestation. */
  readonly wrappingKey: string;
}

/** The authority, as a host may speak to it. */
export interface Authority {
  readonly challengeKey: (offer: KeyOffer) => TE.TaskEither<AgentError, t.TypeOf<typeof KeyChallenge>>;
  readonly certifyKey: (proof: {
    readonly activation: string;
    readonly secret: string;
  }) => TE.TaskEither<AgentError, t.TypeOf<typeof KeyCertified>>;
  readonly challenge: (akName: string) => TE.TaskEither<AgentError, t.TypeOf<typeof Challenge>>;
  readonly attest: (offer: EvidenceOffer) => TE.TaskEither<AgentError, AttestationResult>;
}

export const authorityFor = (ask: AskJson, host: string): Authority => {
  const answer = answerTo(ask);
  const post =
    <A>(path: string, codec: t.Type<A, unknown>) =>
    (body: unknown): TE.TaskEither<AgentError, A> =>
      answer(codec, { path: `/v1/hosts/${encodeURIComponent(host)}/${path}`, body });
  const challenge = post('challenges', Challenge);
  return {
    challengeKey: post('attestation-key/challenges', KeyChallenge),
    certifyKey: post('attestation-key', KeyCertified),
    challenge: (akName) => challenge({ akName }),
    attest: post('attestations', AttestationResult),
  };
};
