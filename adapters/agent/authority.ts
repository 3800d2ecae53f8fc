import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Base64UpTo, HexUpTo, Instant, ListUpTo, SafeInt, Text } from '../../domain/encoding/primitives.js';
import { HASH_ALGORITHMS, type HashAlgorithm } from '../../domain/tpm/algorithms.js';
import type { AgentError } from './agent-error.js';
import type { HttpAnswer, PostJson } from './http-post.js';

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
const Challenge = t.type({ nonce: HexUpTo(256), expiresAt: Instant, pcrs: t.type({ bank: Bank, indices: Indices }) });
const AttestationResult = t.type({
  verdict: t.keyof({ affirming: null, contraindicated: null }),
  reasons: ListUpTo(t.type({ code: Text(64) }), 4_096),
  notAfter: Instant,
  index: SafeInt,
});
const Problem = t.type({ code: Text(64), title: Text(256) });
const ProblemDetail = t.type({ detail: Text(1_024) });

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

const read = <A>(codec: t.Type<A, unknown>, body: Uint8Array): E.Either<AgentError, A> => {
  const malformed = (field: string, rule: string): AgentError => ({ _tag: 'AnswerMalformed', field, rule });
  return pipe(
    fromUtf8(body),
    E.fromNullable(malformed('(document)', 'must be UTF-8')),
    E.flatMap((text) =>
      pipe(
        parseJson(text),
        E.mapLeft(({ rule }) => malformed('(document)', rule)),
      ),
    ),
    E.flatMap((json) =>
      pipe(
        decode(codec)(json),
        E.mapLeft(({ faults: [fault] }) => malformed(fault?.field ?? '(document)', fault?.rule ?? 'is malformed')),
      ),
    ),
  );
};

const secondsOf = (retryAfter: string | undefined): number | undefined =>
  retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;

const refusalOf = ({ status, retryAfter, body }: HttpAnswer): AgentError => {
  const problem = read(Problem, body);
  const retryAfterSeconds = secondsOf(retryAfter);
  if (E.isLeft(problem)) return { _tag: 'AuthorityNotFound', status, retryAfterSeconds };
  const { code, title } = problem.right;
  const explained = read(ProblemDetail, body);
  const detail = E.isRight(explained) ? explained.right.detail : undefined;
  return { _tag: 'AuthorityRefused', status, code, title, detail, retryAfterSeconds };
};

export const authorityFor = (post: PostJson, host: string): Authority => {
  const ask =
    <A>(path: string, codec: t.Type<A, unknown>) =>
    (body: unknown): TE.TaskEither<AgentError, A> =>
      pipe(
        post(`/v1/hosts/${encodeURIComponent(host)}/${path}`, body),
        TE.flatMapEither((answer) =>
          answer.status >= 200 && answer.status < 300 ? read(codec, answer.body) : E.left(refusalOf(answer)),
        ),
      );
  const challenge = ask('challenges', Challenge);
  return {
    challengeKey: ask('attestation-key/challenges', KeyChallenge),
    certifyKey: ask('attestation-key', KeyCertified),
    challenge: (akName) => challenge({ akName }),
    attest: ask('attestations', AttestationResult),
  };
};
