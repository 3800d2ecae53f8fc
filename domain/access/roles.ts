import type { Role } from '../ledger/envelope.js';
import type { Permission } from './permissions.js';

const READS: ReadonlyArray<Permission> = [
  'ReadTrustedHosts',
  'ReadKMSTrust',
  'RetrieveTPMHostCertificates',
  'RetrieveHostMetadata',
  'ReadAttestingSSO',
  'ReadStsInfo',
  'ReadAttestationPolicy',
  'ReadOperators',
];

const TRUST_ADMINISTRATOR: ReadonlyArray<Permission> = [
  ...READS,
  'ManageTrustedHosts',
  'ManageKMSTrust',
  'ConfigureHostCertificates',
  'ConfigureHostMetadata',
  'ManageAttestingSSO',
  'ConfigureTokenConversionPolicy',
  'ConfigureAttestationPolicy',
  'QuarantineHosts',
  'ManageKeys',
  'ManageOperators',
  'ApproveChanges',
  'BreakGlass',
  'ManageWorkload',
  'AskGuard',
];

/**
 * What each role may. A workload administrator can change nothing that decides trust; a key administrator nothing but keys;
 * an auditor nothing at all. A host's credential is its evidence, so it needs no permission. The authority itself does what
 * founding takes.
 */
export const ROLES: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  'trust-administrator': new Set(TRUST_ADMINISTRATOR),
  'workload-administrator': new Set<Permission>([...READS, 'ManageWorkload', 'RelayReports', 'AskGuard']),
  'key-administrator': new Set<Permission>([...READS, 'ManageKMSTrust', 'ApproveChanges', 'BreakGlass']),
  auditor: new Set<Permission>([...READS, 'AuditLedger']),
  host: new Set(),
  authority: new Set<Permission>(['ManageOperators', 'ConfigureAttestationPolicy']),
};

export const mayRole = (role: Role, permission: Permission): boolean => ROLES[role].has(permission);

export const permissionsOf = (role: Role): ReadonlyArray<Permission> => [...ROLES[role]];

/** Who may, in the order of the roles: for those who are refused. */
export const rolesWith = (permission: Permission): ReadonlyArray<Role> =>
  (Object.keys(ROLES) as ReadonlyArray<Role>).filter((role) => mayRole(role, permission));
