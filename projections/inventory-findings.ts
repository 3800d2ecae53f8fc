import { type ClusterRow, type ClusterRows, clusterRow, memberRow } from './cluster-row.js';
import { hostTrustAt, type TrustState } from './host-trust-at.js';
import { type HostTrustRow, type HostTrustRows, hostRow } from './host-trust-row.js';
import { type InventoryHostRow, type InventoryRows, seenClusterOf, seenHosts } from './inventory-row.js';

export const FINDINGS = ['NotEnrolled', 'GoneFromServer', 'OtherCluster', 'NoTpm20', 'VerdictsDiffer'] as const;

/** Where a management server and this authority do not say the same of a host. */
export interface InventoryFinding {
  readonly code: (typeof FINDINGS)[number];
  readonly host: string;
  /** What the server says, and what this authority knows; null: nothing. */
  readonly there: string | null;
  readonly here: string | null;
}

interface Compared {
  readonly seen: InventoryHostRow;
  readonly known: HostTrustRow | undefined;
  readonly state: TrustState | undefined;
  /** Of both sides; null: in none. */
  readonly clusterThere: string | null;
  readonly clusterHere: ClusterRow | undefined;
}

const isNamed = (row: ClusterRow | undefined, name: string | null): boolean =>
  (row === undefined && name === null) || row?.cluster === name || (name !== null && row?.displayName === name);

/** Not of hosts that are new or stale here: what is not judged yet contradicts nobody. */
const verdictsDiffer = ({ seen, state }: Compared): boolean =>
  (seen.verdict === 'accepted' && state === 'refused') || (seen.verdict === 'refused' && state === 'trusted');

const findingsOf = (compared: Compared): ReadonlyArray<InventoryFinding> => {
  const { seen, known, state, clusterThere, clusterHere } = compared;
  const finding = (code: InventoryFinding['code'], there: string | null, here: string | null): InventoryFinding => ({
    code,
    host: seen.name,
    there,
    here,
  });
  const isHere = known?.retired === null;
  if (seen.gone !== null) return isHere ? [finding('GoneFromServer', null, state ?? null)] : [];
  if (!isHere) return [finding('NotEnrolled', clusterThere, state ?? null)];
  return [
    ...(isNamed(clusterHere, clusterThere)
      ? []
      : [finding('OtherCluster', clusterThere, clusterHere?.cluster ?? null)]),
    ...(seen.tpm === 'none' || seen.tpm === '1.2'
      ? [finding('NoTpm20', seen.tpm, known.tpm?.manufacturer ?? null)]
      : []),
    ...(verdictsDiffer(compared) ? [finding('VerdictsDiffer', seen.verdict, state ?? null)] : []),
  ];
};

/** A host that went and came back under another key is there. */
const newestByName = (hosts: ReadonlyArray<InventoryHostRow>): ReadonlyArray<InventoryHostRow> => [
  ...new Map(
    [...hosts].sort((a, b) => Number(a.gone === null) - Number(b.gone === null)).map((host) => [host.name, host]),
  ).values(),
];

/** The server's name of a host is its id here. Findings change nothing: somebody has to look. */
export const inventoryFindings = (
  rows: InventoryRows,
  inventory: string,
  trust: HostTrustRows,
  clusters: ClusterRows,
  time: string,
): ReadonlyArray<InventoryFinding> =>
  newestByName(seenHosts(rows, inventory)).flatMap((seen) => {
    const known = hostRow(trust, seen.name);
    const member = memberRow(clusters, seen.name);
    return findingsOf({
      seen,
      known,
      state: known === undefined ? undefined : hostTrustAt(known, time).state,
      clusterThere: seenClusterOf(rows, seen),
      clusterHere: member === undefined ? undefined : clusterRow(clusters, member.cluster),
    });
  });
