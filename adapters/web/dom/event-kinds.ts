import type { HostEvent } from './answers.js';

/** What an event of a host is in a word or two, and who caused it. */
export interface EventKind {
  readonly label: string;
  readonly by: 'host' | 'people';
}

const KINDS: Readonly<Record<string, EventKind>> = {
  HostEnrolled: { label: 'Enrolled', by: 'people' },
  AttestationKeyCertified: { label: 'Attestation key certified', by: 'host' },
  HostAttested: { label: 'Found trustworthy', by: 'host' },
  AttestationRefused: { label: 'Evidence failed', by: 'host' },
  HostQuarantined: { label: 'Put aside', by: 'people' },
  HostReleased: { label: 'Released', by: 'people' },
  EndorsementKeyReplaced: { label: 'TPM replaced', by: 'people' },
  HostJoined: { label: 'Joined a cluster', by: 'people' },
  HostLeft: { label: 'Left a cluster', by: 'people' },
  HostRetired: { label: 'Retired', by: 'people' },
  AppliedConfigObserved: { label: 'Services observed', by: 'host' },
  KeyReleaseAuthorised: { label: 'Key authorised', by: 'host' },
  KeyReleaseRefused: { label: 'Key refused', by: 'host' },
  KeyDelivered: { label: 'Key delivered', by: 'host' },
  KeyDeliveryFailed: { label: 'Key not delivered', by: 'host' },
  ForeignEvidenceSummarised: { label: 'Foreign evidence turned away', by: 'host' },
  RelayedReportAppraised: { label: 'Relayed report read', by: 'host' },
};

/** A kind that this page does not know yet is called by its own name. */
export const kindOf = ({ type }: Pick<HostEvent, 'type'>): EventKind => KINDS[type] ?? { label: type, by: 'people' };

export const isVerdict = ({ type }: Pick<HostEvent, 'type'>): boolean =>
  type === 'HostAttested' || type === 'AttestationRefused';

const field = (data: unknown, name: string): string | undefined => {
  const value: unknown =
    typeof data === 'object' && data !== null ? Object.entries(data).find(([key]) => key === name)?.[1] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/** The part of an event that says most in a line: why, which cluster, which provider. */
export const noteOf = ({ data }: Pick<HostEvent, 'data'>): string | undefined =>
  field(data, 'reason') ?? field(data, 'cluster') ?? field(data, 'provider');
