import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../adapters/http/permissions.js';
import { imageOf, TEST_POLICY } from '../../support/authority.js';
import { basicConstraints, cn, ecKey, KEY_CERT_SIGN, makeCertificate } from '../../support/certificate-maker.js';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';
import { pemOf } from '../../support/pem.js';

/* Every command of people, in an order in which each finds what it needs: who may not, what a senseless one is told, what it records,
   and where it can be read afterwards. docs/from-vta.md names this file as the test of most of its rows. */

interface Row {
  readonly operation: Operation;
  readonly path?: Readonly<Record<string, string>>;
  readonly as: Person;
  /** What somebody of another role is told, where it is no role that decides. */
  readonly forbidden?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly events: ReadonlyArray<string>;
  /** Where it shows, and as what. */
  readonly read: readonly [path: string, shows: unknown];
  /** The same request, changed so that it must be refused; undefined: it asks for nothing that could be wrong. */
  readonly wrong: Readonly<{ path?: Readonly<Record<string, string>>; body?: unknown; code: string }>;
}

const newCa = (): string => {
  const [key, subject] = [ecKey(), cn('Every Command CA')];
  return pemOf(makeCertificate({ key, subject, extensions: [basicConstraints(true), KEY_CERT_SIGN] }));
};
const [ca, otherCa] = [newCa(), newCa()];
const [A, B] = ['a1'.repeat(32), 'b2'.repeat(32)];
const MODEL = {
  manufacturer: 'SIM',
  model: 'M1',
  firmwareVersions: ['1.0'],
  biosVersions: [],
  asOf: '2026-11-01T00:00:00.000Z',
};
const reason = { reason: 'said by a test' };
const NOWHERE = { id: 'nowhere' };

const REFERENCE: ReadonlyArray<Row> = [
  {
    operation: 'trustTpmCa',
    as: 'alice',
    body: { name: 'maker', chain: ca },
    events: ['TpmCaTrusted'],
    read: ['/v1/tpm-cas/maker', { tpmCa: { name: 'maker', revoked: null }, chainPem: ca }],
    wrong: { body: { name: 'other', chain: pemOf(new Uint8Array(8)) }, code: 'CertificateUnreadable' },
  },
  {
    operation: 'revokeTpmCa',
    path: { name: 'maker' },
    as: 'alice',
    body: reason,
    events: ['TpmCaRevoked'],
    read: ['/v1/tpm-cas', { tpmCas: [{ name: 'maker', revoked: { by: 'alice', ...reason } }] }],
    wrong: { path: { name: 'nobody' }, code: 'ReferenceUnknown' },
  },
  {
    operation: 'trustEndorsementKey',
    as: 'alice',
    body: { name: 'key of h1', publicKeyDigest: A },
    events: ['EndorsementKeyTrusted'],
    read: [
      '/v1/endorsement-keys/key%20of%20h1',
      { endorsementKey: { publicKeyDigest: A, revoked: null }, certificatePem: null },
    ],
    wrong: { body: { name: 'key of h2', publicKeyDigest: B, publicKey: ca }, code: 'InvalidField' },
  },
  {
    operation: 'trustEndorsementKeys',
    as: 'alice',
    body: { keys: [{ name: 'key of h3', publicKeyDigest: 'c3'.repeat(32) }] },
    events: ['EndorsementKeysTrusted'],
    read: ['/v1/endorsement-keys', { endorsementKeys: [{ name: 'key of h1' }, { name: 'key of h3', revoked: null }] }],
    wrong: { body: { keys: [{ name: 'key of h4' }] }, code: 'InvalidField' },
  },
  {
    operation: 'revokeEndorsementKey',
    path: { name: 'key of h1' },
    as: 'alice',
    body: reason,
    events: ['EndorsementKeyRevoked'],
    read: [
      '/v1/endorsement-keys',
      { endorsementKeys: [{ name: 'key of h1', revoked: { by: 'alice', ...reason } }, { revoked: null }] },
    ],
    wrong: { path: { name: 'nobody' }, code: 'ReferenceUnknown' },
  },
  {
    operation: 'listTpmModel',
    as: 'alice',
    body: MODEL,
    events: ['TpmModelListed'],
    read: ['/v1/tpm-models', { tpmModels: [{ ...MODEL, delisted: null }] }],
    wrong: { body: { ...MODEL, asOf: 'yesterday' }, code: 'InvalidField' },
  },
  {
    operation: 'delistTpmModel',
    path: { manufacturer: 'SIM', model: 'M1' },
    as: 'alice',
    body: reason,
    events: ['TpmModelDelisted'],
    read: ['/v1/tpm-models', { tpmModels: [{ model: 'M1', delisted: { by: 'alice', ...reason } }] }],
    wrong: { path: { manufacturer: 'SIM', model: 'M2' }, code: 'ReferenceUnknown' },
  },
  {
    operation: 'changePolicy',
    as: 'alice',
    body: { ...TEST_POLICY, evidenceMaxAgeSeconds: 7200 },
    headers: { 'if-match': '*' },
    events: ['AttestationPolicyChanged'],
    read: ['/v1/policy', { policy: { evidenceMaxAgeSeconds: 7200 }, changed: { by: 'alice' } }],
    wrong: { body: { ...TEST_POLICY, pcrBanks: ['md5'] }, code: 'InvalidField' },
  },
  {
    operation: 'proposeBaseImage',
    as: 'alice',
    body: { image: imageOf('next') },
    events: ['BaseImageProposed'],
    read: ['/v1/base-images/next', { image: { status: 'proposed', proposed: { by: 'alice' } }, hosts: [] }],
    wrong: { body: { image: { ...imageOf('next'), version: '' } }, code: 'InvalidField' },
  },
  {
    operation: 'approveBaseImage',
    path: { version: 'next' },
    as: 'bob',
    body: {},
    events: ['BaseImageApproved'],
    read: ['/v1/base-images/next', { image: { status: 'approved', approved: { by: 'bob' } } }],
    wrong: { path: { version: 'none' }, code: 'ReferenceUnknown' },
  },
  {
    operation: 'withdrawBaseImage',
    path: { version: 'next' },
    as: 'alice',
    body: reason,
    events: ['BaseImageWithdrawn'],
    read: ['/v1/base-images/next', { image: { status: 'withdrawn', withdrawn: { by: 'alice', ...reason } } }],
    wrong: { path: { version: 'none' }, code: 'ReferenceUnknown' },
  },
];

const HOSTS: ReadonlyArray<Row> = [
  {
    operation: 'enrolHost',
    as: 'wendy',
    body: { id: 'h1', displayName: 'first', endorsementKey: A },
    events: ['HostEnrolled'],
    read: ['/v1/hosts/h1', { host: { id: 'h1', displayName: 'first', state: 'enrolled' } }],
    wrong: { body: { id: 'no/host' }, code: 'InvalidField' },
  },
  {
    operation: 'quarantineHost',
    path: { id: 'h1' },
    as: 'alice',
    body: reason,
    events: ['HostQuarantined'],
    read: ['/v1/hosts/h1', { host: { state: 'quarantined', quarantine: reason } }],
    wrong: { path: NOWHERE, code: 'HostNotEnrolled' },
  },
  {
    operation: 'releaseHost',
    path: { id: 'h1' },
    as: 'alice',
    body: reason,
    events: ['HostReleased'],
    read: ['/v1/hosts/h1', { host: { state: 'enrolled', quarantine: null } }],
    wrong: { path: NOWHERE, code: 'HostNotEnrolled' },
  },
  {
    operation: 'replaceEndorsementKey',
    path: { id: 'h1' },
    as: 'alice',
    body: { publicKeyDigest: B, ...reason },
    events: ['EndorsementKeyReplaced'],
    read: ['/v1/hosts/h1', { host: { endorsementKey: B, attestationKey: null } }],
    wrong: { body: { ...reason }, code: 'InvalidField' },
  },
];

const RETIREMENT: ReadonlyArray<Row> = [
  {
    operation: 'retireHost',
    path: { id: 'h1' },
    as: 'wendy',
    body: reason,
    events: ['HostRetired'],
    read: ['/v1/hosts/h1', { host: { state: 'retired', retired: reason } }],
    wrong: { path: NOWHERE, code: 'HostNotEnrolled' },
  },
];

const PROVIDER = '/v1/key-providers/hsm';
const hsm = { id: 'hsm' };

const PROVIDERS: ReadonlyArray<Row> = [
  {
    operation: 'createKeyProvider',
    as: 'kim',
    body: { ...hsm, kind: 'kmip', servers: [{ name: 'a', address: '127.0.0.1:9' }] },
    events: ['KeyProviderCreated'],
    read: [PROVIDER, { keyProvider: { provider: 'hsm', kind: 'kmip', health: 'NONE', removed: null } }],
    wrong: { body: { id: 'hsm', kind: 'paper' }, code: 'InvalidField' },
  },
  {
    operation: 'changeKeyProvider',
    path: hsm,
    as: 'kim',
    body: { description: 'of the basement', username: 'gate' },
    events: ['KeyProviderChanged'],
    read: [PROVIDER, { keyProvider: { settings: { description: 'of the basement', connectionTimeoutSeconds: 10 } } }],
    wrong: { path: NOWHERE, code: 'ProviderUnknown' },
  },
  {
    operation: 'addKeyServer',
    path: hsm,
    as: 'kim',
    body: { name: 'b', address: '127.0.0.1:10' },
    events: ['KeyServerAdded'],
    read: [PROVIDER, { keyProvider: { servers: [{ name: 'a' }, { name: 'b', address: '127.0.0.1:10' }] } }],
    wrong: { path: NOWHERE, code: 'ProviderUnknown' },
  },
  {
    operation: 'removeKeyServer',
    path: { ...hsm, name: 'b' },
    as: 'kim',
    body: reason,
    events: ['KeyServerRemoved'],
    read: [PROVIDER, { keyProvider: { servers: [{ name: 'a' }] } }],
    wrong: { path: { ...hsm, name: 'nobody' }, code: 'KeyServerUnknown' },
  },
  {
    operation: 'setKeyServerCredential',
    path: hsm,
    as: 'kim',
    body: { credential: Buffer.from('of the gate').toString('base64') },
    events: ['KeyServerCredentialSet'],
    read: [PROVIDER, { keyProvider: { credentialSet: { by: 'kim' } } }],
    wrong: { body: { credential: '' }, code: 'InvalidField' },
  },
  {
    operation: 'issueClientCertificate',
    path: hsm,
    as: 'kim',
    events: ['ClientCertificateIssued'],
    read: [
      PROVIDER,
      {
        keyProvider: { clientCertificate: { issued: { by: 'kim' } } },
        certificatePem: expect.stringContaining('BEGIN'),
      },
    ],
    wrong: { path: NOWHERE, code: 'ProviderUnknown' },
  },
  {
    operation: 'issueClientCsr',
    path: hsm,
    as: 'kim',
    events: ['ClientCsrIssued'],
    read: [PROVIDER, { requestPem: expect.stringContaining('BEGIN CERTIFICATE REQUEST') }],
    wrong: { path: NOWHERE, code: 'ProviderUnknown' },
  },
  {
    operation: 'trustPeerCertificates',
    path: hsm,
    as: 'kim',
    body: { certificates: [ca] },
    events: ['PeerCertificatesTrusted'],
    read: [PROVIDER, { keyProvider: { trustedPeers: [{ subject: expect.stringContaining('Every Command CA') }] } }],
    wrong: { body: { certificates: ['none'] }, code: 'InvalidField' },
  },
  {
    operation: 'observeKeyProvider',
    path: hsm,
    as: 'kim',
    events: ['ProviderHealthChanged'],
    read: [PROVIDER, { keyProvider: { health: 'ERROR', serverHealth: [{ server: 'a', health: 'ERROR' }] } }],
    wrong: { path: NOWHERE, code: 'ProviderUnknown' },
  },
  {
    operation: 'changePrimaryKey',
    path: hsm,
    as: 'kim',
    body: { primaryKey: 'primary-7' },
    events: ['PrimaryKeyChanged'],
    read: [PROVIDER, { keyProvider: { primaryKey: 'primary-7' } }],
    wrong: { body: { primaryKey: 'a', create: 'b' }, code: 'InvalidField' },
  },
  {
    operation: 'registerKey',
    as: 'kim',
    body: { id: A, provider: 'hsm', primaryKey: 'primary-7', ...reason },
    events: ['KeyRegistered'],
    read: [`/v1/keys/${A}`, { key: { provider: 'hsm', revoked: null } }],
    wrong: { body: { id: 'x', provider: 'hsm', primaryKey: 'primary-7', ...reason }, code: 'InvalidField' },
  },
  {
    operation: 'revokeKey',
    path: { id: A },
    as: 'kim',
    body: reason,
    events: ['KeyRevoked'],
    read: [`/v1/keys/${A}`, { key: { revoked: reason } }],
    wrong: { path: { id: B }, code: 'KeyUnknown' },
  },
  {
    operation: 'removeKeyProvider',
    path: hsm,
    as: 'kim',
    body: reason,
    events: ['KeyProviderRemoved'],
    read: [PROVIDER, { keyProvider: { removed: { by: 'kim', ...reason } } }],
    wrong: { path: NOWHERE, code: 'ProviderUnknown' },
  },
];

const PEOPLE: ReadonlyArray<Row> = [
  {
    operation: 'grantOperator',
    as: 'alice',
    body: { subject: 'zoe', role: 'auditor', tokenLifetimeSeconds: 3600 },
    events: ['OperatorGranted', 'OperatorTokenIssued'],
    read: [
      '/v1/operators',
      { operators: expect.arrayContaining([expect.objectContaining({ subject: 'zoe', role: 'auditor' })]) },
    ],
    wrong: { body: { subject: 'zoe', role: 'king' }, code: 'InvalidField' },
  },
  {
    operation: 'confirmOperator',
    path: { subject: 'zoe' },
    as: 'bob',
    body: {},
    events: ['OperatorConfirmed'],
    read: [
      '/v1/operators',
      { operators: expect.arrayContaining([expect.objectContaining({ subject: 'zoe', confirmed: true })]) },
    ],
    wrong: { path: { subject: 'nobody' }, code: 'OperatorUnknown' },
  },
  {
    operation: 'revokeTokens',
    path: { subject: 'zoe' },
    as: 'alice',
    body: reason,
    events: ['OperatorTokensRevoked'],
    read: [
      '/v1/operators',
      { operators: expect.arrayContaining([expect.objectContaining({ subject: 'zoe', token: null })]) },
    ],
    wrong: { path: { subject: 'nobody' }, code: 'OperatorUnknown' },
    forbidden: 'NotYourName',
  },
  {
    operation: 'withdrawOperator',
    path: { subject: 'zoe' },
    as: 'alice',
    body: reason,
    events: ['OperatorWithdrawn'],
    read: ['/v1/operators', { operators: expect.not.arrayContaining([expect.objectContaining({ subject: 'zoe' })]) }],
    wrong: { path: { subject: 'nobody' }, code: 'OperatorUnknown' },
  },
  {
    operation: 'trustPrincipal',
    as: 'alice',
    body: { name: 'vc-1', issuer: 'https://vc-1.example', holder: { kind: 'user', name: 'vpxd' }, chain: ca },
    events: ['PrincipalTrusted'],
    read: ['/v1/principals', { principals: [{ name: 'vc-1', status: 'trusted', tokens: null }] }],
    wrong: {
      body: { name: 'vc-1', issuer: 'x', holder: { kind: 'user', name: 'vpxd' }, chain: pemOf(new Uint8Array(8)) },
      code: 'CertificateUnreadable',
    },
  },
  {
    operation: 'replacePrincipalCertificates',
    path: { name: 'vc-1' },
    as: 'alice',
    body: { chain: otherCa, overlapSeconds: 60 },
    events: ['PrincipalCertificatesReplaced'],
    read: ['/v1/principals/vc-1', { principal: { replaced: { by: 'alice' } }, chain: otherCa }],
    wrong: { path: { name: 'nobody' }, code: 'PrincipalUnknown' },
  },
  {
    operation: 'removePrincipal',
    path: { name: 'vc-1' },
    as: 'alice',
    body: reason,
    events: ['PrincipalRemoved'],
    read: ['/v1/principals/vc-1', { principal: { status: 'removed', removed: { by: 'alice', ...reason } } }],
    wrong: { path: { name: 'nobody' }, code: 'PrincipalUnknown' },
  },
  {
    operation: 'trustTokenIssuer',
    path: { name: 'corp' },
    as: 'alice',
    body: { issuer: 'https://login.example', audience: 'sekisho', roles: [] },
    events: ['TokenIssuerTrusted'],
    read: ['/v1/token-issuers', { tokenIssuers: [{ name: 'corp', subjectClaim: 'sub', confirmedBy: null }] }],
    wrong: { body: { issuer: 'http://login.example', audience: 'sekisho', roles: [] }, code: 'InvalidField' },
  },
  {
    operation: 'confirmTokenIssuer',
    path: { name: 'corp' },
    as: 'bob',
    body: {},
    events: ['TokenIssuerConfirmed'],
    read: ['/v1/token-issuers', { tokenIssuers: [{ name: 'corp', confirmedBy: 'bob' }] }],
    wrong: { path: { name: 'nobody' }, code: 'TokenIssuerUnknown' },
  },
  {
    operation: 'removeTokenIssuer',
    path: { name: 'corp' },
    as: 'alice',
    body: reason,
    events: ['TokenIssuerRemoved'],
    read: ['/v1/token-issuers', { tokenIssuers: [{ name: 'corp', removed: { by: 'alice', ...reason } }] }],
    wrong: { path: { name: 'nobody' }, code: 'TokenIssuerUnknown' },
  },
  {
    operation: 'bindClientCertificate',
    as: 'alice',
    body: { subject: 'alice', certificate: ca },
    events: ['ClientCertificateBound'],
    read: ['/v1/client-certificates', { clientCertificates: [{ subject: 'alice', certificate: { by: 'key' } }] }],
    wrong: { body: { subject: 'bob', certificate: ca }, code: 'NotYourName' },
    forbidden: 'NotYourName',
  },
  {
    operation: 'changeApprovalPolicy',
    as: 'alice',
    body: { operations: ['changePolicy'], lifetimeSeconds: 3600 },
    events: ['ApprovalPolicyChanged'],
    read: ['/v1/approvals', { policy: { operations: ['changePolicy'], lifetimeSeconds: 3600 } }],
    wrong: { body: { operations: ['withdrawBaseImage'], lifetimeSeconds: 3600 }, code: 'InvalidField' },
  },
];

const EAST = { id: 'east' };
const GATE = { id: 'gate' };
const JUDGE = { kind: 'attestation', hostname: 'gate.example', port: 8750, group: 'main' };
const FILE = { type: 'sekisho-services', v: 1, authority: 'theirs', cluster: 'gate' };

const CLUSTERS: ReadonlyArray<Row> = [
  {
    operation: 'registerCluster',
    as: 'alice',
    body: { ...EAST, kind: 'trusted', site: 'here' },
    events: ['ClusterRegistered'],
    read: ['/v1/clusters/east', { cluster: { ...EAST, kind: 'trusted', status: 'disabled', site: 'here' } }],
    wrong: { body: { ...EAST, kind: 'both' }, code: 'InvalidField' },
  },
  {
    operation: 'enableCluster',
    path: EAST,
    as: 'alice',
    body: reason,
    events: ['ClusterEnabled'],
    read: ['/v1/clusters/east', { cluster: { status: 'enabled', served: true, changed: { by: 'alice', ...reason } } }],
    wrong: { path: NOWHERE, code: 'ClusterUnknown' },
  },
  {
    operation: 'changeCluster',
    path: EAST,
    as: 'alice',
    body: { displayName: 'East', site: 'there' },
    events: ['ClusterDescriptionChanged'],
    read: ['/v1/clusters/east', { cluster: { displayName: 'East', site: 'there', status: 'enabled' } }],
    wrong: { body: {}, code: 'ClusterUnchanged' },
  },
  {
    operation: 'addClusterHost',
    path: EAST,
    as: 'alice',
    body: { host: 'h1' },
    events: ['HostJoined'],
    read: ['/v1/clusters/east', { cluster: { hosts: 1 }, hosts: [{ host: 'h1', joined: { by: 'alice' } }] }],
    wrong: { body: { host: 'h9' }, code: 'HostNotEnrolled' },
  },
  {
    operation: 'registerCluster',
    as: 'alice',
    body: { ...GATE, kind: 'authority' },
    events: ['ClusterRegistered'],
    read: ['/v1/clusters/gate', { cluster: { ...GATE, kind: 'authority', served: false } }],
    wrong: { body: { ...EAST, kind: 'authority' }, code: 'ClusterOfOtherKind' },
  },
  {
    operation: 'enableCluster',
    path: GATE,
    as: 'alice',
    body: reason,
    events: ['ClusterEnabled'],
    read: ['/v1/clusters/gate', { cluster: { status: 'enabled', served: false } }],
    wrong: { body: {}, code: 'InvalidField' },
  },
  {
    operation: 'advertiseService',
    path: GATE,
    as: 'alice',
    body: { ...JUDGE, trustedCa: [ca] },
    events: ['AuthorityServiceAdvertised'],
    read: ['/v1/topology', { authorities: [{ ...GATE, services: [JUDGE] }] }],
    wrong: { path: EAST, code: 'ClusterOfOtherKind' },
  },
  {
    operation: 'attachServices',
    path: EAST,
    as: 'alice',
    body: { from: 'gate' },
    events: ['ServicesAttached'],
    read: ['/v1/clusters/east/drift', { desired: { from: 'gate', services: [JUDGE] } }],
    wrong: { body: { from: 'east' }, code: 'ClusterOfOtherKind' },
  },
  {
    operation: 'relayAppliedConfig',
    path: { id: 'h1' },
    as: 'wendy',
    body: { services: [] },
    events: ['AppliedConfigObserved'],
    read: ['/v1/clusters/east/drift', { health: 'ERROR', hosts: [{ host: 'h1', by: 'relayed' }] }],
    wrong: { body: { services: [{ ...JUDGE, trustedCa: [], port: 0 }] }, code: 'InvalidField' },
  },
  {
    operation: 'remediateCluster',
    path: EAST,
    as: 'alice',
    body: { seconds: 60 },
    events: ['RemediationStarted'],
    read: [
      '/v1/clusters/east/history',
      { events: expect.arrayContaining([expect.objectContaining({ type: 'RemediationStarted' })]) },
    ],
    wrong: { path: NOWHERE, code: 'ClusterUnknown' },
  },
  {
    operation: 'detachServices',
    path: EAST,
    as: 'alice',
    body: reason,
    events: ['ServicesDetached'],
    read: ['/v1/clusters/east/drift', { desired: null }],
    wrong: { path: NOWHERE, code: 'ClusterUnknown' },
  },
  {
    operation: 'importServices',
    path: EAST,
    as: 'alice',
    body: { ...FILE, services: [{ ...JUDGE, trustedCa: [ca] }] },
    events: ['ServicesAttached'],
    read: ['/v1/clusters/east/drift', { desired: { from: null, services: [JUDGE] } }],
    wrong: { body: { ...FILE, services: [] }, code: 'NoServices' },
  },
  {
    operation: 'withdrawService',
    path: GATE,
    as: 'alice',
    body: { kind: JUDGE.kind, hostname: JUDGE.hostname, port: JUDGE.port, ...reason, whileUsed: true },
    events: ['AuthorityServiceWithdrawn'],
    read: ['/v1/topology', { authorities: [{ ...GATE, services: [] }] }],
    wrong: { body: { kind: JUDGE.kind, hostname: JUDGE.hostname, port: JUDGE.port, ...reason }, code: 'ServiceInUse' },
  },
  {
    operation: 'removeClusterHost',
    path: { ...EAST, host: 'h1' },
    as: 'wendy',
    body: reason,
    events: ['HostLeft'],
    read: ['/v1/hosts/h1/cluster', { cluster: null }],
    wrong: { path: { ...EAST, host: 'h9' }, code: 'HostNotEnrolled' },
  },
  {
    operation: 'changeGuardPolicy',
    as: 'alice',
    body: { record: 'all', ...reason },
    events: ['GuardPolicyChanged'],
    read: ['/v1/guard/policy', { record: 'all', changed: { by: 'alice', ...reason } }],
    wrong: { body: { record: 'some', ...reason }, code: 'InvalidField' },
  },
  {
    operation: 'disableCluster',
    path: EAST,
    as: 'bob',
    body: reason,
    events: ['ClusterDisabled'],
    read: ['/v1/clusters/east', { cluster: { status: 'disabled', served: false, changed: { by: 'bob', ...reason } } }],
    wrong: { path: NOWHERE, code: 'ClusterUnknown' },
  },
  {
    operation: 'decommissionCluster',
    path: EAST,
    as: 'alice',
    body: reason,
    events: ['ClusterDecommissioned'],
    read: ['/v1/clusters/east', { cluster: { status: 'decommissioned', changed: { by: 'alice', ...reason } } }],
    wrong: { path: NOWHERE, code: 'ClusterUnknown' },
  },
];

const VCENTER = { id: 'vc-east' };
const OBSERVATION = {
  instance: 'i1',
  product: 'VMware vCenter Server',
  clusters: [{ key: 'domain-c1', name: 'East' }],
  hosts: [{ key: 'host-1', name: 'h1', uuid: null, cluster: 'domain-c1', tpm: '2.0', verdict: 'accepted' }],
};

const INVENTORIES: ReadonlyArray<Row> = [
  {
    operation: 'observeInventory',
    path: VCENTER,
    as: 'wendy',
    body: OBSERVATION,
    events: ['InventoryIntroduced', 'InventoryClusterSeen', 'InventoryHostSeen'],
    read: [
      '/v1/inventories/vc-east',
      {
        inventory: { ...VCENTER, server: { instance: 'i1' }, hosts: 1, blind: null },
        hosts: [{ name: 'h1', cluster: 'East', tpm: '2.0' }],
        findings: [{ code: 'OtherCluster', host: 'h1', there: 'East', here: null }],
      },
    ],
    wrong: { body: { ...OBSERVATION, clusters: [] }, code: 'InventoryContradictory' },
  },
  {
    operation: 'reportBlindInventory',
    path: VCENTER,
    as: 'wendy',
    body: { reason: 'Unreachable', since: '2026-12-01T00:00:00.000Z' },
    events: ['InventoryBlind'],
    read: ['/v1/inventories', { inventories: [{ ...VCENTER, blind: { reason: 'Unreachable', by: 'wendy' } }] }],
    wrong: { body: { reason: 'said the server', since: '2026-12-01T00:00:00.000Z' }, code: 'InvalidField' },
  },
];

const ROWS = [...REFERENCE, ...HOSTS, ...INVENTORIES, ...CLUSTERS, ...RETIREMENT, ...PROVIDERS, ...PEOPLE];

let authority: HttpAuthority;
let served: ReadonlyMap<string, { readonly method: 'POST' | 'PUT' | 'DELETE'; readonly path: string }>;

beforeAll(async () => {
  authority = await openHttpAuthority();
  const { paths } = (await authority.ask('GET', '/v1/openapi.json')).json();
  served = new Map(
    Object.entries<Record<string, { operationId: string }>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [
        operationId,
        { method: method.toUpperCase() as 'POST', path },
      ]),
    ),
  );
});
afterAll(async () => {
  await authority.close();
  rmSync(dirname(authority.dir), { recursive: true, force: true });
});

const send = ({ operation, path = {}, body, headers }: Row, as: Person) => {
  const route = served.get(operation);
  if (route === undefined) throw new Error(`${operation} is not served`);
  const url = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? '?'));
  return authority.ask(route.method, url, { as, body, ...(headers === undefined ? {} : { headers }) });
};

describe('every command over HTTP', () => {
  it.each(ROWS.map((row) => [row.operation, row] as const))(
    '%s: asks who comes, refuses what makes no sense, records what it did and shows it',
    async (_, row) => {
      const before = await authority.size();
      const forbidden = await send(row, 'arthur');
      expect([forbidden.statusCode, forbidden.json().code]).toEqual([403, row.forbidden ?? 'RoleNotAllowed']);
      const { code, ...change } = row.wrong;
      const refused = await send({ ...row, ...change }, row.as);
      expect([refused.json().code, refused.statusCode >= 400 && refused.statusCode < 500]).toEqual([code, true]);
      expect(await authority.size()).toBe(before);

      const reply = await send(row, row.as);
      expect([reply.statusCode, reply.json()]).toMatchObject([200, { events: row.events.map((type) => ({ type })) }]);
      const [path, shows] = row.read;
      expect((await authority.ask('GET', path, { as: row.as })).json()).toMatchObject(shows as object);
      const then = await authority.ask('GET', `${path}?index=${String(before - 1)}`, { as: row.as });
      expect([then.statusCode === 200 ? then.json() : {}]).not.toMatchObject([shows as object]);
    },
  );
});
