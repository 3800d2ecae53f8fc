import { enableCluster, registerCluster } from '../../domain/cluster/change-cluster.js';
import { addHostToCluster } from '../../domain/cluster/change-members.js';
import { asks, type TestAuthority } from './authority.js';
import { right } from './ledger.js';

/** A trusted cluster that is enabled, with these hosts in it. */
export const openCluster = async (
  { deps }: TestAuthority,
  cluster: string,
  ...hosts: ReadonlyArray<string>
): Promise<void> => {
  right(await registerCluster(deps)({ ...asks('alice'), cluster, kind: 'trusted' })());
  right(await enableCluster(deps)({ ...asks('alice'), cluster, reason: 'in use' })());
  for (const host of hosts) right(await addHostToCluster(deps)({ ...asks('alice'), cluster, host })());
};
