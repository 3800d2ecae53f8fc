import { type ServiceDifference, serviceDifferences } from '../domain/cluster/service-differences.js';
import type { Desired, MemberRow } from './cluster-row.js';
import type { DriftHealth } from './drift-row.js';

/** How what one host applies stands to what its cluster desires. */
export interface HostDrift {
  readonly host: string;
  readonly health: DriftHealth;
  /** Since when, as far as the ledger knows: the later of what was desired and what was observed. */
  readonly since: string;
  /** Whose word it is; null: nobody's. */
  readonly by: 'host' | 'relayed' | null;
  readonly differences: ReadonlyArray<ServiceDifference>;
}

const laterOf = (a: string, b: string): string => (a > b ? a : b);

export const hostDrift = (desired: Desired | null, { host, joined, applied }: MemberRow): HostDrift => {
  const by = applied?.by ?? null;
  const from = laterOf(joined.time, desired?.attached.time ?? joined.time);
  if (desired === null || applied === null) return { host, health: 'NONE', since: from, by, differences: [] };
  const differences = serviceDifferences(desired.services, applied.services);
  const since = laterOf(from, applied.observed.time);
  return { host, health: differences.length === 0 ? 'OK' : 'ERROR', since, by, differences };
};

/** The worst of all hosts; unknown is worse than good. */
export const clusterHealth = (hosts: ReadonlyArray<Pick<HostDrift, 'health'>>): DriftHealth => {
  if (hosts.some(({ health }) => health === 'ERROR')) return 'ERROR';
  return hosts.length === 0 || hosts.some(({ health }) => health === 'NONE') ? 'NONE' : 'OK';
};
