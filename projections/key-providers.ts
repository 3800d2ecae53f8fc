import type { LedgerEvent } from '../domain/catalogue.js';
import type { ProviderEvent } from '../domain/key-provider/events.js';
import { providerOfStream } from '../domain/key-provider/provider-id.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import type { EndedPrimaryKeyRow, KeyProviderRow } from './key-provider-row.js';
import { NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';

type Of<T extends ProviderEvent['type']> = Recorded<Extract<ProviderEvent, { readonly type: T }>>;

const newRow = (recorded: Of<'KeyProviderCreated'>, provider: string): KeyProviderRow => {
  const act = actOf(recorded);
  return {
    provider,
    ...recorded.event.data,
    primaryKeyChanged: recorded.event.data.primaryKey === null ? null : act,
    formerPrimaryKeys: [],
    endedPrimaryKeys: [],
    clientCertificate: null,
    request: null,
    trustedPeers: [],
    peersTrusted: null,
    credentialSet: null,
    health: 'NONE',
    healthSince: recorded.recordedAt,
    serverHealth: [],
    created: act,
    changed: act,
    removed: null,
  };
};

const withCertificate = (
  row: KeyProviderRow,
  recorded: Of<'ClientCertificateIssued' | 'ClientCertificateReplaced'>,
): KeyProviderRow => {
  const { certificate, key, subject, notBefore, notAfter } = recorded.event.data;
  return {
    ...row,
    clientCertificate: { certificate, key, subject, notBefore, notAfter, issued: actOf(recorded) },
    request: row.request?.key === key ? null : row.request,
  };
};

const withPrimaryKey = (row: KeyProviderRow, recorded: Of<'PrimaryKeyChanged'>): KeyProviderRow => ({
  ...row,
  primaryKey: recorded.event.data.new,
  primaryKeyChanged: actOf(recorded),
  formerPrimaryKeys: [...row.formerPrimaryKeys, ...(row.primaryKey === null ? [] : [row.primaryKey])],
});

const endedAs = (
  before: EndedPrimaryKeyRow,
  recorded: Of<'PrimaryKeyRevoked' | 'PrimaryKeyDestructionOrdered' | 'PrimaryKeyEndConfirmed'>,
): EndedPrimaryKeyRow => {
  const { event } = recorded;
  const act = actOf(recorded);
  switch (event.type) {
    case 'PrimaryKeyRevoked': {
      const { compromised, reason } = event.data;
      return { ...before, end: compromised ? 'compromised' : 'revoked', revoked: { ...act, reason }, confirmed: null };
    }
    case 'PrimaryKeyDestructionOrdered': {
      const { keysInUse, reason } = event.data;
      return { ...before, end: 'destroyed', destroyed: { ...act, reason, keysInUse }, confirmed: null };
    }
    case 'PrimaryKeyEndConfirmed':
      return { ...before, confirmed: act };
  }
};

const withEnding = (row: KeyProviderRow, recorded: Parameters<typeof endedAs>[1]): KeyProviderRow => {
  const { primaryKey } = recorded.event.data;
  const isThis = (each: EndedPrimaryKeyRow): boolean => each.primaryKey === primaryKey;
  const fresh: EndedPrimaryKeyRow = { primaryKey, end: 'revoked', revoked: null, destroyed: null, confirmed: null };
  const ended = endedAs(row.endedPrimaryKeys.find(isThis) ?? fresh, recorded);
  return { ...row, endedPrimaryKeys: [...row.endedPrimaryKeys.filter((each) => !isThis(each)), ended] };
};

const withHealth = (row: KeyProviderRow, { event, recordedAt }: Of<'ProviderHealthChanged'>): KeyProviderRow => ({
  ...row,
  health: event.data.new,
  healthSince: event.data.new === row.health ? row.healthSince : recordedAt,
  serverHealth: event.data.servers,
});

const evolveRow = (row: KeyProviderRow, recorded: Recorded<ProviderEvent>): KeyProviderRow => {
  const { event } = recorded;
  const act = actOf(recorded);
  switch (event.type) {
    case 'KeyProviderCreated':
      return row;
    case 'KeyProviderChanged':
      return { ...row, settings: event.data.new, changed: act };
    case 'KeyProviderRemoved':
      return { ...row, removed: { ...act, reason: event.data.reason } };
    case 'KeyServerAdded':
      return { ...row, servers: [...row.servers, event.data], changed: act };
    case 'KeyServerRemoved':
      return { ...row, servers: row.servers.filter(({ name }) => name !== event.data.name), changed: act };
    case 'PrimaryKeyChanged':
      return withPrimaryKey(row, { ...recorded, event });
    case 'PrimaryKeyRevoked':
    case 'PrimaryKeyDestructionOrdered':
    case 'PrimaryKeyEndConfirmed':
      return withEnding(row, { ...recorded, event });
    case 'ClientCertificateIssued':
    case 'ClientCertificateReplaced':
      return withCertificate(row, { ...recorded, event });
    case 'ClientCsrIssued':
      return { ...row, request: { ...event.data, issued: act } };
    case 'PeerCertificatesTrusted':
      return { ...row, trustedPeers: event.data.certificates, peersTrusted: act };
    case 'KeyServerCredentialSet':
      return { ...row, credentialSet: act };
    case 'ProviderHealthChanged':
      return withHealth(row, { ...recorded, event });
  }
};

/** Key providers with their servers, certificates and health. */
export const keyProviders: Projection<KeyProviderRow, LedgerEvent> = {
  name: 'key-providers',
  version: 2,
  evolve: (rows, recorded) => {
    const provider = providerOfStream(recorded.stream);
    if (provider === undefined) return NOTHING;
    const { event } = recorded as Recorded<ProviderEvent>;
    const row = rows.get(provider);
    if (row !== undefined) return [[provider, evolveRow(row, { ...recorded, event })]];
    return event.type === 'KeyProviderCreated' ? [[provider, newRow({ ...recorded, event }, provider)]] : NOTHING;
  },
};
