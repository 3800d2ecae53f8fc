import type { Recorded } from '../ledger/envelope.js';
import { type EndedPrimaryKeys, withEnding } from './ended-primary-keys.js';
import type { ProviderEvent, ServerHealth, TrustedPeer } from './events.js';
import type { Health } from './key-servers.js';
import { DEFAULT_PROVIDER_SETTINGS, type KeyServer, type ProviderKind, type ProviderSettings } from './settings.js';

/** A certificate and the public key that its private key is known by in the vault. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly notAfter: string;
}

/** A key provider as decisions need it. */
export interface ProviderState {
  readonly status: 'unknown' | 'active' | 'removed';
  readonly kind: ProviderKind;
  readonly settings: ProviderSettings;
  readonly servers: ReadonlyArray<KeyServer>;
  readonly primaryKey: string | undefined;
  /** All that it ever wrapped with, the current one too. */
  readonly primaryKeys: ReadonlyArray<string>;
  /** Those that wrap and unwrap nothing any more; the current one may be among them. */
  readonly endedPrimaryKeys: EndedPrimaryKeys;
  readonly clientCertificate: ClientCertificate | undefined;
  /** Public key of the newest request that no certificate came for yet. */
  readonly requested: string | undefined;
  readonly trustedPeers: ReadonlyArray<TrustedPeer>;
  readonly credential: string | undefined;
  readonly health: Health;
  readonly serverHealth: ReadonlyArray<ServerHealth>;
  /** Revision of the last event that changed how key servers are spoken to. */
  readonly connectionRevision: number;
}

export const unknownProvider: ProviderState = {
  status: 'unknown',
  kind: 'software',
  settings: DEFAULT_PROVIDER_SETTINGS,
  servers: [],
  primaryKey: undefined,
  primaryKeys: [],
  endedPrimaryKeys: new Map(),
  clientCertificate: undefined,
  requested: undefined,
  trustedPeers: [],
  credential: undefined,
  health: 'NONE',
  serverHealth: [],
  connectionRevision: -1,
};

type Of<T extends ProviderEvent['type']> = Extract<ProviderEvent, { readonly type: T }>;

const withCertificate = (
  state: ProviderState,
  { data }: Of<'ClientCertificateIssued' | 'ClientCertificateReplaced'>,
): ProviderState => ({
  ...state,
  clientCertificate: { certificate: data.certificate, key: data.key, notAfter: data.notAfter },
  requested: state.requested === data.key ? undefined : state.requested,
});

const withPrimaryKey = (state: ProviderState, primaryKey: string): ProviderState => ({
  ...state,
  primaryKey,
  primaryKeys: [...state.primaryKeys.filter((each) => each !== primaryKey), primaryKey],
});

const evolveEvent = (state: ProviderState, { event, index }: Recorded<ProviderEvent>): ProviderState => {
  switch (event.type) {
    case 'KeyProviderCreated': {
      const { kind, settings, servers, primaryKey } = event.data;
      const fresh: ProviderState = { ...unknownProvider, status: 'active', kind, settings, servers };
      return primaryKey === null ? fresh : withPrimaryKey(fresh, primaryKey);
    }
    case 'KeyProviderChanged':
      return { ...state, settings: event.data.new };
    case 'KeyProviderRemoved':
      return { ...state, status: 'removed' };
    case 'KeyServerAdded':
      return { ...state, servers: [...state.servers, event.data] };
    case 'KeyServerRemoved':
      return { ...state, servers: state.servers.filter(({ name }) => name !== event.data.name) };
    case 'PrimaryKeyChanged':
      return withPrimaryKey(state, event.data.new);
    case 'PrimaryKeyRevoked':
    case 'PrimaryKeyDestructionOrdered':
    case 'PrimaryKeyEndConfirmed':
      return { ...state, endedPrimaryKeys: withEnding(state.endedPrimaryKeys, { event, index }) };
    case 'ClientCertificateIssued':
    case 'ClientCertificateReplaced':
      return withCertificate(state, event);
    case 'ClientCsrIssued':
      return { ...state, requested: event.data.key };
    case 'PeerCertificatesTrusted':
      return { ...state, trustedPeers: event.data.certificates };
    case 'KeyServerCredentialSet':
      return { ...state, credential: event.data.credential };
    case 'ProviderHealthChanged':
      return { ...state, health: event.data.new, serverHealth: event.data.servers };
  }
};

/** Health and primary keys change nothing of how servers are spoken to: connections outlive them. */
const KEEPS_CONNECTIONS: ReadonlySet<ProviderEvent['type']> = new Set([
  'ProviderHealthChanged',
  'PrimaryKeyChanged',
  'PrimaryKeyRevoked',
  'PrimaryKeyDestructionOrdered',
  'PrimaryKeyEndConfirmed',
  'ClientCsrIssued',
]);

/** Total: an event that is in the ledger happened, whatever the rules say today. */
export const evolveProvider = (state: ProviderState, recorded: Recorded<ProviderEvent>): ProviderState => {
  const next = evolveEvent(state, recorded);
  return KEEPS_CONNECTIONS.has(recorded.event.type) ? next : { ...next, connectionRevision: recorded.revision };
};
