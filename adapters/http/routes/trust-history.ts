import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { instantOf, laterOf, millisOf, plusSeconds } from '../../../domain/encoding/instant.js';
import type { StoreError } from '../../../domain/ports.js';
import type { StateCounts } from '../../../projections/host-trust-at.js';
import { hostKey } from '../../../projections/host-trust-row.js';
import { type TrustSpan, trustBands } from '../../../projections/trust-bands.js';
import { createMemo } from '../../caches/memo.js';
import type { ReadApi } from '../api.js';
import type { ApiError } from '../api-error.js';
import { HostPath } from '../codecs/hosts.js';
import { AsOfQuery } from '../codecs/queries.js';
import { HostTrustHistoryAnswer, TrustHistoryAnswer, TrustHistoryQuery } from '../codecs/trust-history.js';
import { limitsOf } from '../limits.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';
import { gridOf, stepsFor, trustSteps } from '../trust-steps.js';

const MOST_STEPS = 120;
const DEFAULT_STEPS = 60;
const MOST_KNOWN = 4096;

/** An authority is founded with its first entry; before that there is nothing to see. */
const periodOf = (
  { reads }: ReadApi,
  query: TrustHistoryQuery,
  now: string,
): { readonly from: string; readonly to: string } => {
  const to = query.to ?? now;
  const begun = instantOf(reads.timeOf(0) ?? millisOf(to) - 1);
  const asked = query.last === undefined ? query.from : plusSeconds(to, -query.last);
  const from = asked === undefined ? begun : laterOf(asked, begun);
  return { from: from < to ? from : instantOf(millisOf(to) - 1), to };
};

const all = (api: ReadApi): Route => {
  const known = createMemo<StateCounts>(MOST_KNOWN);
  return route({
    method: 'GET',
    path: '/v1/trust-history',
    operation: 'showTrustHistory',
    summary: 'How many hosts were in each state, step by step through a time.',
    params: Nothing,
    query: TrustHistoryQuery,
    body: NoBody,
    answer: TrustHistoryAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, {}),
        TE.flatMap((at): TE.TaskEither<ApiError, { body: TrustHistoryAnswer }> => {
          const { from, to } = periodOf(api, query, at.judgedAt);
          const wanted = Math.min(MOST_STEPS, query.steps ?? DEFAULT_STEPS);
          const grid = gridOf(millisOf(from), millisOf(to), stepsFor(api.reads.hostTrust.now().size, wanted));
          const { scope, contains } = limitsOf(api, principal);
          const counting = { scope: JSON.stringify(scope), contains: contains.host, known };
          return pipe(
            trustSteps(api, counting, grid),
            TE.map((steps) => ({ body: { asOf: asOf(at), from, to, every: grid.every, steps } })),
          );
        }),
      ),
  });
};

const MOST_SPANS = 2000;

/** Rows of then, each until the next one; the newest until the moment that is asked about. */
const spansOf = (api: ReadApi, host: string, at: Moment): E.Either<StoreError, ReadonlyArray<TrustSpan>> =>
  pipe(
    api.reads.hostTrust.history(hostKey(host), at.index + 1, MOST_SPANS),
    E.map((spans) => {
      const timeOf = (index: number): string => instantOf(api.reads.timeOf(index) ?? 0);
      return [...spans].reverse().flatMap(({ row, from, until }) => {
        if (row?.kind !== 'host') return [];
        const ended = until === undefined || until > at.index ? laterOf(at.judgedAt, timeOf(from)) : timeOf(until);
        return [{ row, index: from, from: timeOf(from), until: ended }];
      });
    }),
  );

const one = (api: ReadApi): Route =>
  route({
    method: 'GET',
    path: '/v1/hosts/{id}/trust-history',
    operation: 'showHostTrustHistory',
    summary: "A host's trust from its enrolment on: each state, since when, until when and why.",
    params: HostPath,
    query: AsOfQuery,
    body: NoBody,
    answer: HostTrustHistoryAnswer,
    handle: ({ params: { id }, query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            spansOf(api, id, at),
            E.flatMap((spans): E.Either<ApiError, { body: HostTrustHistoryAnswer }> => {
              if (spans.length === 0) return E.left({ _tag: 'HostNotEnrolled' });
              const whole = spans.length < MOST_SPANS;
              return E.right({ body: { asOf: asOf(at), host: id, whole, bands: trustBands(spans) } });
            }),
          ),
        ),
      ),
  });

export const trustHistoryRoutes = (api: ReadApi): ReadonlyArray<Route> => [all(api), one(api)];
