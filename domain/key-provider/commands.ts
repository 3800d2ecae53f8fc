import type { PermissionRequired } from '../access/require-permission.js';
import type { Actor } from '../ledger/envelope.js';
import type { EventOf } from '../ledger/event-type.js';
import type {
  ClientCertificateIssued,
  ClientCertificateReplaced,
  ClientCsrIssued,
  ServerHealth,
  TrustedPeer,
} from './events.js';
import type { Health, KeyServerFault } from './key-servers.js';
import type { PrimaryKeyEnd } from './primary-key-events.js';
import type { KeyServer, ProviderKind, ProviderSettings } from './settings.js';

type DataOf<X> = EventOf<X> extends { readonly data: infer D } ? D : never;

/** Only key and trust administrators may send these; health, and what key servers did, is the authority's own finding. */
export type ProviderCommand = { readonly by: Actor } & (
  | {
      readonly type: 'CreateKeyProvider';
      readonly kind: ProviderKind;
      readonly settings: ProviderSettings;
      readonly servers: ReadonlyArray<KeyServer>;
      readonly primaryKey: string | undefined;
    }
  | { readonly type: 'ChangeKeyProvider'; readonly settings: ProviderSettings }
  | { readonly type: 'RemoveKeyProvider'; readonly reason: string }
  | { readonly type: 'AddKeyServer'; readonly server: KeyServer }
  | { readonly type: 'RemoveKeyServer'; readonly name: string; readonly reason: string }
  | { readonly type: 'ChangePrimaryKey'; readonly primaryKey: string }
  | {
      readonly type: 'RevokePrimaryKey';
      readonly primaryKey: string;
      readonly compromised: boolean;
      readonly reason: string;
    }
  | {
      readonly type: 'DestroyPrimaryKey';
      readonly primaryKey: string;
      readonly force: boolean;
      readonly reason: string;
      /** Keys that nothing else unwraps. */
      readonly keysInUse: number;
      readonly countedAt: number;
    }
  | { readonly type: 'ConfirmPrimaryKeyEnd'; readonly primaryKey: string; readonly end: PrimaryKeyEnd }
  | ({ readonly type: 'IssueClientCertificate' } & DataOf<typeof ClientCertificateIssued>)
  | ({ readonly type: 'IssueClientCsr' } & DataOf<typeof ClientCsrIssued>)
  | ({ readonly type: 'ReplaceClientCertificate' } & DataOf<typeof ClientCertificateReplaced>)
  | { readonly type: 'TrustPeerCertificates'; readonly certificates: ReadonlyArray<TrustedPeer> }
  | { readonly type: 'SetKeyServerCredential'; readonly credential: string }
  | { readonly type: 'RecordHealth'; readonly health: Health; readonly servers: ReadonlyArray<ServerHealth> }
);

export type ProviderRejection =
  | PermissionRequired
  | { readonly _tag: 'ProviderExists'; readonly provider?: string }
  /** A removed name is never used again: its history stays one provider's. */
  | { readonly _tag: 'ProviderRemoved' }
  | { readonly _tag: 'ProviderUnknown' }
  | { readonly _tag: 'ProviderSettingsUnfit'; readonly field: string; readonly rule: string }
  | { readonly _tag: 'KeyServerExists'; readonly name: string }
  | { readonly _tag: 'KeyServerUnknown'; readonly name: string }
  /** Without one nothing could be unwrapped any more; remove the provider instead. */
  | { readonly _tag: 'LastKeyServer'; readonly name: string }
  | { readonly _tag: 'PrimaryKeyUnchanged'; readonly primaryKey: string }
  | Extract<KeyServerFault, { readonly _tag: 'PrimaryKeyUnknown' | 'PrimaryKeyUnusable' }>
  /** Keys would be lost, or the provider be left without one to wrap with. */
  | {
      readonly _tag: 'PrimaryKeyInUse';
      readonly primaryKey: string;
      readonly keys: number;
      readonly isCurrent: boolean;
    }
  /** The verb makes no sense for this kind of provider. */
  | { readonly _tag: 'NotOfThisKind'; readonly kind: ProviderKind }
  /** The certificate's key is neither the requested one, nor the current one, nor one that came with it. */
  | { readonly _tag: 'ClientKeyUnknown' };
