import type { ServerHealth, TrustedPeer } from '../domain/key-provider/events.js';
import type { Health } from '../domain/key-provider/key-servers.js';
import type { PrimaryKeyEnd } from '../domain/key-provider/primary-key-events.js';
import type { ProviderFitness } from '../domain/key-provider/provider-fitness.js';
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

/** A primary key that wraps and unwraps nothing any more. */
export interface EndedPrimaryKeyRow {
  readonly primaryKey: string;
  readonly end: PrimaryKeyEnd;
  readonly revoked: (Act & { readonly reason: string }) | null;
  /** `keysInUse` were lost with it. */
  readonly destroyed: (Act & { readonly reason: string; readonly keysInUse: number }) | null;
  /** When its key servers had done the same; null: not yet. */
  readonly confirmed: Act | null;
}

/** A key provider with all that its events say of it. No secret is in any of them. */
export interface KeyProviderRow {
  readonly provider: string;
  readonly kind: ProviderKind;
  readonly settings: ProviderSettings;
  readonly servers: ReadonlyArray<KeyServer>;
  readonly primaryKey: string | null;
  readonly primaryKeyChanged: Act | null;
  /** Newest last: what they wrapped is unwrapped by them still, unless they ended. */
  readonly formerPrimaryKeys: ReadonlyArray<string>;
  readonly endedPrimaryKeys: ReadonlyArray<EndedPrimaryKeyRow>;
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

export const fitnessOf = ({
  removed,
  health,
  primaryKey,
  endedPrimaryKeys,
  settings,
}: KeyProviderRow): ProviderFitness => {
  const ended = endedPrimaryKeys.some((each) => each.primaryKey === primaryKey);
  return {
    removed: removed !== null,
    health,
    primaryKey: primaryKey === null ? 'missing' : ended ? 'ended' : 'usable',
    serves: settings.serves,
  };
};
