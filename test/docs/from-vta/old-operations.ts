import { different, done, type Row } from './row.js';

const AUTHORITY: ReadonlyArray<Row> = [
  done('GET principal', { cli: ['principal show'], operations: ['showPrincipal'] }),
  done('GET trust-authority-clusters, GET and PATCH …/{cluster}', {
    cli: ['cluster list', 'cluster show', 'cluster enable', 'cluster disable'],
    operations: ['listClusters', 'showCluster', 'enableCluster', 'disableCluster'],
  }),
  done('POST consumer-principals, action=query, GET and DELETE …/{profile}', {
    cli: ['principal trust', 'principal list', 'principal show', 'principal remove'],
    operations: ['trustPrincipal', 'listPrincipals', 'showPrincipal', 'removePrincipal'],
  }),
  done('POST attestation/os/esx/base-images (import)', {
    cli: ['base-image propose', 'base-image approve'],
    operations: ['proposeBaseImage', 'approveBaseImage'],
  }),
  done('GET attestation/os/esx/base-images, GET …/{version}', {
    cli: ['base-image list', 'base-image show'],
    operations: ['listBaseImages', 'showBaseImage'],
  }),
  done('DELETE attestation/os/esx/base-images/{version}', {
    cli: ['base-image withdraw'],
    operations: ['withdrawBaseImage'],
  }),
  done('POST attestation/tpm2/ca-certificates', { cli: ['tpm-ca trust'], operations: ['trustTpmCa'] }),
  done('GET attestation/tpm2/ca-certificates, GET …/{name}', {
    cli: ['tpm-ca list', 'tpm-ca show'],
    operations: ['listTpmCas', 'showTpmCa'],
  }),
  done('DELETE attestation/tpm2/ca-certificates/{name}', { cli: ['tpm-ca revoke'], operations: ['revokeTpmCa'] }),
  done('POST attestation/tpm2/endorsement-keys', {
    cli: ['endorsement-key trust'],
    operations: ['trustEndorsementKey'],
  }),
  done('GET attestation/tpm2/endorsement-keys, GET …/{name}', {
    cli: ['endorsement-key list', 'endorsement-key show'],
    operations: ['listEndorsementKeys', 'showEndorsementKey'],
  }),
  done('DELETE attestation/tpm2/endorsement-keys/{name}', {
    cli: ['endorsement-key revoke'],
    operations: ['revokeEndorsementKey'],
  }),
  done('GET and PATCH attestation/tpm2/settings', {
    cli: ['policy show', 'policy set'],
    operations: ['showPolicy', 'changePolicy'],
  }),
  done('GET attestation/service-status, GET kms/service-status', { operations: ['health', 'metrics'] }),
];

const PROVIDERS: ReadonlyArray<Row> = [
  done('POST kms/providers', { cli: ['key-provider create'], operations: ['createKeyProvider'] }),
  done('GET kms/providers, GET …/{provider}', {
    cli: ['key-provider list', 'key-provider show'],
    operations: ['listKeyProviders', 'showKeyProvider'],
  }),
  done('PATCH kms/providers/{provider}', {
    cli: ['key-provider set', 'key-provider add-server', 'key-provider remove-server', 'key-provider primary-key'],
    operations: ['changeKeyProvider', 'addKeyServer', 'removeKeyServer', 'changePrimaryKey'],
  }),
  done('DELETE kms/providers/{provider}', { cli: ['key-provider remove'], operations: ['removeKeyProvider'] }),
  done('PUT …/{provider}/credential', {
    cli: ['key-provider set-credential'],
    operations: ['setKeyServerCredential'],
  }),
  done('POST, GET and PATCH …/{provider}/client-certificate', {
    cli: ['key-provider issue-certificate', 'key-provider show', 'key-provider replace-certificate'],
    operations: ['issueClientCertificate', 'showKeyProvider', 'replaceClientCertificate'],
  }),
  done('POST and GET …/{provider}/client-certificate/csr', {
    cli: ['key-provider issue-csr', 'key-provider show'],
    operations: ['issueClientCsr', 'showKeyProvider'],
  }),
  done('GET …/{provider}/peer-certs/current', { cli: ['key-provider peers'], operations: ['showPeerCertificates'] }),
  done('GET and PATCH …/{provider}/peer-certs/trusted', {
    cli: ['key-provider show', 'key-provider trust-peers'],
    operations: ['showKeyProvider', 'trustPeerCertificates'],
  }),
];

const CLUSTERS: ReadonlyArray<Row> = [
  done('GET and query trust-authority-hosts/{host}/attestation, …/kms', {
    cli: ['cluster topology'],
    operations: ['showTopology'],
  }),
  different(
    'POST, query, GET and DELETE attestation/services, kms/services',
    'The authority cluster advertises them.',
    {
      cli: ['cluster advertise', 'cluster withdraw', 'cluster topology'],
      operations: ['advertiseService', 'withdrawService', 'showTopology'],
    },
  ),
  different(
    'POST, query, GET and DELETE trusted-clusters/{cluster}/attestation/services, …/kms/services',
    'All services of a cluster at once, from an authority cluster or a file.',
    {
      cli: ['cluster attach', 'cluster import-services', 'cluster detach'],
      operations: ['attachServices', 'importServices', 'detachServices'],
    },
  ),
  different(
    'GET, query, PATCH and DELETE …/services-applied-config',
    'Drift for any moment, with whose word it is; a remediation is a job.',
    {
      cli: ['cluster drift', 'cluster remediate', 'cluster detach'],
      operations: ['showDrift', 'remediateCluster', 'detachServices'],
    },
  ),
  different(
    'GET cis/tasks/{id}',
    'A command answers when it is done; sent again under its `Idempotency-Key`, it answers the same. A remediation is a job.',
    { cli: ['job show'], operations: ['showJob'] },
  ),
];

const HOSTS: ReadonlyArray<Row> = [
  done('GET hosts/{host}/hardware/tpm, …/endorsement-keys', { cli: ['host show'], operations: ['showHost'] }),
  different('POST …/tpm/{tpm} action=unseal', 'Keys go out sealed to a key that the TPM made.', {
    cli: ['agent key unwrap'],
    operations: ['decryptKey'],
  }),
  done('GET …/tpm/{tpm}/event-log', {
    cli: ['explain', 'boot-log show', 'boot-log compare'],
    operations: ['explainVerdict', 'showEvidence'],
  }),
  done('esx/attestation: POST report action=attest, tpm2 request and result', {
    cli: ['agent'],
    operations: ['challengeHost', 'attestHost'],
  }),
  done('esx/attestation: GET status', { operations: ['health'] }),
  different(
    'esx/attestation and esx/kms: GET and PUT raw-config',
    'Nodes share one ledger, so there is nothing to copy; for restoring there is the backup.',
    {
      cli: ['backup', 'restore'],
    },
  ),
  different('esx/attestation: GET and PUT certificate, CSR', 'The token key is endorsed in the ledger.', {
    cli: ['signing-key list', 'signing-key rotate'],
    operations: ['listSigningKeys', 'showKeySet'],
  }),
  done('esx/kms: key-operation generate-key, encrypt, decrypt', {
    cli: ['agent key get', 'agent key wrap', 'agent key unwrap'],
    operations: ['generateKey', 'encryptKey', 'decryptKey'],
  }),
  different(
    'esx/attestation: os/esx/base-images, tpm2/ca-certificates, tpm2/endorsement-keys, tpm2/settings',
    'Hosts hold no copy of the reference values: all nodes judge by one ledger.',
    { operations: ['listBaseImages', 'listTpmCas', 'listEndorsementKeys', 'showPolicy'] },
  ),
  different(
    'esx/kms: providers, status, credential, client-certificate, CSR, server-certificates',
    'Set once for the authority, not once for each host that runs it.',
    { operations: ['listKeyProviders', 'setKeyServerCredential', 'issueClientCertificate', 'trustPeerCertificates'] },
  ),
  different('esx/trusted-infrastructure: kms/providers', 'What each host would get is a question to the authority.', {
    cli: ['key access'],
    operations: ['showKeyAccess'],
  }),
  different(
    'esx/trusted-infrastructure: attestation/services, kms/services',
    'An agent starts with one address (`--url`), says what it uses, and uses what a remediation of its cluster tells it to.',
    { cli: ['agent', 'cluster remediate'], operations: ['reportAppliedConfig', 'remediateCluster'] },
  ),
  different('esx/authentication: security-token-issuers, client-profiles', 'Operators with roles.', {
    cli: ['operator grant', 'operator list'],
    operations: ['grantOperator', 'listOperators'],
  }),
];

/** Every operation of /api/vcenter/trusted-infrastructure and of the host side. */
export const OLD_OPERATIONS: ReadonlyArray<readonly [string, ReadonlyArray<Row>]> = [
  ['trust-authority-clusters/{cluster}', AUTHORITY],
  ['trust-authority-clusters/{cluster}/kms/providers', PROVIDERS],
  ['Services and clusters', CLUSTERS],
  ['Hosts', HOSTS],
];
