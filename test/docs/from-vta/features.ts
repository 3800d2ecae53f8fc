import { PURPOSE } from './purpose.js';
import { added, different, done, leftOut, type Row } from './row.js';

const HTTP = 'adapters/http/every-command.test.ts';
const SERVICES = ['adapters/http/cluster-services.test.ts'];
const GUARD = 'adapters/http/guard.test.ts';

const TRUST: ReadonlyArray<Row> = [
  done('TPM CA certificates: a chain as one unit, root first', {
    cli: ['tpm-ca trust', 'tpm-ca import', 'tpm-ca revoke', 'tpm-ca list', 'tpm-ca show'],
    operations: ['trustTpmCa', 'revokeTpmCa', 'listTpmCas', 'showTpmCa'],
    events: ['TpmCaTrusted', 'TpmCaRevoked'],
    tests: [HTTP, 'domain/reference/reference-workflows.test.ts'],
    note: 'A chain with a gap, or with its certificates in any order but one that leads to the root, is refused when it comes in.',
  }),
  done(
    'TPM endorsement keys, by public key or certificate; a certificate is checked against the CAs when it comes in',
    {
      cli: [
        'endorsement-key trust',
        'endorsement-key import',
        'endorsement-key revoke',
        'endorsement-key list',
        'endorsement-key show',
      ],
      operations: [
        'trustEndorsementKey',
        'trustEndorsementKeys',
        'revokeEndorsementKey',
        'listEndorsementKeys',
        'showEndorsementKey',
      ],
      events: ['EndorsementKeyTrusted', 'EndorsementKeysTrusted', 'EndorsementKeyRevoked'],
      tests: [HTTP, 'domain/reference/reference-workflows.test.ts'],
      note: 'Also by the digest of the public key; and a key that was never listed can be revoked.',
    },
  ),
  done('Attestation settings: require_endorsement_keys, require_certificate_validation', {
    cli: ['policy show', 'policy set', 'policy history', 'policy diff'],
    operations: ['showPolicy', 'changePolicy', 'showPolicyHistory', 'comparePolicies'],
    events: ['AttestationPolicyChanged'],
    tests: [
      HTTP,
      'adapters/cli/online.test.ts',
      'domain/appraisal/endorsement-policy.test.ts',
      'adapters/http/policy-history.test.ts',
    ],
    note: 'With every policy before it. The two settings keep their names; Secure Boot, PCR banks, age of evidence and others are beside them.',
  }),
  different(
    'ESXi base images: import from an image database, list, delete',
    'Proposed by one person, reviewed as what it changes, approved by another, withdrawn with a reason, never deleted; which hosts run which, last attested when. Also for UEFI Linux.',
    {
      cli: [
        'base-image from-imgdb',
        'base-image from-depot',
        'base-image propose',
        'base-image review',
        'base-image approve',
        'base-image withdraw',
        'base-image list',
        'base-image show',
        'base-image diff',
        'base-image use',
      ],
      operations: [
        'proposeBaseImage',
        'approveBaseImage',
        'withdrawBaseImage',
        'listBaseImages',
        'showBaseImage',
        'compareBaseImages',
        'showBaseImageUse',
      ],
      events: ['BaseImageProposed', 'BaseImageApproved', 'BaseImageWithdrawn'],
      tests: [
        HTTP,
        'adapters/cli/online.test.ts',
        'domain/reference/reference-workflows.test.ts',
        'adapters/import/esxi-packages.test.ts',
      ],
    },
  ),
  different(
    'Host image export from a representative host',
    "Made from the host's own evidence: its quote and boot log.",
    {
      cli: ['agent evidence', 'base-image from-evidence'],
      tests: ['adapters/cli/offline.test.ts'],
    },
  ),
  done('Read the TPM of a host: maker, model, firmware version, banks', {
    cli: ['host show', 'host list', 'boot-log show'],
    operations: ['showHost', 'listHosts'],
    events: ['AttestationKeyCertified'],
    tests: ['adapters/http/routes.test.ts', 'domain/host/activation.test.ts'],
    note: 'As the TPM itself said it when its attestation key was certified, not as a management server says it.',
  }),
  done('Read the endorsement keys of a host', {
    cli: ['host show', 'host replace-endorsement-key'],
    operations: ['showHost', 'replaceEndorsementKey'],
    events: ['AttestationKeyCertified', 'EndorsementKeyBound', 'EndorsementKeyReplaced'],
    tests: [HTTP, 'domain/host/decider.test.ts', 'domain/host/activation.test.ts'],
    note: 'A changed TPM is an event of its own, and one endorsement key belongs to one host.',
  }),
  done('Compatible TPM models and BIOS versions (the compatibility guide)', {
    cli: ['tpm-model add', 'tpm-model unlist', 'tpm-model list', 'tpm-model stale'],
    operations: ['listTpmModel', 'delistTpmModel', 'listTpmModels'],
    events: ['TpmModelListed', 'TpmModelDelisted'],
    tests: [HTTP, 'domain/reference/decider.test.ts'],
    note: 'The list has a date. The policy may insist on it, and on how old it may be before it warns.',
  }),
  different(
    'Unseal a secret to a TPM (Import and Unseal, PCR policy)',
    'A key goes out sealed to a key that the TPM made and its attestation key certified, bound to PCRs if wanted.',
    {
      cli: ['agent key unwrap', 'agent key get'],
      operations: ['generateKey', 'decryptKey'],
      events: ['KeyReleaseAuthorised', 'KeyDelivered'],
      tests: ['domain/key-release/certified-tpm-key.test.ts', 'domain/key-release/release-key.test.ts'],
    },
  ),
];

const VERDICTS: ReadonlyArray<Row> = [
  done('Read the boot event log', {
    cli: ['boot-log show', 'boot-log compare', 'explain'],
    operations: ['explainVerdict', 'showEvidence'],
    events: ['HostAttested'],
    tests: [
      'domain/boot-log/describe-log.test.ts',
      'adapters/http/routes.test.ts',
      'adapters/vcenter-report/event-log-info.test.ts',
    ],
    note: "Kept with every verdict, by digest. The automation API's own JSON is held against our reading.",
  }),
  done('Raw TPM report of the management server (QueryTpmAttestationReport)', {
    cli: ['appraise'],
    operations: ['reportRelayed'],
    events: ['RelayedReportAppraised'],
    tests: [
      'domain/host/relayed-report.test.ts',
      'domain/boot-log/vcenter-report.test.ts',
      'adapters/http/routes.test.ts',
    ],
    note: "Judged, kept apart, and graded as that server's word: it never releases a key.",
  }),
  done('Evidence submission: identity, several rounds of contexts, document types', {
    cli: ['agent', 'agent evidence', 'attest'],
    operations: ['challengeAttestationKey', 'certifyAttestationKey', 'challengeHost', 'attestHost'],
    events: ['AttestationKeyCertified', 'HostAttested', 'AttestationRefused'],
    tests: ['adapters/http/routes.test.ts', 'domain/host/attest-host.test.ts', 'domain/host/activation.test.ts'],
    note: '`agent evidence` collects the same into a file, for who judges elsewhere or makes an image of it.',
  }),
  done('Verdict: attested or not, with messages', {
    cli: ['explain', 'host show'],
    operations: ['explainVerdict', 'showHost'],
    events: ['HostAttested', 'AttestationRefused'],
    tests: ['adapters/http/routes.test.ts', 'domain/appraisal/traps.test.ts'],
    note: 'Every rule with a reason code for machines, not only the first that failed.',
  }),
  different(
    'Token issue: KMS_AUTH_JWT, REPORTING_JWT',
    'The same two kinds by the names key-access and reporting; no event of their own, since each names the event of its verdict.',
    {
      cli: ['token show'],
      operations: ['attestHost', 'renewTokens', 'showKeySet'],
      events: ['HostAttested'],
      tests: ['adapters/tokens/token-engine.test.ts', 'adapters/http/keys.test.ts', 'adapters/http/routes.test.ts'],
    },
  ),
  different(
    'Report-signing certificate, with CSR, per host',
    'One token key, endorsed by the authority key in the ledger; no certificate.',
    {
      cli: ['signing-key list', 'signing-key rotate', 'signing-key retire'],
      operations: ['listSigningKeys', 'requestKeyChange', 'applyKeyChange', 'showKeySet'],
      events: ['SigningKeyIntroduced', 'SigningKeyRetired'],
      tests: ['domain/ledger/rotation.test.ts', 'adapters/cli/signing-key.test.ts'],
    },
  ),
  done('Attestation status: attested, notAttested, unknown; at, until, messages', {
    cli: ['host list', 'host show', 'history'],
    operations: ['listHosts', 'showHost', 'showHostHistory'],
    events: ['HostAttested', 'AttestationRefused'],
    tests: ['projections/host-trust.test.ts', 'adapters/http/routes.test.ts'],
    note: 'Also for any moment of the past. A host whose evidence grew old is *stale*.',
  }),
  added(
    'What a vCenter says of its hosts, read live: membership, TPMs, its own verdicts, and where they differ from here',
    {
      cli: ['vsphere watch', 'vsphere once', 'vsphere status', 'vsphere show'],
      operations: [
        'observeInventory',
        'reportBlindInventory',
        'listInventories',
        'showInventory',
        'showInventoryHistory',
      ],
      events: [
        'InventoryIntroduced',
        'InventoryHostSeen',
        'InventoryHostGone',
        'InventoryClusterSeen',
        'InventoryClusterGone',
        'InventoryConfirmed',
        'InventoryBlind',
        'InventorySighted',
      ],
      tests: [
        HTTP,
        'interop/vcenter.test.ts',
        'domain/inventory/decider.test.ts',
        'projections/inventory-findings.test.ts',
      ],
      note: 'Written down as its word ([vsphere.md](vsphere.md)): nothing is enrolled, joined or trusted by it, and nothing taken away.',
    },
  ),
  different(
    'Status from several authorities',
    'An authority speaks for itself alone. Several nodes may serve one authority; another one is followed with its own keys.',
    {
      cli: ['node join', 'follow'],
      tests: ['e2e/cluster.test.ts', 'adapters/consumer/follower.test.ts'],
    },
  ),
  done('Classic attestation by vCenter alone: accepted or not, time, message', {
    cli: ['appraise'],
    operations: ['reportRelayed'],
    events: ['RelayedReportAppraised'],
    tests: [
      'domain/appraisal/appraise-relayed.test.ts',
      'domain/host/relayed-report.test.ts',
      'adapters/http/routes.test.ts',
    ],
  }),
];

const PEOPLE: ReadonlyArray<Row> = [
  done('Consumer principals: issuer, certificates, one per issuer', {
    cli: ['principal trust', 'principal rotate', 'principal remove', 'principal list', 'principal show'],
    operations: [
      'trustPrincipal',
      'replacePrincipalCertificates',
      'removePrincipal',
      'listPrincipals',
      'showPrincipal',
      'listExpiringCertificates',
    ],
    events: ['PrincipalTrusted', 'PrincipalCertificatesReplaced', 'PrincipalRemoved'],
    tests: [HTTP, 'adapters/http/principals.test.ts'],
    note: 'Certificates can be replaced with an overlap. Their tokens are taken as JWTs; SAML is not.',
  }),
  done('Principal info of the workload side', {
    cli: ['principal show'],
    operations: ['showPrincipal'],
    tests: ['adapters/http/principals.test.ts'],
  }),
  different(
    'Host-level authorisation: token issuers and client profiles',
    'Operators have roles, and roles are permissions. A host needs none: its evidence is its credential.',
    {
      cli: ['operator grant', 'operator confirm', 'operator withdraw', 'operator list'],
      operations: ['grantOperator', 'confirmOperator', 'withdrawOperator', 'listOperators'],
      events: ['OperatorGranted', 'OperatorConfirmed', 'OperatorWithdrawn'],
      tests: [HTTP, 'adapters/http/permissions.test.ts', 'domain/access/roles.test.ts'],
    },
  ),
  added('Two people for what policy names, and break-glass for when there is only one', {
    cli: ['approval require', 'approval approve', 'approval reject', 'break-glass list', 'break-glass review'],
    operations: ['giveApproval', 'rejectApproval', 'changeApprovalPolicy', 'listBreakGlass', 'reviewBreakGlass'],
    events: ['ApprovalRequested', 'ApprovalGiven', 'ApprovalPolicyChanged', 'BreakGlassUsed', 'BreakGlassReviewed'],
    tests: [HTTP, 'adapters/http/approvals.test.ts', 'adapters/http/break-glass.test.ts'],
  }),
  added('Operators who come with a TLS client certificate', {
    cli: ['client-certificate bind', 'client-certificate release', 'client-certificate list'],
    operations: ['bindClientCertificate', 'releaseClientCertificate', 'listClientCertificates'],
    events: ['ClientCertificateBound', 'ClientCertificateReleased'],
    tests: ['adapters/http/client-certificates.test.ts', 'domain/access/client-certificates.test.ts'],
  }),
  added('Accounts of a token issuer that are an operator: one person, however they come in', {
    cli: ['account offer', 'account bind', 'account release', 'account list'],
    operations: ['offerAccount', 'bindAccount', 'releaseAccount', 'listAccounts'],
    events: ['AccountOffered', 'AccountBound', 'AccountReleased'],
    tests: ['adapters/http/accounts.test.ts', 'domain/access/accounts.test.ts', 'domain/access/one-person.test.ts'],
  }),
  done('Token conversion policy: which group of which token issuer is turned into which role', {
    cli: ['token-issuer trust', 'token-issuer confirm', 'token-issuer remove', 'token-issuer list', 'whoami'],
    operations: ['trustTokenIssuer', 'confirmTokenIssuer', 'removeTokenIssuer', 'listTokenIssuers', 'whoAmI'],
    events: ['TokenIssuerTrusted', 'TokenIssuerConfirmed', 'TokenIssuerRemoved', 'IdentityIntroduced'],
    tests: [HTTP, 'adapters/http/token-issuers.test.ts', 'domain/access/token-issuers.test.ts'],
    note: 'OpenID Connect instead of SAML.',
  }),
];

const KEYS: ReadonlyArray<Row> = [
  done('Key providers: several, one per department or tenant', {
    cli: ['key-provider create', 'key-provider set', 'key-provider remove', 'key-provider list', 'key-provider show'],
    operations: ['createKeyProvider', 'changeKeyProvider', 'removeKeyProvider', 'listKeyProviders', 'showKeyProvider'],
    events: ['KeyProviderCreated', 'KeyProviderChanged', 'KeyProviderRemoved'],
    tests: [HTTP, 'adapters/http/keys.test.ts'],
    note: 'By KMIP, or in the authority itself.',
  }),
  done('Key server settings: servers, proxy, time-out, username; the last server stays', {
    cli: ['key-provider add-server', 'key-provider remove-server', 'key-provider set'],
    operations: ['addKeyServer', 'removeKeyServer', 'changeKeyProvider'],
    events: ['KeyServerAdded', 'KeyServerRemoved', 'KeyProviderChanged'],
    tests: [HTTP],
  }),
  done('Primary key change', {
    cli: ['key-provider primary-key'],
    operations: ['changePrimaryKey', 'rekeyKey'],
    events: ['PrimaryKeyChanged', 'KeyRekeyed'],
    tests: [HTTP, 'adapters/http/keys.test.ts', 'domain/key-release/release-key.test.ts'],
    note: 'Keys can be wrapped anew without their plaintext leaving.',
  }),
  added('A primary key revoked, and destroyed once nothing depends on it', {
    cli: ['key-provider primary-keys', 'key-provider revoke-primary-key', 'key-provider destroy-primary-key'],
    operations: ['listPrimaryKeys', 'revokePrimaryKey', 'destroyPrimaryKey'],
    events: ['PrimaryKeyRevoked', 'PrimaryKeyDestructionOrdered', 'PrimaryKeyEndConfirmed'],
    tests: ['adapters/http/primary-keys.test.ts', 'domain/key-provider/decider.test.ts', 'e2e/key-provider.test.ts'],
  }),
  done('Key server credential: set only, never read back', {
    cli: ['key-provider set-credential'],
    operations: ['setKeyServerCredential'],
    events: ['KeyServerCredentialSet'],
    tests: [HTTP, 'e2e/no-secret-anywhere.test.ts'],
  }),
  done('Client certificate: self-signed, or replaced with an own key', {
    cli: ['key-provider issue-certificate', 'key-provider replace-certificate', 'key-provider show'],
    operations: ['issueClientCertificate', 'replaceClientCertificate'],
    events: ['ClientCertificateIssued', 'ClientCertificateReplaced'],
    tests: [HTTP, 'domain/key-provider/decider.test.ts', 'e2e/key-provider.test.ts'],
  }),
  done('Client CSR', {
    cli: ['key-provider issue-csr', 'key-provider show'],
    operations: ['issueClientCsr', 'showKeyProvider'],
    events: ['ClientCsrIssued'],
    tests: [HTTP],
  }),
  done('Server certificates as seen', {
    cli: ['key-provider peers'],
    operations: ['showPeerCertificates'],
    tests: ['adapters/http/peer-certificates.test.ts'],
  }),
  done('Server certificates that are trusted: the whole list; nothing is sent before', {
    cli: ['key-provider trust-peers'],
    operations: ['trustPeerCertificates'],
    events: ['PeerCertificatesTrusted'],
    tests: [HTTP],
  }),
  done('Provider status: NONE, OK, WARNING, ERROR, and trust both ways for each server', {
    cli: ['key-provider observe', 'key-provider list', 'key-provider show'],
    operations: ['observeKeyProvider', 'listKeyProviders', 'showKeyProviderHistory'],
    events: ['ProviderHealthChanged'],
    tests: [HTTP, 'adapters/http/keys.test.ts'],
    note: 'With its history. NONE is never read as healthy.',
  }),
  done('Key release: generate_key, encrypt, decrypt', {
    cli: ['agent key get', 'agent key wrap', 'agent key unwrap', 'key ledger'],
    operations: ['generateKey', 'encryptKey', 'decryptKey', 'showKeyLedger'],
    events: ['KeyReleaseAuthorised', 'KeyReleaseRefused', 'KeyDelivered', 'KeyDeliveryFailed', 'KeyCreated'],
    tests: [
      'adapters/http/keys.test.ts',
      'domain/key-release/release-key.test.ts',
      'domain/key-release/random-releases.test.ts',
    ],
    note: 'Each release and refusal is an event that names the verdict it rests on.',
  }),
  done('Key status: why a key is not available, which hosts it concerns', {
    cli: ['key list', 'key show', 'key access', 'key ledger', 'key revoke', 'key register'],
    operations: ['listKeys', 'showKey', 'showKeyAccess', 'showKeyHistory', 'revokeKey', 'registerKey'],
    events: ['KeyRevoked', 'KeyRegistered'],
    tests: [HTTP, 'adapters/http/keys.test.ts'],
    note: 'A key can be revoked, which vSphere Trust Authority had no verb for.',
  }),
  different(
    'Provider as seen from a host',
    'Hosts speak to the authority alone; what it would answer each of them is a question to it.',
    {
      cli: ['key access'],
      operations: ['showKeyAccess', 'awaitKeyAccess'],
      tests: ['adapters/http/keys.test.ts'],
    },
  ),
  leftOut(
    'Register a provider in the workload vCenter',
    'There is no second list of providers to keep in step: hosts name a provider of the authority.',
  ),
  different(
    'Default provider, for the system or per cluster',
    'A host names its provider; a provider may serve some clusters only.',
    {
      cli: ['key-provider set'],
      operations: ['changeKeyProvider'],
      tests: ['adapters/http/keys.test.ts'],
    },
  ),
];

const CLUSTERS: ReadonlyArray<Row> = [
  done('Enable and disable the authority cluster', {
    cli: ['cluster register', 'cluster enable', 'cluster disable', 'cluster list', 'cluster show'],
    operations: [
      'registerCluster',
      'enableCluster',
      'disableCluster',
      'listClusters',
      'showCluster',
      'showClusterHistory',
    ],
    events: ['ClusterRegistered', 'ClusterEnabled', 'ClusterDisabled'],
    tests: [HTTP, 'domain/cluster/decider.test.ts'],
  }),
  added('What a cluster is called and where it stands, which may change', {
    cli: ['cluster set'],
    operations: ['changeCluster'],
    events: ['ClusterDescriptionChanged'],
    tests: [HTTP, 'adapters/http/clusters.test.ts', 'adapters/cli/cluster.test.ts', 'domain/cluster/decider.test.ts'],
    note: 'Nothing is decided by either; the id stays.',
  }),
  done('Find the services of the authority', {
    cli: ['cluster topology'],
    operations: ['showTopology', 'advertiseService', 'withdrawService'],
    events: ['AuthorityServiceAdvertised', 'AuthorityServiceWithdrawn'],
    tests: [HTTP, 'domain/cluster/services.test.ts', ...SERVICES],
  }),
  done('Export the services of the authority', {
    cli: ['cluster export-services'],
    operations: ['exportServices'],
    tests: SERVICES,
  }),
  different(
    'Register services on the workload side',
    'There is no list of its own: an authority cluster advertises what it offers, or a file says so.',
    {
      cli: ['cluster advertise', 'cluster withdraw'],
      operations: ['advertiseService', 'withdrawService'],
      tests: SERVICES,
    },
  ),
  done('Configure a trusted cluster', {
    cli: ['cluster attach', 'cluster detach'],
    operations: ['attachServices', 'detachServices'],
    events: ['ServicesAttached', 'ServicesDetached'],
    tests: [HTTP, 'domain/cluster/services.test.ts', ...SERVICES],
  }),
  done('Import services: one file sets the whole desired state', {
    cli: ['cluster import-services'],
    operations: ['importServices'],
    events: ['ServicesAttached'],
    tests: [HTTP, ...SERVICES],
  }),
  done('Applied configuration of each service', {
    cli: ['cluster drift'],
    operations: ['showDrift', 'showDriftHistory', 'reportAppliedConfig', 'relayAppliedConfig'],
    events: ['AppliedConfigObserved'],
    tests: ['domain/cluster/services.test.ts', 'projections/drift-changes.test.ts', ...SERVICES],
    note: "With whose word it is (the host's own, or relayed), since when, for any moment, and every change of it (`--history`).",
  }),
  different(
    'Applied configuration of a cluster: get, remediate, remove',
    'Hosts are told by the answer to their report, as a job with a deadline; removing is `cluster detach`.',
    {
      cli: ['cluster drift', 'cluster remediate', 'job show', 'cluster detach'],
      operations: ['showDrift', 'remediateCluster', 'showJob'],
      events: ['RemediationStarted', 'ClusterRemediated', 'RemediationFailed'],
      tests: [HTTP, ...SERVICES, 'adapters/agent/keys.test.ts'],
    },
  ),
  done('Add a trusted host to its cluster', {
    cli: ['host enrol', 'cluster add-host', 'cluster of'],
    operations: ['enrolHost', 'addClusterHost', 'showHostCluster'],
    events: ['HostEnrolled', 'HostJoined'],
    tests: [HTTP, 'domain/cluster/membership.test.ts', 'adapters/http/clusters.test.ts'],
  }),
  done('Decommission a host or a cluster', {
    cli: ['cluster remove-host', 'cluster decommission', 'host retire'],
    operations: ['removeClusterHost', 'decommissionCluster', 'retireHost'],
    events: ['HostLeft', 'ClusterDecommissioned', 'HostRetired'],
    tests: [HTTP, 'domain/cluster/membership.test.ts', 'adapters/http/clusters.test.ts'],
  }),
  different(
    'Add an authority host',
    'A node joins with a key of its own; nothing is disabled, dumped or entered again.',
    {
      cli: ['signing-key add-node', 'node join'],
      tests: ['e2e/cluster.test.ts'],
    },
  ),
  different(
    'Save and apply settings',
    'Exported to one file and applied from it ([site.md](site.md)); a backup holds everything, the past and the keys included.',
    {
      cli: ['export', 'plan', 'apply', 'backup', 'restore'],
      tests: [
        'adapters/cli/site/apply.test.ts',
        'adapters/cli/site/whole-site.test.ts',
        'adapters/backup/backup.test.ts',
      ],
    },
  ),
  different(
    'Cluster consistency health: each host holds the same',
    'All nodes read one ledger, so there is one state; `verify` proves it whole.',
    {
      cli: ['verify'],
      operations: ['verify'],
      tests: ['e2e/cluster.test.ts', 'e2e/tamper-matrix.test.ts'],
    },
  ),
  done('Service health', {
    operations: ['health', 'metrics', 'showAuthority'],
    tests: ['adapters/http/routes.test.ts', 'adapters/telemetry/metrics.test.ts'],
    note: '`GET /v1/health` and `/metrics`.',
  }),
  different(
    'Start, stop and restart services',
    "By the machine's service manager; an answer is durable before it leaves, so stopping loses nothing.",
    {
      cli: ['serve'],
      tests: ['e2e/serve.test.ts', 'e2e/kill-under-load.test.ts'],
    },
  ),
  done('Topology rules', {
    operations: ['registerCluster', 'addClusterHost'],
    tests: ['domain/cluster/decider.test.ts', 'domain/cluster/membership.test.ts'],
    note: 'A cluster is never both kinds, a host is in one at most; any number of clusters, sites and authority clusters.',
  }),
  leftOut('Licence check (trustedplatform)', 'There is no licence to check.'),
  different('Scale maxima', 'None are built in; [performance.md](performance.md) says what was measured.'),
];

const WORK: ReadonlyArray<Row> = [
  different(
    'Asynchronous tasks',
    'A command answers when it is done and durable. With an `Idempotency-Key` it may be sent again after a lost answer.',
    {
      tests: ['adapters/http/routes.test.ts'],
    },
  ),
  done('Errors', {
    operations: ['openapi'],
    tests: ['adapters/http/routes.test.ts', 'adapters/http/server.test.ts'],
    note: 'Problem details (RFC 9457) with a stable code, the fields and the rules they broke; each request with its answers in the OpenAPI document.',
  }),
  different(
    'Upgrade order',
    'An appraiser version stays with its verdicts, so that a newer program replays older ones.',
    {
      cli: ['replay'],
      operations: ['replay'],
      tests: ['domain/replay/replay-all.test.ts'],
    },
  ),
  done('Patch trusted hosts: the next image is imported before they boot it', {
    cli: ['base-image propose', 'base-image approve'],
    operations: ['proposeBaseImage', 'approveBaseImage'],
    events: ['BaseImageApproved'],
    tests: [HTTP, 'domain/appraisal/images.test.ts'],
    note: 'Any number of images count at the same time.',
  }),
  different(
    'Quick Boot',
    'The TPM keeps the measurements of the boot before it: keep that image approved until the host restarts in full.',
  ),
  leftOut(
    'Backup products (VADP)',
    'What a backup product does is not seen here. Each release of a key is, with its purpose.',
  ),
  different(
    'Host crypto state',
    'There is no state to set: whether a host may have keys is decided for each request, and whether guarded workloads may run there too.',
    {
      cli: ['guard start', 'key access'],
      operations: ['askGuard', 'showKeyAccess'],
      tests: [GUARD, 'adapters/http/clusters.test.ts'],
    },
  ),
  done('Hosts that are not attested: what runs goes on, nothing is powered on', {
    cli: ['guard advice', 'guard start'],
    operations: ['adviseOnHost', 'askGuard'],
    tests: [GUARD, 'adapters/cli/guard.test.ts', 'domain/guard/advice.test.ts', 'domain/guard/answer.test.ts'],
    note: 'And what can leave is told where to.',
  }),
  done('HA, DRS, DPM, vSAN inside a trusted cluster', {
    cli: ['guard restart', 'guard move', 'guard storage'],
    operations: ['askGuard', 'askGuardMany'],
    tests: [GUARD, 'domain/guard/answer.test.ts', 'domain/guard/random-histories.test.ts'],
    note: 'A scheduler asks before it acts: `restart`, `move` and `storage` in [guard.md](guard.md).',
  }),
  done('vMotion and clone', {
    cli: ['guard move', 'guard clone'],
    operations: ['askGuard', 'askGuardMany'],
    tests: [GUARD, 'domain/guard/answer.test.ts', 'domain/guard/random-histories.test.ts'],
    note: 'Inside the protected area, in one cluster and between two; source and target are both looked at.',
  }),
  done('Replication of encrypted workloads is refused', {
    cli: ['guard replicate'],
    operations: ['askGuard'],
    tests: ['domain/guard/answer.test.ts', GUARD],
  }),
  done('Requirements on a workload: EFI, Secure Boot, vTPM', {
    cli: ['guard start'],
    operations: ['askGuard'],
    tests: ['domain/guard/answer.test.ts', GUARD],
    note: 'As the scheduler says; what it does not say counts as not met.',
  }),
];

const NEW: ReadonlyArray<Row> = [
  added('What a scheduler was answered, kept as policy says: all, refusals or none', {
    cli: ['guard policy', 'guard keep', 'guard decisions'],
    operations: ['showGuardPolicy', 'changeGuardPolicy', 'listGuardDecisions'],
    events: ['GuardPolicyChanged', 'WorkloadsDecided'],
    tests: [HTTP, GUARD, 'domain/guard/decider.test.ts', 'adapters/guard/decision-recorder.test.ts'],
  }),
  added('Withhold trust from a host at once, and end its history', {
    cli: ['host quarantine', 'host release', 'host retire'],
    operations: ['quarantineHost', 'releaseHost', 'retireHost'],
    events: ['HostQuarantined', 'HostReleased', 'HostRetired', 'EndorsementKeyUnbound'],
    tests: [HTTP, 'domain/host/decider.test.ts', 'domain/host/activation.test.ts'],
    note: 'There, a host that lost trust kept its keys until it restarted. Here its tokens end at once and its agent is told.',
  }),
  added('Two people for what the policy names', {
    cli: ['approval require', 'approval list', 'approval show', 'approval approve', 'approval reject'],
    operations: ['changeApprovalPolicy', 'listApprovals', 'showApproval', 'giveApproval', 'rejectApproval'],
    events: ['ApprovalPolicyChanged', 'ApprovalRequested', 'ApprovalGiven', 'ApprovalRejected', 'ApprovalUsed'],
    tests: [HTTP, 'adapters/http/approvals.test.ts', 'domain/approval/two-people.test.ts'],
  }),
  added('History of everything, for any moment', {
    cli: ['history', 'host list', 'policy show'],
    operations: ['listEvents', 'showEvent', 'showHostHistory'],
    tests: ['adapters/http/routes.test.ts', 'adapters/cli/online.test.ts'],
  }),
  added('Every verdict and every key decision made again', {
    cli: ['replay'],
    operations: ['replay'],
    tests: ['domain/replay/replay-all.test.ts', 'adapters/cli/online.test.ts'],
  }),
  added('A change of policy, images, CAs or keys, rehearsed before it is made', {
    cli: ['rehearse', 'base-image diff', 'base-image use'],
    operations: ['rehearse', 'compareBaseImages', 'showBaseImageUse'],
    tests: ['adapters/cli/rehearse.test.ts', 'adapters/cli/reference-reads.test.ts', 'domain/replay/rehearse.test.ts'],
  }),
  added('What would have been otherwise, and what leaned on something that turned out to be bad', {
    cli: ['what-if', 'blast-radius'],
    operations: ['whatIf', 'blastRadius'],
    tests: ['domain/replay/consequences.test.ts', 'adapters/cli/rehearse.test.ts'],
  }),
  added('Certificates that end soon', {
    cli: ['certificates expiring'],
    operations: ['listExpiringCertificates'],
    tests: ['adapters/cli/reference-reads.test.ts'],
  }),
  added('A signed log that witnesses watch, and proofs for those who trust nobody', {
    cli: ['verify', 'bundle', 'verifier', 'ledger vkey', 'ledger prove', 'ledger export-tiles', 'witness serve'],
    operations: [
      'verify',
      'bundleHost',
      'proveEvent',
      'proveConsistency',
      'logCheckpoint',
      'logTile',
      'logEntries',
      'logKeys',
      'verifierPage',
    ],
    events: ['AuthorityFounded'],
    tests: [
      'e2e/tamper-matrix.test.ts',
      'e2e/witness.test.ts',
      'adapters/http/log.test.ts',
      'adapters/http/routes.test.ts',
    ],
  }),
  added("The authority's own keys, changed, retired, or declared lost", {
    cli: [
      'signing-key rotate',
      'signing-key retire',
      'signing-key declare-compromised',
      'signing-key doubt',
      'signing-key sign-request',
      'signing-key apply',
    ],
    operations: [
      'requestKeyChange',
      'applyKeyChange',
      'handOverKey',
      'listKeyHolders',
      'listSigningKeys',
      'listDoubts',
    ],
    events: ['AuthorityKeyRotated', 'SigningKeyCompromised', 'SigningKeyRetired'],
    tests: [
      'domain/ledger/rotation.test.ts',
      'domain/hand-over/hand-overs.test.ts',
      'adapters/cli/signing-key.test.ts',
      'e2e/compromised-key.test.ts',
    ],
  }),
  added('Tokens of operators: renewed by who holds one, all revoked at once', {
    cli: ['token renew', 'operator revoke-token'],
    operations: ['renewOwnToken', 'revokeTokens'],
    events: ['OperatorTokenIssued', 'OperatorTokenTakenOver', 'OperatorTokensRevoked'],
    tests: [
      HTTP,
      'adapters/http/operators.test.ts',
      'adapters/cli/token-renew.test.ts',
      'domain/access/tokens.test.ts',
    ],
  }),
  added('A console in the browser: every host at any moment, how it got there, and why', {
    cli: ['host timeline'],
    operations: ['console', 'consoleFile', 'showTrustHistory', 'showHostTrustHistory'],
    tests: ['adapters/web/console.test.ts', 'adapters/http/trust-history.test.ts'],
    note: 'It only reads. [console.md](console.md)',
  }),
  added('What happens, as it happens: for consoles, and for other systems by Kafka', {
    cli: ['follow', 'publisher status'],
    operations: ['live', 'showPublisher'],
    tests: ['adapters/http/live.test.ts', 'e2e/kafka.test.ts', 'adapters/publisher/kurrent-lease.test.ts'],
  }),
  added("Evidence that is not the host's own, counted", {
    events: ['ForeignEvidenceSummarised'],
    tests: ['domain/host/foreign-evidence.test.ts'],
    note: 'At most one summary for each host and interval, so that strangers can not fill the ledger.',
  }),
];

/** Everything that it could do, and what it had no part for. */
export const FEATURES: ReadonlyArray<readonly [string, ReadonlyArray<Row>]> = [
  ['What it is for', PURPOSE],
  ['What is trusted', TRUST],
  ['Evidence and verdicts', VERDICTS],
  ['People and principals', PEOPLE],
  ['Key providers and keys', KEYS],
  ['Clusters and services', CLUSTERS],
  ['Running it', WORK],
  ['What it had no part for', NEW],
];
