import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { Basis } from '../ledger/envelope.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { ClusterInput } from './change-cluster.js';
import { clusterStream } from './cluster-id.js';
import { type ClusterOutcome, changeCluster, currentCluster } from './cluster-stream.js';
import type { ClusterCommand, ClusterRejection } from './commands.js';
import type { Service, ServiceAddress } from './service.js';

type Change<Input> = (deps: AuthorityDeps) => (input: ClusterInput & Input) => ClusterOutcome;

export const advertiseService: Change<{ readonly service: Service }> = (deps) => (input) => {
  const { by, cluster, service } = input;
  return changeCluster(deps)(input, cluster, { type: 'AdvertiseService', by, service });
};

/** `usedBy`: trusted clusters whose hosts shall use it still, if that shall keep it. */
export const withdrawService: Change<{
  readonly address: ServiceAddress;
  readonly usedBy: ReadonlyArray<string>;
  readonly reason: string;
}> = (deps) => (input) => {
  const { by, cluster, address, usedBy, reason } = input;
  return changeCluster(deps)(input, cluster, { type: 'WithdrawService', by, address, usedBy, reason });
};

/** From a services file, whose digest names it in the evidence store. */
export const importServices: Change<{ readonly services: ReadonlyArray<Service>; readonly file: string }> =
  (deps) => (input) => {
    const { by, cluster, services, file } = input;
    return changeCluster(deps)(input, cluster, { type: 'AttachServices', by, services, from: undefined, file });
  };

interface Offer {
  readonly command: ClusterCommand;
  readonly basis: Basis;
}

const offerOf = (
  deps: AuthorityDeps,
  by: Request['by'],
  from: string,
): TE.TaskEither<ClusterRejection | LoadFault, Offer> =>
  pipe(
    currentCluster(deps)(from),
    TE.flatMap(({ state, revision }): TE.TaskEither<ClusterRejection, Offer> => {
      if (state.status === 'unknown') return TE.left({ _tag: 'ClusterUnknown', cluster: from });
      if (state.status === 'decommissioned') return TE.left({ _tag: 'ClusterDecommissioned', cluster: from });
      if (state.kind !== 'authority') return TE.left({ _tag: 'ClusterOfOtherKind', cluster: from, kind: 'trusted' });
      if (state.status === 'disabled') return TE.left({ _tag: 'ClusterDisabled', cluster: from });
      const services = [...state.advertised.values()];
      const command = { type: 'AttachServices', by, services, from, file: undefined } as const;
      return TE.right({ command, basis: { [clusterStream(from)]: revision } });
    }),
  );

/** What an authority cluster of this ledger offers now. Its services count only while it is enabled. */
export const attachServices: Change<{ readonly from: string }> = (deps) => (input) =>
  pipe(
    offerOf(deps, input.by, input.from),
    TE.flatMap(({ command, basis }) => changeCluster(deps)(input, input.cluster, command, basis)),
  );

export const detachServices: Change<{ readonly reason: string }> = (deps) => (input) => {
  const { by, cluster, reason } = input;
  return changeCluster(deps)(input, cluster, { type: 'DetachServices', by, reason });
};
