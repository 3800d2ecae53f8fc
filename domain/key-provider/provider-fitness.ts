import type { Health } from './key-servers.js';

/** What of a provider decides whether hosts may have its keys, whoever they are. */
export interface ProviderFitness {
  readonly removed: boolean;
  readonly health: Health;
  /** Of the one that wraps now; `ended`: it was revoked or destroyed. */
  readonly primaryKey: 'missing' | 'ended' | 'usable';
  readonly serves: 'all' | ReadonlyArray<string>;
}

export type ProviderFault =
  | 'ProviderRemoved'
  | 'ProviderUnhealthy'
  | 'PrimaryKeyMissing'
  | 'PrimaryKeyRevoked'
  | 'HostNotServed';

/** Why no host of a trusted and enabled cluster gets new keys of it; undefined: the host is in none such. */
export const providerFaults = (
  { removed, health, primaryKey, serves }: ProviderFitness,
  cluster: string | undefined,
): ReadonlyArray<ProviderFault> => {
  if (removed) return ['ProviderRemoved'];
  const served = serves === 'all' || (cluster !== undefined && serves.includes(cluster));
  return [
    // Unknown health is never read as good.
    ...(health === 'OK' || health === 'WARNING' ? [] : (['ProviderUnhealthy'] as const)),
    ...(primaryKey === 'missing' ? (['PrimaryKeyMissing'] as const) : []),
    // New keys, that is: what another primary key wrapped is still unwrapped.
    ...(primaryKey === 'ended' ? (['PrimaryKeyRevoked'] as const) : []),
    ...(served ? [] : (['HostNotServed'] as const)),
  ];
};
