import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from './authority-deps.js';
import type { KeyState } from './key/decider.js';
import type { KeyServers } from './key-provider/key-servers.js';
import type { ClientCertificates, SecretVault, VaultFault } from './key-provider/ports.js';
import type { ProviderState } from './key-provider/state.js';
import type { StateCache } from './ledger/state-cache.js';
import type { SignerUnavailable, StoreError } from './ports.js';
import type { DocumentFault } from './reference/load-reference-values.js';
import type { TokenClaims } from './token/claims.js';

/** Not signed by this authority's token key, or no token at all: nothing says which. */
export interface TokenForged {
  readonly _tag: 'TokenForged';
}

export interface TokenEngine {
  /** Names the authority in its tokens. */
  readonly issuer: string;
  readonly sign: (claims: TokenClaims) => TE.TaskEither<SignerUnavailable, string>;
  /** What a token of ours says, whether or not it still counts. */
  readonly open: (token: string) => TE.TaskEither<TokenForged, TokenClaims>;
}

/** Plaintext that only one key opens. */
export interface Sealing {
  /** X25519 (nacl box) with a sender key made for this one message; undefined when `to` is no public key. */
  readonly toWrappingKey: (to: Uint8Array, message: Uint8Array) => SealedBox | undefined;
}

export interface SealedBox {
  readonly ephemeralKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly box: Uint8Array;
}

/** How often each host may ask, and what was refused without being recorded. Memory only: it decides nothing but noise. */
export interface ReleaseLimits {
  /** Takes one request's worth; false: too many. */
  readonly take: (host: string) => boolean;
  /** Whether a provider may be looked at again already. */
  readonly mayObserve: (provider: string) => boolean;
  readonly unrecorded: {
    readonly count: (host: string) => void;
    readonly of: (host: string) => number;
    readonly clear: (host: string) => void;
  };
}

/** What releasing keys needs beside the authority's own parts. */
export interface KeyServiceDeps extends AuthorityDeps {
  readonly tokens: TokenEngine;
  readonly vault: SecretVault;
  /** Whether other nodes of the authority may have secrets that this one's vault lacks. */
  readonly oneOfSeveral?: boolean;
  readonly clientCertificates: ClientCertificates;
  /** Opened once for each way of speaking to them, and closed when that changes. */
  readonly keyServers: (
    provider: string,
    state: ProviderState,
  ) => TE.TaskEither<VaultFault | DocumentFault | StoreError, KeyServers>;
  readonly sealing: Sealing;
  readonly limits: ReleaseLimits;
  /** Whether a published checkpoint with its quorum of witnesses covers this entry. */
  readonly witnessed: (index: number) => TE.TaskEither<never, boolean>;
  readonly keyCaches: { readonly provider: StateCache<ProviderState>; readonly key: StateCache<KeyState> };
}
