import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { reasonsOf } from '../../../domain/appraisal/verdict-record.js';
import { fromUtf8 } from '../../../domain/encoding/bytes.js';
import { closed } from '../../../domain/encoding/closed.js';
import { type HostEvent, hostCatalogue } from '../../../domain/host/events.js';
import { HostId, hostStream } from '../../../domain/host/host-id.js';
import type { Recorded } from '../../../domain/ledger/envelope.js';
import { loadStream } from '../../../domain/ledger/load-stream.js';
import { referenceAt } from '../../../domain/reference/reference-stream.js';
import { referenceStream } from '../../../domain/reference/state.js';
import { referenceKey } from '../../../projections/reference-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AsOfQuery, SafeIntText } from '../codecs/queries.js';
import { Explanation } from '../codecs/reads.js';
import { asOf, moment, type Moment } from '../moment.js';
import { NoBody, type Route, route } from '../route.js';

type Verdict = Recorded<
  Extract<HostEvent, { readonly type: 'HostAttested' | 'AttestationRefused' | 'RelayedReportAppraised' }>
>;

const isVerdict = (recorded: Recorded<HostEvent>): recorded is Verdict =>
  ['HostAttested', 'AttestationRefused', 'RelayedReportAppraised'].includes(recorded.event.type);

const Which = t.union([t.literal('latest'), SafeIntText], 'Which');

/** The verdict of a revision, or the newest of the moment; of the newest, a relayed one never is. */
const find = (
  events: ReadonlyArray<Recorded<HostEvent>>,
  which: number | 'latest',
  { index }: Moment,
): Verdict | undefined => {
  const known = events.filter(isVerdict).filter((each) => each.index <= index);
  return which === 'latest'
    ? known.findLast(({ event }) => event.type !== 'RelayedReportAppraised')
    : known.find(({ revision }) => revision === which);
};

const load = (api: Api, host: string, which: number | 'latest', at: Moment): TE.TaskEither<ApiError, Verdict> =>
  pipe(
    loadStream(api.deps)(hostCatalogue, hostStream(host)),
    TE.flatMap(({ events }): TE.TaskEither<ApiError, Verdict> => {
      if (events.length === 0) return TE.left({ _tag: 'HostNotEnrolled' });
      const found = find(events, which, at);
      return found === undefined ? TE.left({ _tag: 'VerdictUnknown', host }) : TE.right(found);
    }),
  );

const claims = (api: Api, digest: string): TE.TaskEither<ApiError, unknown> =>
  pipe(
    api.deps.evidence.get(digest),
    TE.map((bytes): unknown => {
      const text = bytes === undefined ? undefined : fromUtf8(bytes);
      return text === undefined ? null : JSON.parse(text);
    }),
  );

type ReferencePart = t.TypeOf<typeof Explanation>['reference'];

/** Rows as they stood when the verdict was recorded, so that who approved what is told as of then. */
const reference = (api: Api, { basis, index, event }: Verdict): TE.TaskEither<ApiError, ReferencePart> => {
  const stream = referenceStream(api.deps.group);
  const revision = basis[stream] ?? -1;
  const { image, reliedOn } = event.data.record;
  const rowAt = (kind: 'base-image' | 'tpm-ca', name: string | undefined) =>
    name === undefined ? E.right(undefined) : api.reads.reference.rowAt(referenceKey(kind, name), index);
  return pipe(
    referenceAt(api.deps)(revision),
    TE.flatMapEither(({ policy }) =>
      pipe(
        rowAt('base-image', image?.version),
        E.flatMap((imageRow) =>
          pipe(
            rowAt('tpm-ca', reliedOn.tpmCa ?? undefined),
            E.map((caRow) => ({
              stream,
              revision,
              policy,
              image: imageRow?.kind === 'base-image' ? imageRow : null,
              tpmCa: caRow?.kind === 'tpm-ca' ? caRow : null,
              endorsementKey: reliedOn.endorsementKey,
            })),
          ),
        ),
      ),
    ),
  );
};

const verdictOf = ({ index, revision, recordedAt, event }: Verdict): t.TypeOf<typeof Explanation>['verdict'] => {
  const { verdict, grade, appraiser, at, notAfter, rules, exceptions, secureBoot } = event.data.record;
  const reasons = reasonsOf(event.data.record);
  return { index, revision, recordedAt, verdict, grade, appraiser, at, notAfter, rules, reasons, exceptions, secureBoot };
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
        TE.bindTo('at'),
        TE.bind('verdict', ({ at }) => load(api, id, revision, at)),
        TE.bind('claims', ({ verdict }) => claims(api, verdict.event.data.record.claims)),
        TE.bind('reference', ({ verdict }) => reference(api, verdict)),
        TE.map(({ at, verdict, claims: document, reference: judgedBy }) => {
          const { record } = verdict.event.data;
          const challenge = 'challenge' in verdict.event.data ? verdict.event.data.challenge : null;
          const evidence = { evidence: record.evidence, claims: record.claims, challenge };
          const body = { asOf: asOf(at), host: id, verdict: verdictOf(verdict), evidence, claims: document, reference: judgedBy };
          return { body };
        }),
      ),
  });

export const verdictRoutes = (api: Api): ReadonlyArray<Route> => [explain(api)];
