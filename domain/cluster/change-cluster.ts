import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type ClusterOutcome, changeCluster } from './cluster-stream.js';
import type { ClusterKind } from './events.js';

export interface ClusterInput extends Request {
  readonly cluster: string;
}

type Change<Input> = (deps: AuthorityDeps) => (input: ClusterInput & Input) => ClusterOutcome;

export const registerCluster: Change<{
  readonly kind: ClusterKind;
  readonly displayName?: string | undefined;
  readonly site?: string | undefined;
}> = (deps) => (input) => {
  const { by, cluster, kind, displayName, site } = input;
  return changeCluster(deps)(input, cluster, { type: 'RegisterCluster', by, kind, displayName, site });
};

/** What people call it, and where it stands; undefined: as it is. */
export const describeCluster: Change<{
  readonly displayName?: string | null | undefined;
  readonly site?: string | null | undefined;
}> = (deps) => (input) => {
  const { by, cluster, displayName, site } = input;
  return changeCluster(deps)(input, cluster, { type: 'ChangeDescription', by, displayName, site });
};

export const enableCluster: Change<{ readonly reason: string }> = (deps) => (input) => {
  const { by, cluster, reason } = input;
  return changeCluster(deps)(input, cluster, { type: 'EnableCluster', by, reason });
};

/** No host of the cluster is served as its host from then on, whatever token it holds. */
export const disableCluster: Change<{ readonly reason: string }> = (deps) => (input) => {
  const { by, cluster, reason } = input;
  return changeCluster(deps)(input, cluster, { type: 'DisableCluster', by, reason });
};

/**
 * `hosts`: how many are in it still, if that shall keep it from ending; who is in it then is in no cluster any more.
 * `usedBy`: the trusted clusters that use it, if that shall keep it.
 */
export const decommissionCluster: Change<{
  readonly reason: string;
  readonly hosts: number;
  readonly usedBy?: ReadonlyArray<string>;
}> = (deps) => (input) => {
  const { by, cluster, reason, hosts, usedBy = [] } = input;
  return changeCluster(deps)(input, cluster, { type: 'DecommissionCluster', by, reason, hosts, usedBy });
};
