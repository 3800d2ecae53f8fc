import type * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';

/** Why a secret can't be kept or had. Never holds one. */
export type VaultFault =
  | { readonly _tag: 'VaultUnavailable'; readonly rule: string }
  /** The name is known from an event and nothing is kept under it: the vault is an older copy, or another one. */
  | { readonly _tag: 'SecretMissing'; readonly name: string };

/** Secrets by name, encrypted at rest under the authority's passphrase. Nothing outside the process reads them back. */
export interface SecretVault {
  /** Replaces what was there; durable when it resolves. */
  readonly put: (name: string, secret: Uint8Array) => TE.TaskEither<VaultFault, void>;
  /** A copy that is the caller's to erase. */
  readonly get: (name: string) => TE.TaskEither<VaultFault, Uint8Array>;
  readonly has: (name: string) => TE.TaskEither<VaultFault, boolean>;
  readonly remove: (name: string) => TE.TaskEither<VaultFault, void>;
}

/** What the evidence store and events need of a certificate; `key` is SHA-256 of its SubjectPublicKeyInfo. */
export interface ReadClientCertificate {
  readonly der: Uint8Array;
  readonly key: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface MadeKey {
  /** PKCS #8, DER: for the vault. */
  readonly privateKey: Uint8Array;
}

export interface ClientCertificates {
  /** Self-signed, for TLS clients, with a new P-256 key. */
  readonly selfSigned: (commonName: string, now: string) => TE.TaskEither<never, ReadClientCertificate & MadeKey>;
  /** PKCS #10, DER, of a new P-256 key. */
  readonly request: (
    commonName: string,
  ) => TE.TaskEither<never, { readonly der: Uint8Array; readonly key: string; readonly subject: string } & MadeKey>;
  /** A PEM certificate, the first if there are several. */
  readonly read: (pem: string) => E.Either<string, ReadClientCertificate>;
  /** A PEM private key that is the one of `key`; Left: it is none, or another's. */
  readonly readPrivateKey: (pem: string, key: string) => E.Either<string, MadeKey>;
}
