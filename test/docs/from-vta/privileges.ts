import type { Permission } from '../../../domain/access/permissions.js';

interface Privilege {
  readonly was: string;
  readonly permissions: ReadonlyArray<Permission>;
  readonly note: string;
}

const same = (name: Permission, note = ''): Privilege => ({ was: `TrustedAdmin.${name}`, permissions: [name], note });

/** Every privilege and role. Which role has which permission: docs/permissions.md. */
export const PRIVILEGES: ReadonlyArray<Privilege> = [
  same('ManageTrustedHosts'),
  same('ReadTrustedHosts'),
  same('ManageKMSTrust'),
  same('ReadKMSTrust'),
  same('ConfigureHostCertificates', 'The appraisal policy has a permission of its own: `ConfigureAttestationPolicy`.'),
  same('RetrieveTPMHostCertificates'),
  same('ConfigureHostMetadata', 'Proposing and approving take two people.'),
  same('RetrieveHostMetadata'),
  same('ManageAttestingSSO'),
  same('ReadAttestingSSO'),
  same('ConfigureTokenConversionPolicy'),
  same('ReadStsInfo'),
  { was: 'Host.Tpm.Read', permissions: ['ReadTrustedHosts'], note: 'Read with the host.' },
  {
    was: 'Host.Tpm.Unseal',
    permissions: [],
    note: 'Nobody unseals for a host: its own agent asks, and its evidence decides.',
  },
  {
    was: 'Host.Inventory.AddHostToCluster',
    permissions: ['ManageWorkload', 'ManageTrustedHosts'],
    note: 'Enrolling a host makes nobody trusted; bringing it into a cluster gives it keys, and takes the second.',
  },
  {
    was: 'System.Anonymous, System.View, System.Read',
    permissions: ['ReadTrustedHosts'],
    note: 'The check on the object itself: an operator may be limited to clusters, hosts and providers, and is shown no others.',
  },
  { was: 'Role TrustedAdmin, group TrustedAdmins', permissions: [], note: 'Role trust-administrator.' },
  {
    was: 'Role NoTrustedAdmin',
    permissions: [],
    note: 'Role workload-administrator: can change nothing that decides trust.',
  },
  { was: 'Role NoCryptoAdmin', permissions: [], note: 'Role auditor, which can change nothing at all.' },
  {
    was: 'Cryptographer.*',
    permissions: ['ManageKMSTrust', 'ReadKMSTrust'],
    note: 'Role key-administrator: keys and providers, nothing else.',
  },
  { was: 'Anonymous (report.attest)', permissions: [], note: 'The same: evidence is the credential.' },
];
