import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { clusterStream } from '../../../domain/cluster/cluster-id.js';
import { startRemediation } from '../../../domain/cluster/remediation.js';
import { closed } from '../../../domain/encoding/closed.js';
import { Uuid } from '../../../domain/ledger/envelope.js';
import { clusterHealth, hostDrift } from '../../../projections/cluster-drift.js';
import { type ClusterRows, clusterRow, type JobRow, jobRow, memberRows } from '../../../projections/cluster-row.js';
import { waitingFor } from '../../authority/remediations.js';
import { type Api, recorded, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import { clustersAt } from '../clusters-at.js';
import {
  DriftAnswer,
  JobAnswer,
  type JobView,
  RemediateCluster,
  RemediationAnswer,
} from '../codecs/cluster-services.js';
import { ClusterPath } from '../codecs/clusters.js';
import { AsOfQuery } from '../codecs/queries.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';
import { driftHistory } from './drift-history.js';

const driftOf = (rows: ClusterRows, cluster: string): E.Either<ApiError, Omit<DriftAnswer, 'asOf'>> => {
  const row = clusterRow(rows, cluster);
  if (row === undefined) return E.left({ _tag: 'ClusterUnknown', cluster });
  const hosts = memberRows(rows, cluster).map((member) => hostDrift(row.desired, member));
  return E.right({ cluster, health: clusterHealth(hosts), desired: row.desired, hosts });
};

const drift = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/clusters/{id}/drift',
    operation: 'showDrift',
    summary:
      'How what each host applies differs from what it shall apply, since when; now or as of an index or a time.',
    params: ClusterPath,
    query: AsOfQuery,
    body: NoBody,
    answer: DriftAnswer,
    handle: ({ params, query }) => clustersAt(api, query, (rows) => driftOf(rows, params.id)),
  });

const AN_HOUR = 3600;

/** One step for each host that does not apply what is desired; the others are left alone. */
const remediate = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/clusters/{id}/remediate',
    operation: 'remediateCluster',
    summary: 'Has the hosts that differ apply what is desired, as a job; the others are left alone.',
    params: ClusterPath,
    query: Nothing,
    body: RemediateCluster,
    answer: RemediationAnswer,
    handle: (request) => {
      const { id: cluster } = request.params;
      return pipe(
        api.settled,
        TE.flatMapEither(() => driftOf(api.reads.clusters.now(), cluster)),
        TE.map(({ hosts }) => hosts.filter(({ health }) => health !== 'OK').map(({ host }) => host)),
        TE.flatMap((hosts) => {
          const input = { ...requestOf(request), cluster, hosts, seconds: request.body.seconds ?? AN_HOUR };
          return recorded(clusterStream(cluster), startRemediation(api.deps)(input));
        }),
        TE.map(({ body }) => ({ body: { ...body, job: request.commandId } })),
      );
    },
  });

const MOST_SHOWN = 100;

const jobView = (row: JobRow, left: ReadonlyArray<string>): JobView => {
  const { job, cluster, hosts, deadline, started, ended } = row;
  const status = ended?.outcome ?? 'running';
  const waiting = (ended === null ? left : ended.first).slice(0, MOST_SHOWN);
  const done = hosts - (ended === null ? left.length : ended.failed);
  return { id: job, kind: 'remediation', cluster, status, hosts, done, waiting, deadline, started, ended };
};

const showJob = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/jobs/{id}',
    operation: 'showJob',
    summary: 'How far a job is, and who is waited for; now or as of an index or a time.',
    params: closed({ id: Uuid }, 'JobPath'),
    query: AsOfQuery,
    body: NoBody,
    answer: JobAnswer,
    handle: ({ params, query }) =>
      pipe(
        TE.Do as TE.TaskEither<ApiError, object>,
        TE.bind('at', () => moment(api, query)),
        TE.bind(
          'rows',
          ({ at }): TE.TaskEither<ApiError, ClusterRows> => TE.fromEither(api.reads.clusters.rowsAt(at.index)),
        ),
        TE.bind('row', ({ rows }): TE.TaskEither<ApiError, JobRow> => {
          const row = jobRow(rows, params.id);
          return row === undefined ? TE.left({ _tag: 'JobUnknown', job: params.id }) : TE.right(row);
        }),
        TE.bind(
          'left',
          ({ rows, row }): TE.TaskEither<ApiError, ReadonlyArray<string>> => waitingFor(api.deps, rows, row),
        ),
        TE.map(({ at, row, left }) => ({ body: { asOf: asOf(at), job: jobView(row, left) } })),
      ),
  });

export const driftRoutes = (api: Api): ReadonlyArray<Route> => [
  drift(api),
  driftHistory(api),
  remediate(api),
  showJob(api),
];
