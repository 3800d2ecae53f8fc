import type { HostTrustRow, HostTrustRows } from './host-trust-row.js';

export const TRUST_STATES = ['enrolled', 'certified', 'trusted', 'stale', 'refused', 'quarantined', 'retired'] as const;
export type TrustState = (typeof TRUST_STATES)[number];

/** A host as it is at a moment. */
export interface HostTrust {
  readonly state: TrustState;
  /** Since when the host is in this state. */
  readonly since: string;
  /** When the newest evidence grew too old, if it has: silence is a finding, whatever the state. */
  readonly staleSince: string | null;
  /** Why the host is not trusted: codes of the verdict, or of what was taken back. */
  readonly reasons: ReadonlyArray<string>;
  readonly row: HostTrustRow;
}

const judgedState = ({ verdict, undercut, attestationKey }: HostTrustRow, stale: boolean): TrustState => {
  if (verdict === null) return attestationKey === null ? 'enrolled' : 'certified';
  if (verdict.verdict !== 'affirming' || undercut !== null) return 'refused';
  return stale ? 'stale' : 'trusted';
};

const reasonsAt = ({ verdict, undercut }: HostTrustRow, state: TrustState): ReadonlyArray<string> => {
  if (state === 'stale') return ['EvidenceStale'];
  return undercut === null ? (verdict?.reasons ?? []) : [undercut.code];
};

/** Only a fresh, affirming verdict that nothing undercuts makes a host trusted; quarantine and retirement come before all. */
export const hostTrustAt = (row: HostTrustRow, time: string): HostTrust => {
  const staleSince = row.verdict !== null && time > row.verdict.notAfter ? row.verdict.notAfter : null;
  const judged = judgedState(row, staleSince !== null);
  const overruled = row.retired !== null ? 'retired' : row.quarantine !== null ? 'quarantined' : undefined;
  const state = overruled ?? judged;
  const since = state === 'stale' && staleSince !== null ? staleSince : row.since.time;
  return { state, since, staleSince, reasons: reasonsAt(row, judged), row };
};

/** Every host, by name. */
export const hostsAt = (rows: HostTrustRows, time: string): ReadonlyArray<HostTrust> =>
  [...rows.values()]
    .flatMap((row) => (row.kind === 'host' ? [hostTrustAt(row, time)] : []))
    .sort((a, b) => (a.row.host < b.row.host ? -1 : 1));

/** Hosts whose newest verdict found them to run this image. */
export const hostsRunning = (hosts: ReadonlyArray<HostTrust>, version: string): ReadonlyArray<HostTrust> =>
  hosts.filter(({ row }) => row.retired === null && row.verdict?.image?.version === version);

export type StateCounts = Readonly<Record<TrustState, number>>;

/** How many hosts are in each state. */
export const countStates = (hosts: ReadonlyArray<HostTrust>): StateCounts => {
  const counts = Object.fromEntries(TRUST_STATES.map((state) => [state, 0])) as Record<TrustState, number>;
  for (const { state } of hosts) counts[state] += 1;
  return counts;
};
