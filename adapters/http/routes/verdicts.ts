import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closed } from '../../../domain/encoding/closed.js';
import { HostId } from '../../../domain/host/host-id.js';
import { type ExplainedVerdict, explainVerdict } from '../../../domain/replay/explain-verdict.js';
import { hostKey } from '../../../projections/host-trust-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AsOfQuery, SafeIntText } from '../codecs/queries.js';
import { Explanation } from '../codecs/reads.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, type Route, route } from '../route.js';
import { judgedAnswer } from './attestations.js';

const Which = t.union([t.literal('latest'), SafeIntText], 'Which');

/** The newest verdict of the moment, by its revision. */
const revisionAt = (api: Api, host: string, at: Moment): TE.TaskEither<ApiError, number> =>
  pipe(
    TE.fromEither(api.reads.hostTrust.rowAt(hostKey(host), at.index)),
    TE.flatMap((row): TE.TaskEither<ApiError, number> => {
      if (row?.kind !== 'host') return TE.left({ _tag: 'HostNotEnrolled' });
      return row.verdict === null ? TE.left({ _tag: 'VerdictUnknown', host }) : TE.right(row.verdict.revision);
    }),
  );

const answerOf = (explained: ExplainedVerdict, at: Moment): Explanation => {
  const { recorded, host, claims, manifest, certification, basis, policy, image, tpmCa, findings } = explained;
  const { index, revision, recordedAt, event } = recorded;
  const { record, challenge } = event.data;
  return {
    asOf: asOf(at),
    host,
    verdict: judgedAnswer({ index, revision, recordedAt, record }),
    recordedAt,
    appraiser: record.appraiser,
    evidence: { evidence: record.evidence, claims: record.claims, challenge },
    claims,
    manifest,
    certification,
    basis,
    policy,
    image,
    tpmCa,
    endorsementKey: record.reliedOn.endorsementKey,
    findings,
  };
};

const explain = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/hosts/{id}/verdicts/{revision}',
    operation: 'explainVerdict',
    summary: 'A verdict down to its rules, its evidence, and who said that the reference values are good.',
    params: closed({ id: HostId, revision: Which }, 'VerdictPath'),
    query: AsOfQuery,
    body: NoBody,
    answer: Explanation,
    handle: ({ params: { id, revision }, query }) =>
      pipe(
        moment(api, query),
        TE.flatMap((at) =>
          pipe(
            revision === 'latest' ? revisionAt(api, id, at) : TE.right<ApiError, number>(revision),
            TE.flatMap((which) => explainVerdict(api.deps)(id, which)),
            TE.map((explained) => ({ body: answerOf(explained, at) })),
          ),
        ),
      ),
  });

export const verdictRoutes = (api: Api): ReadonlyArray<Route> => [explain(api)];
