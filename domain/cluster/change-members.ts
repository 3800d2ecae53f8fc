import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { HostCommand, HostRejection } from '../host/commands.js';
import type { HostEvent } from '../host/events.js';
import { currentHost, executeHost } from '../host/host-stream.js';
import type { HostState } from '../host/state.js';
import type { Executed, ExecuteFault, Prepared } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { clusterStream } from './cluster-id.js';
import { currentCluster } from './cluster-stream.js';

export interface MemberInput extends Request {
  readonly cluster: string;
  readonly host: string;
}

type Outcome = TE.TaskEither<HostRejection | ExecuteFault | LoadFault, Executed<HostState, HostEvent>>;

const join = (
  deps: AuthorityDeps,
  { by, cluster, host }: MemberInput,
): TE.TaskEither<LoadFault, Prepared<HostCommand>> =>
  pipe(
    TE.Do,
    TE.bind('held', () => currentHost(deps)(host)),
    TE.let('former', ({ held }) => held.state.cluster ?? cluster),
    TE.bind('target', () => currentCluster(deps)(cluster)),
    TE.bind('before', ({ former }) => currentCluster(deps)(former)),
    TE.map(({ former, target, before }) => ({
      command: {
        type: 'JoinCluster',
        by,
        cluster,
        status: target.state.status,
        ended: before.state.status === 'decommissioned' ? former : undefined,
      },
      basis: { [clusterStream(former)]: before.revision, [clusterStream(cluster)]: target.revision },
    })),
  );

/** Brings an enrolled host into a cluster. One event in one stream: there is nothing that could be left half done. */
export const addHostToCluster =
  (deps: AuthorityDeps) =>
  (input: MemberInput): Outcome =>
    executeHost(deps)<LoadFault>({
      host: input.host,
      commandId: input.commandId,
      actor: input.by,
      prepare: () => join(deps, input),
    });

/** From then on the host gets no key of a provider that serves only this cluster. */
export const removeHostFromCluster =
  (deps: AuthorityDeps) =>
  (input: MemberInput & { readonly reason: string }): Outcome => {
    const { by, cluster, host, commandId, reason } = input;
    const command = { type: 'LeaveCluster', by, cluster, reason } as const;
    return executeHost(deps)({ host, commandId, actor: by, prepare: () => TE.right({ command, basis: {} }) });
  };
