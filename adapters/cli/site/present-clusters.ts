import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { TopologyAnswer } from '../../http/codecs/cluster-services.js';
import { ClusterAnswer, ClustersAnswer, type ClusterView } from '../../http/codecs/clusters.js';
import type { AuthorityClient } from '../authority-client.js';
import type { CliFailure } from '../failure.js';
import { segment } from '../send-command.js';

type Work<A> = TE.TaskEither<CliFailure, A>;

export interface Member {
  readonly host: string;
  readonly cluster: string;
}

/** What there is of clusters. */
export interface PresentClusters {
  readonly clusters: ReadonlyArray<ClusterView>;
  readonly authorities: TopologyAnswer['authorities'];
  readonly trusted: TopologyAnswer['trusted'];
  readonly members: ReadonlyArray<Member>;
}

export const NO_CLUSTERS: PresentClusters = { clusters: [], authorities: [], trusted: [], members: [] };

const membersFrom =
  (client: AuthorityClient, cluster: string, before: ReadonlyArray<Member> = []) =>
  (cursor: number | undefined): Work<ReadonlyArray<Member>> =>
    pipe(
      client.call(
        {
          operation: 'showCluster',
          method: 'GET',
          path: `/v1/clusters/${segment(cluster)}`,
          query: { limit: 500, cursor },
        },
        ClusterAnswer,
      ),
      TE.flatMap(({ body: { hosts, nextCursor } }) => {
        const all = [...before, ...hosts.map(({ host }) => ({ host, cluster }))];
        return nextCursor === null ? TE.right(all) : membersFrom(client, cluster, all)(nextCursor);
      }),
    );

export const readClusters = (client: AuthorityClient): Work<PresentClusters> =>
  pipe(
    TE.Do as Work<object>,
    TE.bind('list', () =>
      client.call({ operation: 'listClusters', method: 'GET', path: '/v1/clusters' }, ClustersAnswer),
    ),
    TE.bind('topology', () =>
      client.call({ operation: 'showTopology', method: 'GET', path: '/v1/topology' }, TopologyAnswer),
    ),
    TE.bind('members', ({ list }) =>
      pipe(
        list.body.clusters.filter(({ hosts }) => hosts > 0),
        TE.traverseSeqArray(({ id }) => membersFrom(client, id)(undefined)),
      ),
    ),
    TE.map(({ list, topology: { body }, members }) => ({
      clusters: list.body.clusters,
      authorities: body.authorities,
      trusted: body.trusted,
      members: members.flat(),
    })),
  );
