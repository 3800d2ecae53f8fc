import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../authority-deps.js';
import { currentHost } from '../host/host-stream.js';
import type { Basis } from '../ledger/envelope.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { clusterStream } from './cluster-id.js';
import { currentCluster } from './cluster-stream.js';
import { isServed } from './state.js';

export interface ServedCluster {
  /** The trusted and enabled cluster that the host is in; undefined: none. */
  readonly cluster: string | undefined;
  /** Where that was read, beside the host's own stream. */
  readonly basis: Basis;
}

/** As whose host a host is served now. */
export const servedCluster =
  (deps: AuthorityDeps) =>
  (host: string): TE.TaskEither<LoadFault, ServedCluster> =>
    pipe(
      currentHost(deps)(host),
      TE.flatMap(({ state: { cluster } }) =>
        cluster === undefined
          ? TE.right({ cluster: undefined, basis: {} })
          : pipe(
              currentCluster(deps)(cluster),
              TE.map(({ state, revision }) => ({
                cluster: isServed(state) ? cluster : undefined,
                basis: { [clusterStream(cluster)]: revision },
              })),
            ),
      ),
    );
