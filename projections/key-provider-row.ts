import type { ServerHealth, TrustedPeer } from '../domain/key-provider/events.js';
import type { Health } from '../domain/key-provider/key-servers.js';
import type { KeyServer, ProviderKind, ProviderSettings } from '../domain/key-provider/settings.js';
import type { Act } from './reference-row.js';

/** The certificate that a provider shows to its key servers. */
export interface ClientCertificateRow {
  readonly certificate: string;
  readonly key: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly issued: Act;
}

/** A key provider with all that its events say of it. No secret is in any of them. */
export interface KeyProviderRow {
  readonly provider: string;
  readonly kind: ProviderKind;
  readonly settings: ProviderSettings;
  readonly servers: ReadonlyArray<KeyServer>;
  readonly primaryKey: string | null;
  readonly primaryKeyChanged: Act | null;
  /** Newest last: what they wrapped is unwrapped by them still. */
  readonly formerPrimaryKeys: ReadonlyArray<string>;
  readonly clientCertificate: ClientCertificateRow | null;
  readonly request: {
    readonly request: string;
    readonly key: string;
    readonly subject: string;
    readonly issued: Act;
  } | null;
  readonly trustedPeers: ReadonlyArray<TrustedPeer>;
  readonly peersTrusted: Act | null;
  readonly credentialSet: Act | null;
  readonly health: Health;
  readonly healthSince: string;
  readonly serverHealth: ReadonlyArray<ServerHealth>;
  readonly created: Act;
  readonly changed: Act;
  readonly removed: (Act & { readonly reason: string }) | null;
}
