import { different, done, leftOut, type Row } from './row.js';

const VTPM = 'Virtual TPMs belong to the hypervisor; Sekisho judges hosts.';

const REFERENCE: ReadonlyArray<Row> = [
  done('Get-TrustAuthorityTpm2AttestationSettings', { cli: ['policy show'], operations: ['showPolicy'] }),
  done('Set-TrustAuthorityTpm2AttestationSettings', { cli: ['policy set'], operations: ['changePolicy'] }),
  done('Get-TrustAuthorityTpm2CACertificate', { cli: ['tpm-ca list'], operations: ['listTpmCas'] }),
  done('New-TrustAuthorityTpm2CACertificate', { cli: ['tpm-ca trust'], operations: ['trustTpmCa'] }),
  done('Remove-TrustAuthorityTpm2CACertificate', { cli: ['tpm-ca revoke'], operations: ['revokeTpmCa'] }),
  done('Get-TrustAuthorityTpm2EndorsementKey', { cli: ['endorsement-key list'], operations: ['listEndorsementKeys'] }),
  done('New-TrustAuthorityTpm2EndorsementKey', { cli: ['endorsement-key trust'], operations: ['trustEndorsementKey'] }),
  done('Remove-TrustAuthorityTpm2EndorsementKey', {
    cli: ['endorsement-key revoke'],
    operations: ['revokeEndorsementKey'],
  }),
  done('Get-TrustAuthorityVMHostBaseImage', {
    cli: ['base-image list', 'base-image show'],
    operations: ['listBaseImages', 'showBaseImage'],
  }),
  different('New-TrustAuthorityVMHostBaseImage', 'One person proposes, another approves.', {
    cli: ['base-image propose', 'base-image approve'],
    operations: ['proposeBaseImage', 'approveBaseImage'],
  }),
  different('Remove-TrustAuthorityVMHostBaseImage', 'Withdrawn with a reason; what it was stays on record.', {
    cli: ['base-image withdraw'],
    operations: ['withdrawBaseImage'],
  }),
  different('Export-Tpm2CACertificate', "The agent brings the certificates that the host's TPM holds.", {
    cli: ['agent', 'agent evidence', 'import vta'],
  }),
  done('Get-Tpm2EndorsementKey', { cli: ['host show'], operations: ['showHost'] }),
  different('Export-Tpm2EndorsementKey', 'The agent brings it when it asks for its attestation key to be certified.', {
    cli: ['agent', 'agent evidence', 'import vta'],
    operations: ['challengeAttestationKey'],
  }),
  different('Export-VMHostImageDb', "An image is made from a host's evidence.", {
    cli: ['agent evidence', 'base-image from-evidence'],
  }),
  done('Get-VMHostTPM', { cli: ['host show'], operations: ['showHost'] }),
];

const PROVIDERS: ReadonlyArray<Row> = [
  done('Get-TrustAuthorityKeyProvider', {
    cli: ['key-provider list', 'key-provider show'],
    operations: ['listKeyProviders', 'showKeyProvider'],
  }),
  done('New-TrustAuthorityKeyProvider', { cli: ['key-provider create'], operations: ['createKeyProvider'] }),
  done('Set-TrustAuthorityKeyProvider', {
    cli: ['key-provider set', 'key-provider primary-key', 'key-provider set-credential'],
    operations: ['changeKeyProvider', 'changePrimaryKey', 'setKeyServerCredential'],
  }),
  done('Remove-TrustAuthorityKeyProvider', { cli: ['key-provider remove'], operations: ['removeKeyProvider'] }),
  done('Get-TrustAuthorityKeyProviderServer', { cli: ['key-provider show'], operations: ['showKeyProvider'] }),
  done('Add-TrustAuthorityKeyProviderServer', { cli: ['key-provider add-server'], operations: ['addKeyServer'] }),
  done('Remove-TrustAuthorityKeyProviderServer', {
    cli: ['key-provider remove-server'],
    operations: ['removeKeyServer'],
  }),
  done('Get-TrustAuthorityKeyProviderServerCertificate', {
    cli: ['key-provider peers'],
    operations: ['showPeerCertificates'],
  }),
  different('Add-TrustAuthorityKeyProviderServerCertificate', 'The whole list is given each time.', {
    cli: ['key-provider trust-peers'],
    operations: ['trustPeerCertificates'],
  }),
  done('Set-TrustAuthorityKeyProviderServerCertificate', {
    cli: ['key-provider trust-peers'],
    operations: ['trustPeerCertificates'],
  }),
  different('Remove-TrustAuthorityKeyProviderServerCertificate', 'The whole list is given each time.', {
    cli: ['key-provider trust-peers'],
    operations: ['trustPeerCertificates'],
  }),
  done('Get-TrustAuthorityKeyProviderClientCertificate', {
    cli: ['key-provider show'],
    operations: ['showKeyProvider'],
  }),
  done('New-TrustAuthorityKeyProviderClientCertificate', {
    cli: ['key-provider issue-certificate'],
    operations: ['issueClientCertificate'],
  }),
  done('Set-TrustAuthorityKeyProviderClientCertificate', {
    cli: ['key-provider replace-certificate'],
    operations: ['replaceClientCertificate'],
  }),
  different('Export-TrustAuthorityKeyProviderClientCertificate', 'It is part of the answer, as PEM.', {
    cli: ['key-provider show'],
    operations: ['showKeyProvider'],
  }),
  done('Get-TrustAuthorityKeyProviderClientCertificateCSR', {
    cli: ['key-provider show'],
    operations: ['showKeyProvider'],
  }),
  done('New-TrustAuthorityKeyProviderClientCertificateCSR', {
    cli: ['key-provider issue-csr'],
    operations: ['issueClientCsr'],
  }),
  leftOut('Register-KeyProvider', 'Hosts name a provider of the authority; there is no second list.'),
  leftOut('Unregister-KeyProvider', 'Hosts name a provider of the authority; there is no second list.'),
  different('Export-KeyProvider', 'With everything else, in a backup.', { cli: ['backup'] }),
  different('Import-KeyProvider', 'With everything else, from a backup.', { cli: ['restore'] }),
];

const CLUSTERS: ReadonlyArray<Row> = [
  done('Get-TrustAuthorityCluster', {
    cli: ['cluster list', 'cluster show'],
    operations: ['listClusters', 'showCluster'],
  }),
  done('Set-TrustAuthorityCluster', {
    cli: ['cluster enable', 'cluster disable'],
    operations: ['enableCluster', 'disableCluster'],
  }),
  done('Get-TrustedCluster', { cli: ['cluster list', 'cluster show'], operations: ['listClusters', 'showCluster'] }),
  ...['Get-TrustAuthorityAttestationService', 'Get-TrustAuthorityKeyProviderService'].map((name) =>
    done(name, { cli: ['cluster topology'], operations: ['showTopology'] }),
  ),
  done('Export-TrustAuthorityServicesInfo', { cli: ['cluster export-services'], operations: ['exportServices'] }),
  done('Import-TrustAuthorityServicesInfo', {
    cli: ['cluster import-services', 'import vta'],
    operations: ['importServices'],
    note: 'A file that the old system exported is read by `import vta` ([migrating.md](migrating.md)).',
  }),
  ...['Get-AttestationServiceInfo', 'Get-KeyProviderServiceInfo'].map((name) =>
    different(name, 'What is offered, and what each cluster shall use.', {
      cli: ['cluster topology'],
      operations: ['showTopology'],
    }),
  ),
  ...['Add-AttestationServiceInfo', 'Add-KeyProviderServiceInfo'].map((name) =>
    different(name, 'The authority cluster says what it offers.', {
      cli: ['cluster advertise'],
      operations: ['advertiseService'],
    }),
  ),
  ...['Remove-AttestationServiceInfo', 'Remove-KeyProviderServiceInfo'].map((name) =>
    different(name, 'Refused while a trusted cluster shall use it, as there.', {
      cli: ['cluster withdraw'],
      operations: ['withdrawService'],
    }),
  ),
  done('Set-TrustedCluster -Remediate', {
    cli: ['cluster remediate', 'job show'],
    operations: ['remediateCluster', 'showJob'],
  }),
  done('Get-TrustedClusterAppliedStatus', {
    cli: ['cluster drift'],
    operations: ['showDrift', 'showDriftHistory'],
  }),
  ...['Add-TrustedClusterAttestationServiceInfo', 'Add-TrustedClusterKeyProviderServiceInfo'].map((name) =>
    different(name, 'All services at once, from an authority cluster or a file.', {
      cli: ['cluster attach', 'cluster import-services'],
      operations: ['attachServices', 'importServices'],
    }),
  ),
  ...['Remove-TrustedClusterAttestationServiceInfo', 'Remove-TrustedClusterKeyProviderServiceInfo'].map((name) =>
    different(name, 'All at once; or attach what is left.', {
      cli: ['cluster detach'],
      operations: ['detachServices'],
    }),
  ),
  done('Get-TrustAuthorityServicesStatus', {
    operations: ['health', 'metrics'],
    note: '`GET /v1/health`, `/metrics`.',
  }),
];

const REST: ReadonlyArray<Row> = [
  done('Get-TrustAuthorityPrincipal', {
    cli: ['principal list', 'principal show'],
    operations: ['listPrincipals', 'showPrincipal'],
  }),
  done('New-TrustAuthorityPrincipal', { cli: ['principal trust'], operations: ['trustPrincipal'] }),
  done('Remove-TrustAuthorityPrincipal', { cli: ['principal remove'], operations: ['removePrincipal'] }),
  done('Get-TrustedPrincipal', { cli: ['principal show'], operations: ['showPrincipal'] }),
  done('Export-TrustedPrincipal', {
    cli: ['principal show'],
    operations: ['showPrincipal'],
    note: '`--json`: issuer, holder and certificates, as another authority takes them. A file of the old one: `import vta`.',
  }),
  different('Get-SecurityInfo', 'What a host booted, with every rule of its verdict.', {
    cli: ['host show', 'explain'],
    operations: ['showHost', 'explainVerdict'],
  }),
  ...['Get-VTpm', 'New-VTpm', 'Set-VTpm', 'Remove-VTpm', 'Get-VTpmCertificate', 'Get-VTpmCSR'].map((name) =>
    leftOut(name, VTPM),
  ),
  leftOut('Unlock-VM', 'Belongs to the hypervisor: it asks again once the host is trusted.'),
];

/** Every cmdlet of VMware.VimAutomation.Security that has to do with trust, in the order of its manual. */
export const CMDLETS: ReadonlyArray<readonly [string, ReadonlyArray<Row>]> = [
  ['TPMs, images, settings', REFERENCE],
  ['Key providers', PROVIDERS],
  ['Clusters and services', CLUSTERS],
  ['Principals, hosts and machines', REST],
];
