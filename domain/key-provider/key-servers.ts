import type * as TE from 'fp-ts/lib/TaskEither.js';

/** What can go wrong between us and a provider's key servers. No field ever holds a key, a password or what a server said at length. */
export type KeyServerFault =
  /** No server answered within its time. Nothing was released; the same request may be tried again. */
  | { readonly _tag: 'KeyServerUnreachable'; readonly server: string; readonly detail: string }
  /** We don't trust what the server showed: no peer certificate was trusted yet, another one than the trusted, or an expired one. */
  | { readonly _tag: 'KeyServerNotTrusted'; readonly server: string; readonly rule: string }
  /** The server trusts our client certificate or credential no more, or not yet. */
  | { readonly _tag: 'KeyServerTrustsUsNot'; readonly server: string; readonly reason: string }
  /** The server understood and refused; `reason` is the result reason of its protocol (KMIP 2.1, 11, Result Reason Enumeration). */
  | { readonly _tag: 'KeyServerRefused'; readonly server: string; readonly operation: string; readonly reason: string }
  /** What came back is not what the protocol allows: too large, malformed, an answer to another request. */
  | { readonly _tag: 'KeyServerMisbehaved'; readonly server: string; readonly rule: string }
  /** The provider has no such primary key. */
  | { readonly _tag: 'PrimaryKeyUnknown'; readonly primaryKeyId: string }
  /** The primary key is there and can't be used: not activated, revoked, destroyed, of another algorithm. */
  | { readonly _tag: 'PrimaryKeyUnusable'; readonly primaryKeyId: string; readonly rule: string }
  /** The ciphertext was not made with this provider's primary key, or was changed since. */
  | { readonly _tag: 'CiphertextInvalid'; readonly rule: string };

/** A key as it leaves a provider: `ciphertext` is the plaintext wrapped by the primary key, and is the key's identifier. */
export interface WrappedKey {
  readonly plaintext: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** vTA's words: NONE is *unknown*, and never read as healthy. */
export type Health = 'NONE' | 'OK' | 'WARNING' | 'ERROR';

/** How one server of a provider was found, both directions of trust apart. */
export interface ObservedServer {
  readonly server: string;
  readonly health: Health;
  readonly clientTrustsServer: boolean | undefined;
  readonly serverTrustsClient: boolean | undefined;
  /** Machine-readable, such as `KeyServerUnreachable`; empty when all is well. */
  readonly faults: ReadonlyArray<KeyServerFault>;
}

/** A certificate that a server showed, whether or not it is trusted. */
export interface ShownCertificate {
  readonly server: string;
  readonly pem: string;
  readonly sha256: string;
}

/**
 * The key servers of one provider, active-active, as one. An operation fails over to the next server when one can't be
 * reached. Plaintext is the caller's to erase (`fill(0)`) and to keep out of events, logs and files.
 */
export interface KeyServers {
  /** A fresh key of `bytes` random bytes (16, 24, 32 or 64), wrapped by the primary key. */
  readonly generateKey: (primaryKeyId: string, bytes: number) => TE.TaskEither<KeyServerFault, WrappedKey>;
  readonly encrypt: (primaryKeyId: string, plaintext: Uint8Array) => TE.TaskEither<KeyServerFault, Uint8Array>;
  readonly decrypt: (primaryKeyId: string, ciphertext: Uint8Array) => TE.TaskEither<KeyServerFault, Uint8Array>;
  /** Makes and activates a primary key (AES-256) in the key server; its id. */
  readonly createPrimaryKey: (name: string) => TE.TaskEither<KeyServerFault, string>;
  readonly revokePrimaryKey: (primaryKeyId: string, compromised: boolean) => TE.TaskEither<KeyServerFault, void>;
  readonly destroyPrimaryKey: (primaryKeyId: string) => TE.TaskEither<KeyServerFault, void>;
  /** Asks every server; never fails: what is wrong with a server is the answer. */
  readonly observe: () => TE.TaskEither<never, ReadonlyArray<ObservedServer>>;
  /** What each server shows in a TLS handshake that sends nothing else. */
  readonly shownCertificates: () => TE.TaskEither<KeyServerFault, ReadonlyArray<ShownCertificate>>;
  readonly close: () => Promise<void>;
}
