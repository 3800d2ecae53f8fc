import { providerFaults } from '../domain/key-provider/provider-fitness.js';
import type { HostTrust } from './host-trust-at.js';
import { fitnessOf, type KeyProviderRow } from './key-provider-row.js';

/** Whether a host may have keys of a provider at a moment, as far as the ledger decides it; a request has to fit as well. */
export interface KeyAccess {
  readonly host: string;
  readonly provider: string;
  readonly allowed: boolean;
  readonly reasons: ReadonlyArray<string>;
  /** Until when, if nothing happens. */
  readonly until: string | null;
}

export interface AccessGrounds {
  /** Revision of the last policy change; -1: none. */
  readonly policyRevision: number;
  readonly clusterOf: (host: string) => string | undefined;
}

const hostReasons = ({ row }: HostTrust, { policyRevision }: AccessGrounds, at: string): ReadonlyArray<string> => {
  const { verdict, undercut, quarantine, retired } = row;
  return [
    ...(retired === null ? [] : ['HostRetired']),
    ...(quarantine === null ? [] : ['HostQuarantined']),
    ...(verdict === null ? ['VerdictMissing'] : []),
    ...(verdict !== null && verdict.verdict !== 'affirming' ? ['VerdictNotAffirming'] : []),
    ...(verdict !== null && at > verdict.notAfter ? ['VerdictExpired'] : []),
    ...(undercut === null ? [] : [undercut.code]),
    ...(verdict !== null && policyRevision > verdict.basis ? ['PolicyChanged'] : []),
  ];
};

export const keyAccessAt = (
  trust: HostTrust,
  provider: KeyProviderRow,
  grounds: AccessGrounds,
  at: string,
): KeyAccess => {
  const { host, verdict } = trust.row;
  const reasons = [...hostReasons(trust, grounds, at), ...providerFaults(fitnessOf(provider), grounds.clusterOf(host))];
  const allowed = reasons.length === 0;
  return { host, provider: provider.provider, allowed, reasons, until: allowed ? (verdict?.notAfter ?? null) : null };
};
