import { describe, expect, it } from 'vitest';
import { PERMISSIONS, type Permission } from '../../../domain/access/permissions.js';
import { requirePermission } from '../../../domain/access/require-permission.js';
import { mayRole, ROLES, rolesWith } from '../../../domain/access/roles.js';
import { Role } from '../../../domain/ledger/envelope.js';
import { left, right } from '../../support/ledger.js';

const ALL = Object.keys(PERMISSIONS) as ReadonlyArray<Permission>;
const decidesTrust = (permission: Permission): boolean => PERMISSIONS[permission].decidesTrust;
const trustOf = (role: Role): ReadonlyArray<Permission> => ALL.filter((p) => mayRole(role, p) && decidesTrust(p));

/** What the documentation of vSphere Trust Authority lists under `TrustedAdmin`. */
const VTA = [
  'ManageTrustedHosts',
  'ReadTrustedHosts',
  'ManageKMSTrust',
  'ReadKMSTrust',
  'ConfigureHostCertificates',
  'RetrieveTPMHostCertificates',
  'ConfigureHostMetadata',
  'RetrieveHostMetadata',
  'ManageAttestingSSO',
  'ReadAttestingSSO',
  'ConfigureTokenConversionPolicy',
  'ReadStsInfo',
];

describe('roles', () => {
  it('know the twelve privileges of vSphere Trust Authority, and its administrator has them all', () => {
    expect(ALL.filter((permission) => PERMISSIONS[permission].vta)).toEqual(VTA);
    for (const permission of VTA) expect(mayRole('trust-administrator', permission as Permission)).toBe(true);
  });

  it('let a workload administrator, an auditor and a host change nothing that decides trust', () => {
    expect(trustOf('workload-administrator')).toEqual([]);
    expect(trustOf('auditor')).toEqual([]);
    expect(trustOf('host')).toEqual([]);
  });

  it('let a key administrator change key providers and nothing else that decides trust', () => {
    expect(trustOf('key-administrator')).toEqual(['ManageKMSTrust', 'ApproveChanges', 'BreakGlass']);
  });

  it('let nobody who changes things read the raw ledger, and no auditor change a thing', () => {
    expect(rolesWith('AuditLedger')).toEqual(['auditor']);
    for (const permission of ROLES.auditor) expect(permission).toMatch(/^(?:Read|Retrieve|Audit)/);
  });

  it('are asked for one permission, and a refusal says which', () => {
    for (const role of Object.keys(Role.keys) as ReadonlyArray<Role>) {
      for (const permission of ALL) {
        const asked = requirePermission({ subject: 'x', role }, permission);
        if (ROLES[role].has(permission)) expect(right(asked)).toBe(true);
        else expect(left(asked)).toEqual({ _tag: 'PermissionRequired', permission, role });
      }
    }
  });

  it('leave no permission without somebody who has it', () => {
    for (const permission of ALL) expect([permission, rolesWith(permission)]).not.toEqual([permission, []]);
  });
});
