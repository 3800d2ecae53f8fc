import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATIONS, type Operation } from '../../../adapters/http/permissions.js';
import { commandNames } from '../../support/cli-tree.js';

/* Whatever can be asked over HTTP can be done by a command, or there is a reason why not. A route that is not thought of here does not
   compile. */

type Told = string | { readonly none: string };

const none = (why: string): Told => ({ none: why });
const AGENT = none('of hosts, by their evidence or their tokens: the agent does it');
const PROGRAM = none('for programs, which ask it over HTTP');
const LOG = none('for monitors, as C2SP tlog-tiles has it; `ledger export-tiles` writes the whole');

const BY: Readonly<Record<Operation, Told>> = {
  health: none('for probes; `config check` and `verify` say more'),
  openapi: PROGRAM,
  showAuthority: 'authority show',
  enrolHost: 'host enrol',
  listHosts: 'host list',
  showHost: 'host show',
  showTrustHistory: none('what a picture is made of; `host list --at` says it of one moment'),
  showHostTrustHistory: 'host timeline',
  showHostHistory: 'history',
  bundleHost: 'bundle',
  explainVerdict: 'explain',
  challengeAttestationKey: AGENT,
  certifyAttestationKey: AGENT,
  challengeHost: AGENT,
  attestHost: 'attest',
  reportRelayed: 'vsphere once',
  quarantineHost: 'host quarantine',
  releaseHost: 'host release',
  retireHost: 'host retire',
  replaceEndorsementKey: 'host replace-endorsement-key',
  listBaseImages: 'base-image list',
  showBaseImage: 'base-image show',
  compareBaseImages: none('`base-image diff` reads both images, or files, and compares them itself'),
  showBaseImageUse: 'base-image use',
  proposeBaseImage: 'base-image propose',
  approveBaseImage: 'base-image approve',
  withdrawBaseImage: 'base-image withdraw',
  showPolicy: 'policy show',
  changePolicy: 'policy set',
  showPolicyHistory: 'policy history',
  comparePolicies: 'policy diff',
  listTpmCas: 'tpm-ca list',
  showTpmCa: 'tpm-ca show',
  trustTpmCa: 'tpm-ca trust',
  revokeTpmCa: 'tpm-ca revoke',
  listEndorsementKeys: 'endorsement-key list',
  showEndorsementKey: 'endorsement-key show',
  trustEndorsementKey: 'endorsement-key trust',
  trustEndorsementKeys: 'endorsement-key import',
  revokeEndorsementKey: 'endorsement-key revoke',
  listTpmModels: 'tpm-model list',
  listTpmModel: 'tpm-model add',
  delistTpmModel: 'tpm-model unlist',
  listExpiringCertificates: 'certificates expiring',
  showKeySet: 'token show',
  renewTokens: AGENT,
  awaitKeyAccess: AGENT,
  generateKey: AGENT,
  encryptKey: AGENT,
  decryptKey: AGENT,
  rekeyKey: AGENT,
  listKeyProviders: 'key-provider list',
  showKeyProvider: 'key-provider show',
  showKeyProviderHistory: 'key-provider history',
  createKeyProvider: 'key-provider create',
  changeKeyProvider: 'key-provider set',
  removeKeyProvider: 'key-provider remove',
  addKeyServer: 'key-provider add-server',
  removeKeyServer: 'key-provider remove-server',
  changePrimaryKey: 'key-provider primary-key',
  listPrimaryKeys: 'key-provider primary-keys',
  revokePrimaryKey: 'key-provider revoke-primary-key',
  destroyPrimaryKey: 'key-provider destroy-primary-key',
  setKeyServerCredential: 'key-provider set-credential',
  issueClientCertificate: 'key-provider issue-certificate',
  issueClientCsr: 'key-provider issue-csr',
  replaceClientCertificate: 'key-provider replace-certificate',
  showPeerCertificates: 'key-provider peers',
  trustPeerCertificates: 'key-provider trust-peers',
  observeKeyProvider: 'key-provider observe',
  listKeys: 'key list',
  showKey: 'key show',
  showKeyHistory: 'key history',
  registerKey: 'key register',
  revokeKey: 'key revoke',
  showKeyLedger: 'key ledger',
  showKeyAccess: 'key access',
  listClusters: 'cluster list',
  showCluster: 'cluster show',
  showClusterHistory: 'cluster history',
  showHostCluster: 'cluster of',
  registerCluster: 'cluster register',
  changeCluster: 'cluster set',
  enableCluster: 'cluster enable',
  disableCluster: 'cluster disable',
  decommissionCluster: 'cluster decommission',
  addClusterHost: 'cluster add-host',
  removeClusterHost: 'cluster remove-host',
  advertiseService: 'cluster advertise',
  withdrawService: 'cluster withdraw',
  attachServices: 'cluster attach',
  importServices: 'cluster import-services',
  detachServices: 'cluster detach',
  exportServices: 'cluster export-services',
  showTopology: 'cluster topology',
  showDrift: 'cluster drift',
  showDriftHistory: 'cluster drift',
  remediateCluster: 'cluster remediate',
  showJob: 'job show',
  reportAppliedConfig: AGENT,
  relayAppliedConfig: none('the word of a management server, which its own connector sends'),
  askGuard: 'guard start',
  askGuardMany: none('for schedulers; one question at a time: `guard start` and the like'),
  adviseOnHost: 'guard advice',
  listInventories: 'vsphere status',
  showInventory: 'vsphere show',
  showInventoryHistory: 'vsphere history',
  observeInventory: 'vsphere once',
  reportBlindInventory: 'vsphere watch',
  showGuardPolicy: 'guard policy',
  changeGuardPolicy: 'guard keep',
  listGuardDecisions: 'guard decisions',
  live: none('server-sent events, for consoles; `follow` has the ledger itself'),
  listSigningKeys: 'signing-key list',
  listDoubts: 'signing-key doubt',
  requestKeyChange: 'signing-key rotate',
  applyKeyChange: 'signing-key apply',
  listKeyHolders: 'signing-key holders',
  handOverKey: 'signing-key rotate',
  logKeys: 'ledger export-tiles',
  logCheckpoint: 'ledger export-tiles',
  logTile: LOG,
  logEntries: LOG,
  proveEvent: 'ledger prove',
  proveConsistency: 'ledger prove-consistency',
  listEvents: 'history',
  showEvent: 'event show',
  showEvidence: 'evidence save',
  replay: 'replay',
  verify: 'verify',
  rehearse: 'rehearse',
  whatIf: 'what-if',
  blastRadius: 'blast-radius',
  listOperators: 'operator list',
  grantOperator: 'operator grant',
  withdrawOperator: 'operator withdraw',
  revokeTokens: 'operator revoke-token',
  renewOwnToken: 'token renew',
  whoAmI: 'whoami',
  listClientCertificates: 'client-certificate list',
  bindClientCertificate: 'client-certificate bind',
  releaseClientCertificate: 'client-certificate release',
  listAccounts: 'account list',
  offerAccount: 'account offer',
  bindAccount: 'account bind',
  releaseAccount: 'account release',
  listPrincipals: 'principal list',
  showPrincipal: 'principal show',
  trustPrincipal: 'principal trust',
  replacePrincipalCertificates: 'principal rotate',
  removePrincipal: 'principal remove',
  listTokenIssuers: 'token-issuer list',
  trustTokenIssuer: 'token-issuer trust',
  confirmTokenIssuer: 'token-issuer confirm',
  removeTokenIssuer: 'token-issuer remove',
  showPublisher: 'publisher status',
  confirmOperator: 'operator confirm',
  listApprovals: 'approval list',
  showApproval: 'approval show',
  giveApproval: 'approval approve',
  rejectApproval: 'approval reject',
  listBreakGlass: 'break-glass list',
  reviewBreakGlass: 'break-glass review',
  changeApprovalPolicy: 'approval require',
  metrics: PROGRAM,
  verifierPage: none('a page: it is for browsers'),
  console: none('a page: it is for browsers'),
  consoleFile: none('what that page is made of'),
};

const OPERATION_NAMES = Object.keys(OPERATIONS) as ReadonlyArray<Operation>;
const withCommand = OPERATION_NAMES.flatMap((operation) => {
  const told = BY[operation];
  return typeof told === 'string' ? [[operation, told] as const] : [];
});

const CLI = join(import.meta.dirname, '..', '..', '..', 'adapters', 'cli');
const sources = readdirSync(CLI, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(CLI, file), 'utf8'));

/** Operations whose name a command makes of its own: `enable` and `Cluster`. */
const MADE = /`\$\{\w+\}(Host|Cluster)`/;
const isSent = (operation: Operation): boolean => {
  const [, noun = ''] = /^[a-z]+(Host|Cluster)$/.exec(operation) ?? [];
  return sources.some((text) => text.includes(`'${operation}'`) || (noun !== '' && MADE.exec(text)?.[1] === noun));
};

describe('the command line', () => {
  it.each(withCommand)('does %s as `sekisho %s`', (operation, command) => {
    expect([...commandNames()]).toContain(command);
    expect(isSent(operation)).toBe(true);
  });

  it('says why there is no command for what has none', () => {
    const without = OPERATION_NAMES.flatMap((operation) => {
      const told = BY[operation];
      return typeof told === 'string' ? [] : [told.none];
    });
    expect(without.every((reason) => reason.length > 10)).toBe(true);
    expect(without.length).toBeLessThan(25);
  });
});
