import type { HostTrustRows } from './host-trust-row.js';
import type { KeyProviderRow } from './key-provider-row.js';
import type { PrincipalRow } from './principals.js';
import type { ReferenceRow } from './reference-row.js';

export type CertificateUse = 'tpm-ca' | 'endorsement-key' | 'host' | 'key-provider' | 'key-server' | 'principal';

/** A certificate that something stops working without, by the digest of its document. */
export interface WatchedCertificate {
  readonly use: CertificateUse;
  /** Of the CA, the listed key, the host, the provider or the principal. */
  readonly name: string;
  readonly sha256: string;
  /** Where an event says it; else the document does. */
  readonly notAfter?: string;
  readonly subject?: string;
}

const ofReference = (row: ReferenceRow): ReadonlyArray<WatchedCertificate> => {
  if (row.kind === 'tpm-ca' && row.revoked === null) {
    return row.chain.map((sha256) => ({ use: 'tpm-ca', name: row.name, sha256 }));
  }
  if (row.kind === 'endorsement-key' && row.revoked === null && row.certificate !== null) {
    return [{ use: 'endorsement-key', name: row.name, sha256: row.certificate }];
  }
  return [];
};

const ofProvider = (row: KeyProviderRow): ReadonlyArray<WatchedCertificate> => {
  if (row.removed !== null) return [];
  const { provider: name, clientCertificate: own, trustedPeers } = row;
  return [
    ...(own === null ? [] : [{ ...own, use: 'key-provider' as const, name, sha256: own.certificate }]),
    ...trustedPeers.map((peer) => ({ ...peer, use: 'key-server' as const, name })),
  ];
};

const ofHosts = (rows: HostTrustRows): ReadonlyArray<WatchedCertificate> =>
  [...rows.values()].flatMap((row) =>
    row.kind === 'host' && row.retired === null
      ? row.certificates.map((sha256) => ({ use: 'host' as const, name: row.host, sha256 }))
      : [],
  );

/** Every certificate that is in use: chains of TPM CAs, endorsement certificates, both sides of key providers, principals. */
export const watchedCertificates = (
  reference: ReadonlyMap<string, ReferenceRow>,
  hosts: HostTrustRows,
  providers: ReadonlyMap<string, KeyProviderRow>,
  principals: ReadonlyMap<string, PrincipalRow>,
): ReadonlyArray<WatchedCertificate> => [
  ...[...reference.values()].flatMap(ofReference),
  ...ofHosts(hosts),
  ...[...providers.values()].flatMap(ofProvider),
  ...[...principals.values()].flatMap(({ name, chain, removed }) =>
    removed === null ? chain.certificates.map((sha256) => ({ use: 'principal' as const, name, sha256 })) : [],
  ),
];
