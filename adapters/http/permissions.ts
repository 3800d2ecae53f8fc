import type { Permission } from '../../domain/access/permissions.js';

/** Hosts come without a token: their evidence is their credential. `public` says nothing that needs one. */
export type Access = 'public' | 'host' | Permission;

/** What each operation takes, all of them. Which role has which permission: `domain/access/roles.ts`. */
export const OPERATIONS = {
  health: 'public',
  openapi: 'public',
  showAuthority: 'ReadStsInfo',
  enrolHost: 'ManageWorkload',
  listHosts: 'ReadTrustedHosts',
  showHost: 'ReadTrustedHosts',
  showHostHistory: 'ReadTrustedHosts',
  bundleHost: 'AuditLedger',
  explainVerdict: 'ReadTrustedHosts',
  challengeAttestationKey: 'host',
  certifyAttestationKey: 'host',
  challengeHost: 'host',
  attestHost: 'host',
  reportRelayed: 'RelayReports',
  quarantineHost: 'QuarantineHosts',
  releaseHost: 'QuarantineHosts',
  retireHost: 'ManageWorkload',
  replaceEndorsementKey: 'ConfigureHostCertificates',
  listBaseImages: 'RetrieveHostMetadata',
  showBaseImage: 'RetrieveHostMetadata',
  proposeBaseImage: 'ConfigureHostMetadata',
  approveBaseImage: 'ConfigureHostMetadata',
  withdrawBaseImage: 'ConfigureHostMetadata',
  showPolicy: 'ReadAttestationPolicy',
  changePolicy: 'ConfigureAttestationPolicy',
  listTpmCas: 'RetrieveTPMHostCertificates',
  trustTpmCa: 'ConfigureHostCertificates',
  revokeTpmCa: 'ConfigureHostCertificates',
  listEndorsementKeys: 'RetrieveTPMHostCertificates',
  trustEndorsementKey: 'ConfigureHostCertificates',
  revokeEndorsementKey: 'ConfigureHostCertificates',
  listTpmModels: 'RetrieveTPMHostCertificates',
  listTpmModel: 'ConfigureHostCertificates',
  delistTpmModel: 'ConfigureHostCertificates',
  logCheckpoint: 'public',
  logTile: 'public',
  logEntries: 'AuditLedger',
  proveEvent: 'AuditLedger',
  proveConsistency: 'ReadStsInfo',
  listEvents: 'AuditLedger',
  showEvent: 'AuditLedger',
  showEvidence: 'AuditLedger',
  replay: 'AuditLedger',
  verify: 'AuditLedger',
  listOperators: 'ReadOperators',
  grantOperator: 'ManageOperators',
  withdrawOperator: 'ManageOperators',
  metrics: 'public',
  verifierPage: 'public',
} as const satisfies Record<string, Access>;

export type Operation = keyof typeof OPERATIONS;

export const accessOf = (operation: Operation): Access => OPERATIONS[operation];
