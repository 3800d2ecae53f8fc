import type { ClusterFacts, GuardFacts, HostFacts, ProviderFacts } from '../domain/guard/facts.js';
import { type ClusterRows, clusterRow, memberRow } from './cluster-row.js';
import { type HostTrustRows, hostRow } from './host-trust-row.js';
import { fitnessOf, type KeyProviderRow } from './key-provider-row.js';

/** The read models that the guard's answers are made from, all as of one index. */
export interface GuardRows {
  readonly hosts: HostTrustRows;
  readonly clusters: ClusterRows;
  /** Revision of the last policy change; -1: none. */
  readonly policyRevision: number;
  readonly providers: ReadonlyMap<string, KeyProviderRow>;
}

const clusterFacts = (rows: ClusterRows, cluster: string): ClusterFacts | undefined => {
  const row = clusterRow(rows, cluster);
  if (row === undefined) return undefined;
  const { clusterKind: kind, status, changed, registered } = row;
  return { cluster, kind, status, index: (changed ?? registered).index };
};

const hostFacts = ({ hosts, clusters, policyRevision }: GuardRows, host: string): HostFacts | undefined => {
  const row = hostRow(hosts, host);
  if (row === undefined) return undefined;
  const { retired, quarantine, verdict, undercut } = row;
  const member = memberRow(clusters, host);
  return {
    host,
    retired: retired !== null,
    quarantined: quarantine !== null,
    verdict:
      verdict === null
        ? undefined
        : {
            index: verdict.index,
            affirming: verdict.verdict === 'affirming',
            notAfter: verdict.notAfter,
            undercut: undercut?.code,
            policyChanged: policyRevision > verdict.basis,
          },
    membership: member === undefined ? undefined : { cluster: member.cluster, joined: member.joined.index },
  };
};

const providerFacts = ({ providers }: GuardRows, provider: string): ProviderFacts | undefined => {
  const row = providers.get(provider);
  if (row === undefined) return undefined;
  const acts = [row.changed, row.primaryKeyChanged, row.removed].flatMap((act) => act?.index ?? []);
  return { ...fitnessOf(row), index: Math.max(...acts) };
};

/** Looked up when asked for: an answer about two hosts reads four rows, however many there are. */
export const guardFactsOf = (rows: GuardRows): GuardFacts => ({
  host: (host) => hostFacts(rows, host),
  cluster: (cluster) => clusterFacts(rows.clusters, cluster),
  provider: (provider) => providerFacts(rows, provider),
});
