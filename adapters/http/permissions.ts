import type { OperatorRole } from '../../domain/access/events.js';

/** Hosts come without a token: their evidence is their credential. `public` says nothing that needs one. */
export type Access = 'public' | 'host' | ReadonlyArray<OperatorRole>;

const TRUST: ReadonlyArray<OperatorRole> = ['trust-administrator'];
const WORKLOAD: ReadonlyArray<OperatorRole> = ['workload-administrator'];
const EITHER: ReadonlyArray<OperatorRole> = ['trust-administrator', 'workload-administrator'];
const AUDIT: ReadonlyArray<OperatorRole> = ['auditor'];
const ALL: ReadonlyArray<OperatorRole> = [
  'trust-administrator',
  'workload-administrator',
  'key-administrator',
  'auditor',
];

/**
 * Who may do what, all of it. A workload administrator can change nothing that decides trust (base images, policy,
 * TPM CAs, endorsement keys, models, quarantine, operators); an auditor changes nothing at all.
 */
export const PERMISSIONS = {
  health: 'public',
  openapi: 'public',
  showAuthority: ALL,
  enrolHost: EITHER,
  listHosts: ALL,
  showHost: ALL,
  showHostHistory: ALL,
  explainVerdict: ALL,
  challengeAttestationKey: 'host',
  certifyAttestationKey: 'host',
  challengeHost: 'host',
  attestHost: 'host',
  reportRelayed: WORKLOAD,
  quarantineHost: TRUST,
  releaseHost: TRUST,
  retireHost: EITHER,
  replaceEndorsementKey: TRUST,
  listBaseImages: ALL,
  showBaseImage: ALL,
  proposeBaseImage: TRUST,
  approveBaseImage: TRUST,
  withdrawBaseImage: TRUST,
  showPolicy: ALL,
  changePolicy: TRUST,
  listTpmCas: ALL,
  trustTpmCa: TRUST,
  revokeTpmCa: TRUST,
  listEndorsementKeys: ALL,
  trustEndorsementKey: TRUST,
  revokeEndorsementKey: TRUST,
  listTpmModels: ALL,
  listTpmModel: TRUST,
  delistTpmModel: TRUST,
  logCheckpoint: 'public',
  logTile: 'public',
  logEntries: AUDIT,
  proveEvent: AUDIT,
  proveConsistency: ALL,
  listEvents: AUDIT,
  showEvent: AUDIT,
  showEvidence: AUDIT,
  replay: AUDIT,
  verify: AUDIT,
  listOperators: ALL,
  grantOperator: TRUST,
  withdrawOperator: TRUST,
  metrics: 'public',
} as const satisfies Record<string, Access>;

export type Operation = keyof typeof PERMISSIONS;

export const accessOf = (operation: Operation): Access => PERMISSIONS[operation];
