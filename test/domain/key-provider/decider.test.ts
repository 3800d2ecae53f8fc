import { describe, it } from 'vitest';
import type { ProviderCommand } from '../../../domain/key-provider/commands.js';
import { providerDecider } from '../../../domain/key-provider/decider.js';
import type { ProviderEvent, ServerHealth } from '../../../domain/key-provider/events.js';
import { DEFAULT_PROVIDER_SETTINGS, type ProviderSettings } from '../../../domain/key-provider/settings.js';
import type { Actor, Role } from '../../../domain/ledger/envelope.js';
import { given as givenFor } from '../../support/decider.js';

const given = givenFor(providerDecider);
const by: Actor = { subject: 'kim', role: 'key-administrator' };
const AUTHORITY: Actor = { subject: 'authority', role: 'authority' };
const settings = DEFAULT_PROVIDER_SETTINGS;
const [a, b] = [
  { name: 'a', address: 'kms-a.example:5696' },
  { name: 'b', address: '[2001:db8::2]:5696' },
];
const digest = (letter: string): string => letter.repeat(64);

type Servers = Extract<ProviderEvent, { type: 'KeyProviderCreated' }>['data']['servers'];
const software: ProviderEvent = {
  type: 'KeyProviderCreated',
  data: { kind: 'software', settings, servers: [], primaryKey: null },
};
const kmip = (servers: Servers = [a]): ProviderEvent => ({
  type: 'KeyProviderCreated',
  data: { kind: 'kmip', settings, servers, primaryKey: null },
});
const removed: ProviderEvent = { type: 'KeyProviderRemoved', data: { reason: 'r' } };
const wraps = (primaryKey: string, old: string | null = null): ProviderEvent => ({
  type: 'PrimaryKeyChanged',
  data: { old, new: primaryKey },
});
const create = (
  kind: 'software' | 'kmip',
  servers: Servers,
  given: Partial<ProviderSettings> = {},
): ProviderCommand => ({
  type: 'CreateKeyProvider',
  by,
  kind,
  settings: { ...settings, ...given },
  servers,
  primaryKey: undefined,
});
const certified = {
  certificate: digest('c'),
  key: digest('d'),
  subject: 'CN=sekisho',
  notBefore: '2026-01-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
};

/** One of each verb that an active provider takes. */
const VERBS: ReadonlyArray<ProviderCommand> = [
  { type: 'ChangeKeyProvider', by, settings },
  { type: 'RemoveKeyProvider', by, reason: 'r' },
  { type: 'AddKeyServer', by, server: b },
  { type: 'RemoveKeyServer', by, name: 'a', reason: 'r' },
  { type: 'ChangePrimaryKey', by, primaryKey: '1' },
  { type: 'RevokePrimaryKey', by, primaryKey: '1', compromised: false, reason: 'r' },
  { type: 'DestroyPrimaryKey', by, primaryKey: '1', force: false, reason: 'r', keysInUse: 0, countedAt: 9 },
  { type: 'ConfirmPrimaryKeyEnd', by: AUTHORITY, primaryKey: '1', end: 'revoked' },
  { type: 'IssueClientCertificate', by, ...certified },
  { type: 'IssueClientCsr', by, request: digest('e'), key: digest('d'), subject: 'CN=sekisho' },
  { type: 'ReplaceClientCertificate', by, ...certified, withKey: true },
  { type: 'TrustPeerCertificates', by, certificates: [] },
  { type: 'SetKeyServerCredential', by, credential: '9f1c1b1e-5d9b-4a53-8f7e-0f7e0b7d5f10' },
  { type: 'RecordHealth', by: AUTHORITY, health: 'OK', servers: [] },
];
const FINDINGS = new Set(['RecordHealth', 'ConfirmPrimaryKeyEnd']);
const KMIP_ONLY = new Set([
  'AddKeyServer',
  'RemoveKeyServer',
  'IssueClientCertificate',
  'IssueClientCsr',
  'ReplaceClientCertificate',
  'TrustPeerCertificates',
  'SetKeyServerCredential',
]);

describe('a key provider', () => {
  it('is created once, and its name is never used again', () => {
    given().when(create('software', [])).then(software);
    given()
      .when(create('kmip', [a, b]))
      .then(kmip([a, b]));
    given(software).when(create('software', [])).thenRejected({ _tag: 'ProviderExists' });
    given(software, removed).when(create('software', [])).thenRejected({ _tag: 'ProviderRemoved' });
  });

  it.each(VERBS)('takes no $type before it is created, nor after it was removed', (verb) => {
    given().when(verb).thenRejected({ _tag: 'ProviderUnknown' });
    given(kmip(), removed).when(verb).thenRejected({ _tag: 'ProviderRemoved' });
  });

  it.each(VERBS.filter(({ type }) => KMIP_ONLY.has(type)))('takes no $type where there are no key servers', (verb) => {
    given(software).when(verb).thenRejected({ _tag: 'NotOfThisKind', kind: 'software' });
  });

  it.each(VERBS.filter(({ type }) => !FINDINGS.has(type)))('takes $type from nobody without ManageKMSTrust', (verb) => {
    for (const role of ['workload-administrator', 'auditor'] satisfies ReadonlyArray<Role>) {
      given(kmip(), wraps('1'))
        .when({ ...verb, by: { subject: 'eve', role } })
        .thenRejected({ _tag: 'PermissionRequired', permission: 'ManageKMSTrust', role });
    }
  });

  it.each(VERBS.filter(({ type }) => FINDINGS.has(type)))('takes $type from no operator at all', (verb) => {
    for (const role of ['trust-administrator', 'key-administrator'] satisfies ReadonlyArray<Role>) {
      given(kmip(), wraps('1'))
        .when({ ...verb, by: { subject: 'alice', role } })
        .thenRejected({ _tag: 'PermissionRequired', role });
    }
  });

  const fit = [
    ['servers', create('kmip', [])],
    ['servers', create('software', [a])],
    ['servers', create('kmip', [a, { ...b, name: 'a' }])],
    ['servers', create('kmip', [a, { ...a, name: 'b' }])],
    [
      'servers',
      create(
        'kmip',
        Array.from({ length: 17 }, (_, i) => ({ name: String(i), address: `h${String(i)}:1` })),
      ),
    ],
    ['servers.address', create('kmip', [{ name: 'a', address: 'kms-a' }])],
    ['servers.address', create('kmip', [{ name: 'a', address: 'kms-a:65536' }])],
    ['servers.address', create('kmip', [{ name: 'a', address: 'https://kms-a:1' }])],
    ['proxy', create('kmip', [a], { proxy: 'proxy' })],
    ['proxy', create('software', [], { proxy: 'proxy:3128' })],
    ['username', create('software', [], { username: 'sekisho' })],
    ['connectionTimeoutSeconds', create('kmip', [a], { connectionTimeoutSeconds: 0 })],
    ['connectionTimeoutSeconds', create('kmip', [a], { connectionTimeoutSeconds: 301 })],
    ['release.tokenUses', create('kmip', [a], { release: { ...settings.release, tokenUses: 0 } })],
  ] as const;
  it.each(fit)('names the setting that breaks its rule: %s (%#)', (field, command) => {
    given().when(command).thenRejected({ _tag: 'ProviderSettingsUnfit', field });
  });

  it('records both settings whole, and nothing when nothing changed', () => {
    const changed = { ...settings, description: 'rack 4' };
    given(software)
      .when({ type: 'ChangeKeyProvider', by, settings: changed })
      .then({ type: 'KeyProviderChanged', data: { old: settings, new: changed } });
    given(software).when({ type: 'ChangeKeyProvider', by, settings }).then();
    given(software)
      .when({ type: 'ChangeKeyProvider', by, settings: { ...settings, proxy: 'p:1' } })
      .thenRejected({ _tag: 'ProviderSettingsUnfit', field: 'proxy' });
  });

  it('keeps its last key server, and no two of one name or address', () => {
    const gone: ProviderEvent = { type: 'KeyServerRemoved', data: { name: 'a', reason: 'r' } };
    given(kmip([a, b]))
      .when({ type: 'RemoveKeyServer', by, name: 'a', reason: 'r' })
      .then(gone);
    given(kmip([a, b]), gone)
      .when({ type: 'RemoveKeyServer', by, name: 'b', reason: 'r' })
      .thenRejected({ _tag: 'LastKeyServer', name: 'b' });
    given(kmip([a]))
      .when({ type: 'RemoveKeyServer', by, name: 'z', reason: 'r' })
      .thenRejected({ _tag: 'KeyServerUnknown', name: 'z' });
    for (const server of [
      { name: 'a', address: 'other:1' },
      { name: 'z', address: a.address },
    ]) {
      given(kmip([a]))
        .when({ type: 'AddKeyServer', by, server })
        .thenRejected({ _tag: 'KeyServerExists', name: 'a' });
    }
  });

  it('takes a certificate of the requested key, of the current one, or with its key, and of no other', () => {
    const { certificate, key, subject, notBefore, notAfter } = certified;
    const requested: ProviderEvent = { type: 'ClientCsrIssued', data: { request: digest('e'), key, subject } };
    const replaced = (withKey: boolean): ProviderEvent => ({
      type: 'ClientCertificateReplaced',
      data: { certificate, key, subject, notBefore, notAfter, withKey },
    });
    const replace = (withKey: boolean): ProviderCommand => ({
      type: 'ReplaceClientCertificate',
      by,
      ...certified,
      withKey,
    });
    given(kmip()).when(replace(false)).thenRejected({ _tag: 'ClientKeyUnknown' });
    given(kmip()).when(replace(true)).then(replaced(true));
    given(kmip(), requested).when(replace(false)).then(replaced(false));
    given(kmip(), requested, replaced(false)).when(replace(false)).then(replaced(false));
  });

  it('records health and trusted certificates only when they changed', () => {
    const servers: ReadonlyArray<ServerHealth> = [
      { server: 'a', health: 'OK', clientTrustsServer: true, serverTrustsClient: true, faults: [] },
    ];
    const well: ProviderEvent = { type: 'ProviderHealthChanged', data: { old: 'NONE', new: 'OK', servers } };
    const record: ProviderCommand = { type: 'RecordHealth', by: AUTHORITY, health: 'OK', servers };
    given(kmip()).when(record).then(well);
    given(kmip(), well).when(record).then();
    const certificates = [{ sha256: digest('f'), subject: 'CN=a', notAfter: '2027-01-01T00:00:00.000Z' }];
    const trusted: ProviderEvent = { type: 'PeerCertificatesTrusted', data: { certificates } };
    given(kmip()).when({ type: 'TrustPeerCertificates', by, certificates }).then(trusted);
    given(kmip(), trusted).when({ type: 'TrustPeerCertificates', by, certificates }).then();
  });
});

describe('a primary key', () => {
  const revoke = (compromised = false, primaryKey = '1'): ProviderCommand => ({
    type: 'RevokePrimaryKey',
    by,
    primaryKey,
    compromised,
    reason: 'r',
  });
  const destroy = (more: Partial<Extract<ProviderCommand, { type: 'DestroyPrimaryKey' }>> = {}): ProviderCommand => ({
    type: 'DestroyPrimaryKey',
    by,
    primaryKey: '1',
    force: false,
    reason: 'r',
    keysInUse: 0,
    countedAt: 9,
    ...more,
  });
  const revoked = (compromised = false): ProviderEvent => ({
    type: 'PrimaryKeyRevoked',
    data: { primaryKey: '1', compromised, reason: 'r' },
  });
  const ordered = (keysInUse = 0, forced = false): ProviderEvent => ({
    type: 'PrimaryKeyDestructionOrdered',
    data: { primaryKey: '1', keysInUse, countedAt: 9, forced, reason: 'r' },
  });
  const confirmed = (end: 'revoked' | 'compromised' | 'destroyed'): ProviderEvent => ({
    type: 'PrimaryKeyEndConfirmed',
    data: { primaryKey: '1', end },
  });
  const confirm = (end: 'revoked' | 'compromised' | 'destroyed'): ProviderCommand => ({
    type: 'ConfirmPrimaryKeyEnd',
    by: AUTHORITY,
    primaryKey: '1',
    end,
  });
  const twoKeys = [software, wraps('1'), wraps('2', '1')];

  it('is changed for another one, which is not the same and was not revoked', () => {
    given(software).when({ type: 'ChangePrimaryKey', by, primaryKey: '1' }).then(wraps('1'));
    given(software, wraps('1')).when({ type: 'ChangePrimaryKey', by, primaryKey: '2' }).then(wraps('2', '1'));
    given(software, wraps('1'))
      .when({ type: 'ChangePrimaryKey', by, primaryKey: '1' })
      .thenRejected({ _tag: 'PrimaryKeyUnchanged', primaryKey: '1' });
    given(...twoKeys, revoked())
      .when({ type: 'ChangePrimaryKey', by, primaryKey: '1' })
      .thenRejected({ _tag: 'PrimaryKeyUnusable', primaryKeyId: '1', rule: 'is revoked' });
  });

  it('is revoked at once, the current one too, and then only said to be worse', () => {
    given(software, wraps('1')).when(revoke()).then(revoked());
    given(...twoKeys)
      .when(revoke())
      .then(revoked());
    given(...twoKeys, revoked())
      .when(revoke())
      .then();
    given(...twoKeys, revoked())
      .when(revoke(true))
      .then(revoked(true));
    given(...twoKeys, revoked(true))
      .when(revoke())
      .then();
    given(...twoKeys, revoked(), ordered())
      .when(revoke())
      .thenRejected({ _tag: 'PrimaryKeyUnusable', primaryKeyId: '1', rule: 'is destroyed' });
  });

  it("must have been the provider's to be revoked or destroyed", () => {
    given(software, wraps('1')).when(revoke(false, '7')).thenRejected({ _tag: 'PrimaryKeyUnknown', primaryKeyId: '7' });
    given(software, wraps('1'))
      .when(destroy({ primaryKey: '7' }))
      .thenRejected({ _tag: 'PrimaryKeyUnknown', primaryKeyId: '7' });
  });

  it('is destroyed only after it was revoked, once', () => {
    given(...twoKeys)
      .when(destroy())
      .thenRejected({ _tag: 'PrimaryKeyUnusable', rule: 'must be revoked before it is destroyed' });
    given(...twoKeys, revoked())
      .when(destroy())
      .then(ordered());
    given(...twoKeys, revoked(), ordered())
      .when(destroy())
      .then();
  });

  it('is not destroyed while keys depend on it or new ones are wrapped by it, unless forced', () => {
    given(...twoKeys, revoked())
      .when(destroy({ keysInUse: 3 }))
      .thenRejected({ _tag: 'PrimaryKeyInUse', primaryKey: '1', keys: 3, isCurrent: false });
    given(...twoKeys, revoked())
      .when(destroy({ keysInUse: 3, force: true }))
      .then(ordered(3, true));
    given(software, wraps('1'), revoked())
      .when(destroy())
      .thenRejected({ _tag: 'PrimaryKeyInUse', primaryKey: '1', keys: 0, isCurrent: true });
    given(software, wraps('1'), revoked())
      .when(destroy({ force: true }))
      .then(ordered(0, true));
    // Force that was not needed is none.
    given(...twoKeys, revoked())
      .when(destroy({ force: true }))
      .then(ordered(0, false));
  });

  it('is not destroyed by a count from before it was revoked', () => {
    given(...twoKeys, revoked())
      .when(destroy({ countedAt: 2 }))
      .thenRejected({ _tag: 'PrimaryKeyUnusable', primaryKeyId: '1' });
  });

  it('is confirmed to have ended as it was ordered, once', () => {
    given(...twoKeys)
      .when(confirm('revoked'))
      .then();
    given(...twoKeys, revoked())
      .when(confirm('revoked'))
      .then(confirmed('revoked'));
    given(...twoKeys, revoked())
      .when(confirm('destroyed'))
      .then();
    given(...twoKeys, revoked(), ordered())
      .when(confirm('revoked'))
      .then();
    given(...twoKeys, revoked(), confirmed('revoked'))
      .when(confirm('revoked'))
      .then();
    given(...twoKeys, revoked(), confirmed('revoked'), ordered())
      .when(confirm('destroyed'))
      .then(confirmed('destroyed'));
  });
});
