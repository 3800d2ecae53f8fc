import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { referenceStream } from '../../../domain/reference/state.js';
import { type HostRehearsal, prepareRehearsal, type Rehearsal, rehearseHost } from '../../../domain/replay/rehearse.js';
import { hostsAt } from '../../../projections/host-trust-at.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { limitOf } from '../codecs/queries.js';
import { RehearsalAnswer, Rehearse } from '../codecs/rehearsals.js';
import { type Limits, limitsOf } from '../limits.js';
import { asOf, type Moment, moment } from '../moment.js';
import { Nothing, type Route, route } from '../route.js';
import { wouldBeOf } from '../would-be-change.js';

interface Host {
  readonly host: string;
  /** Of the newest verdict. */
  readonly revision: number | undefined;
}

const hostsOf = (api: Api, at: Moment, { contains }: Limits): TE.TaskEither<ApiError, ReadonlyArray<Host>> =>
  pipe(
    TE.fromEither(api.reads.hostTrust.rowsAt(at.index)),
    TE.map((rows) =>
      hostsAt(rows, at.judgedAt).flatMap(({ row }) =>
        row.retired === null && contains.host(row.host) ? [{ host: row.host, revision: row.verdict?.revision }] : [],
      ),
    ),
  );

const rehearse = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/rehearsals',
    operation: 'rehearse',
    summary:
      "Which hosts would fail, or pass, if the reference values were changed: judges each host's newest evidence by both. Nothing is recorded.",
    params: Nothing,
    query: Nothing,
    body: Rehearse,
    answer: RehearsalAnswer,
    handle: ({ body, principal }) =>
      pipe(
        TE.Do,
        TE.bind('at', () => moment(api, body)),
        TE.bind('change', () => wouldBeOf(api, body.change)),
        TE.bind(
          'rehearsal',
          ({ at, change }): TE.TaskEither<ApiError, Rehearsal> =>
            prepareRehearsal(api.deps)(referenceStream(api.deps.group), change, at.index, at.judgedAt),
        ),
        TE.bind('hosts', ({ at }) => hostsOf(api, at, limitsOf(api, principal))),
        TE.bind('results', ({ rehearsal, hosts }): TE.TaskEither<ApiError, ReadonlyArray<HostRehearsal>> => {
          const from = body.cursor ?? 0;
          return pipe(
            hosts.slice(from, from + limitOf(body)),
            TE.traverseSeqArray(({ host, revision }) => rehearseHost(api.deps)(rehearsal)(host, revision)),
          );
        }),
        TE.map(({ at, hosts, results }) => {
          const next = (body.cursor ?? 0) + results.length;
          const nextCursor = next < hosts.length ? next : null;
          const { judgedAt } = at;
          return { body: { asOf: asOf(at), judgedAt, hostCount: hosts.length, hosts: results, nextCursor } };
        }),
      ),
  });

export const rehearsalRoutes = (api: Api): ReadonlyArray<Route> => [rehearse(api)];
