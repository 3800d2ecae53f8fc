import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { pcrValuesOf } from '../../../domain/appraisal/evidence-manifest.js';
import { reasonsOf } from '../../../domain/appraisal/verdict-record.js';
import { fromBase64 } from '../../../domain/encoding/bytes.js';
import { attestHost, type Judged as JudgedHost } from '../../../domain/host/attest-host.js';
import { hostStream } from '../../../domain/host/host-id.js';
import { currentHost } from '../../../domain/host/host-stream.js';
import { issueChallenge } from '../../../domain/host/issue-challenge.js';
import { tokensForVerdict } from '../../../domain/token/issue-tokens.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AskChallenge, Attestation, Attested, Challenge, type Judged } from '../codecs/attestations.js';
import { HostPath } from '../codecs/hosts.js';
import { bytesOfLongBase64 } from '../codecs/long-base64.js';
import { Nothing, type Route, route } from '../route.js';

const challenge = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/challenges',
    operation: 'challengeHost',
    summary: 'A nonce for one attestation of this host with this AK, and the registers to quote.',
    params: HostPath,
    query: Nothing,
    body: AskChallenge,
    answer: Challenge,
    handle: ({ params, body }) =>
      pipe(
        issueChallenge(api.deps)({ host: params.id, akName: body.akName }),
        TE.map(({ nonce, expiresAt, pcrs: { bank, indices } }) => ({
          body: { nonce, expiresAt, pcrs: { bank, indices } },
        })),
      ),
  });

export const judgedAnswer = ({ index, revision, record }: JudgedHost): Judged => {
  const { verdict, grade, rules, image, exceptions, at, notAfter } = record;
  return { verdict, grade, reasons: reasonsOf(record), rules, image, exceptions, at, notAfter, index, revision };
};

/** What a stranger can send without holding the host's TPM. */
const FOREIGN: ReadonlySet<string> = new Set<ApiError['_tag']>(['EvidenceNotHostsOwn', 'ChallengeForged']);

/** Charges what is not the host's own to who sent it, and remembers where the host's own came from. */
const guarded = <A>(
  { gate, metrics }: Api,
  address: string,
  host: string,
  work: TE.TaskEither<ApiError, A>,
  verdictOf: (answer: A) => string,
): TE.TaskEither<ApiError, A> => {
  const wait = gate.speakFor(address, host);
  if (wait > 0) return TE.left({ _tag: 'RateLimited', retryAfterSeconds: Math.ceil(wait) });
  return pipe(
    work,
    TE.tapError((error) => TE.fromIO(() => (FOREIGN.has(error._tag) ? gate.refused(address, host) : undefined))),
    TE.tapIO((answer) => () => {
      gate.believed(address, host);
      metrics.count('sekisho_verdicts_total', verdictOf(answer));
    }),
  );
};

/** The AK that the evidence is of: the certified one, unless the host says which. A stale memory only refuses. */
const akNameOf = (api: Api, host: string, given: string | undefined): TE.TaskEither<ApiError, string> => {
  const known = given ?? api.deps.caches.host.get(hostStream(host))?.state.attestationKey?.akName;
  return known !== undefined
    ? TE.right(known)
    : pipe(
        currentHost(api.deps)(host),
        TE.map(({ state }) => state.attestationKey?.akName ?? ''),
      );
};

const attest = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/attestations',
    operation: 'attestHost',
    summary:
      'Judges evidence over a challenge. A verdict, good or bad, is recorded before it is answered; an affirming one comes with tokens.',
    params: HostPath,
    query: Nothing,
    body: Attestation,
    answer: Attested,
    handle: ({ params: { id: host }, body, address }) => {
      const { nonce, pcrs, tokens: kinds = ['key-access', 'reporting'] } = body;
      const wrappingKey = body.wrappingKey === undefined ? undefined : fromBase64(body.wrappingKey);
      const work = pipe(
        akNameOf(api, host, body.akName),
        TE.flatMap((akName) =>
          attestHost(api.deps)({
            host,
            akName,
            nonce,
            wrappingKey,
            quote: fromBase64(body.quote),
            signature: fromBase64(body.signature),
            pcrs: pcrValuesOf(pcrs),
            bootLog: bytesOfLongBase64(body.eventLog),
          }),
        ),
      );
      return pipe(
        guarded(api, address, host, work, ({ record }) => record.verdict),
        TE.flatMap((judged) =>
          pipe(
            tokensForVerdict(api.deps)({ host, kinds, wrappingKey, revision: judged.revision }),
            TE.map((tokens) => ({ body: { ...judgedAnswer(judged), tokens, group: api.deps.group } })),
          ),
        ),
      );
    },
  });

export const attestationRoutes = (api: Api): ReadonlyArray<Route> => [challenge(api), attest(api)];
