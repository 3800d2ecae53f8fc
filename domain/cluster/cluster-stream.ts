import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type CurrentState, currentState } from '../current-state.js';
import type { Basis } from '../ledger/envelope.js';
import { type Executed, type ExecuteFault, execute } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { clusterStream } from './cluster-id.js';
import type { ClusterCommand, ClusterRejection } from './commands.js';
import { clusterDecider } from './decider.js';
import { type ClusterEvent, clusterCatalogue } from './events.js';
import { type ClusterState, evolveCluster, unknownCluster } from './state.js';

export type ClusterOutcome<Failure = never> = TE.TaskEither<
  ClusterRejection | ExecuteFault | Failure,
  Executed<ClusterState, ClusterEvent>
>;

export const changeCluster =
  (deps: AuthorityDeps) =>
  ({ by, commandId }: Request, cluster: string, command: ClusterCommand, basis: Basis = {}): ClusterOutcome =>
    execute(deps)({
      decider: clusterDecider(cluster),
      catalogue: clusterCatalogue,
      cache: deps.caches.cluster,
      stream: clusterStream(cluster),
      commandId,
      actor: by,
      prepare: () => TE.right({ command, basis }),
    });

export const currentCluster =
  (deps: AuthorityDeps) =>
  (cluster: string): TE.TaskEither<LoadFault, CurrentState<ClusterState>> =>
    currentState(deps)(
      {
        decider: { initial: unknownCluster, evolve: evolveCluster },
        catalogue: clusterCatalogue,
        cache: deps.caches.cluster,
      },
      clusterStream(cluster),
    );
