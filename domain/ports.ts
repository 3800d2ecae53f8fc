import type * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Json } from './encoding/json.js';
import type { SignedEntry, StreamId } from './ledger/envelope.js';
import type { HashAlgorithm } from './tpm/algorithms.js';

/** Pure functions whose engine is the platform's: same bytes in, same bytes out, no state. */
export interface Hashing {
  readonly hash: (algorithm: HashAlgorithm, ...parts: ReadonlyArray<Uint8Array>) => Uint8Array;
  readonly hmac: (algorithm: HashAlgorithm, key: Uint8Array, ...parts: ReadonlyArray<Uint8Array>) => Uint8Array;
}

export type EccCurve = 'P-256' | 'P-384' | 'P-521';

export type PublicKey =
  | { readonly kty: 'rsa'; readonly modulus: Uint8Array; readonly exponent: number }
  | { readonly kty: 'ecc'; readonly curve: EccCurve; readonly x: Uint8Array; readonly y: Uint8Array };

/** `salt` for RSAPSS: a TPM uses the digest's size or, in older ones, the largest that fits: both are accepted. */
export type SignatureScheme = 'rsassa' | 'rsapss' | 'ecdsa';

export interface Signatures {
  /** False for a bad signature and for a key or signature that makes no sense; never throws. ECDSA signatures are raw r||s. */
  readonly verify: (
    key: PublicKey,
    scheme: SignatureScheme,
    hash: HashAlgorithm,
    message: Uint8Array,
    signature: Uint8Array,
  ) => boolean;
}

/** What TPM2_MakeCredential needs (TPM 2.0 Part 1, 24; Part 1 B.10.3, C.6.3). Randomness is given, so results repeat. */
export interface CredentialEngine {
  /** Undefined when `key` is no modulus that anything can be encrypted to. */
  readonly rsaOaepEncrypt: (
    key: PublicKey,
    hash: HashAlgorithm,
    label: Uint8Array,
    message: Uint8Array,
  ) => Uint8Array | undefined;
  readonly aesCfbEncrypt: (key: Uint8Array, message: Uint8Array) => Uint8Array;
  /** A fresh key pair on the curve and the x coordinate shared with `peer`; undefined when `peer` is not on the curve. */
  readonly ecdhEphemeral: (
    peer: PublicKey,
  ) => { readonly ephemeral: PublicKey; readonly sharedX: Uint8Array } | undefined;
}

/** One X.509 certificate, decoded as far as path validation (RFC 5280) and the TCG EK profile need; bytes untouched. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly sha256: string;
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly version: number;
  readonly publicKey: PublicKey | undefined;
  readonly spkiSha256: string;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | undefined } | undefined;
  /** Undefined: no such extension, so everything is allowed. */
  readonly keyUsage:
    | ReadonlyArray<'digitalSignature' | 'keyEncipherment' | 'keyAgreement' | 'keyCertSign' | 'cRLSign' | 'other'>
    | undefined;
  readonly extendedKeyUsage: ReadonlyArray<string> | undefined;
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  readonly caIssuersUrls: ReadonlyArray<string>;
  /** Attributes (OID -> text) of every directoryName in the subject alternative name: TPM maker, model, version. */
  readonly directoryNames: ReadonlyArray<Readonly<Record<string, string>>>;
  /** TPM specification family from the subject directory attributes (TCG EK profile 3.1.2), such as "2.0". */
  readonly tpmSpecificationFamily: string | undefined;
  /** OIDs of critical extensions that this decoding did not understand. */
  readonly unhandledCritical: ReadonlyArray<string>;
  readonly selfIssued: boolean;
}

export interface Certificates {
  /** Left: why the bytes are no certificate. Caps: 16 kB a certificate. Tolerates DER deviations that shipped TPMs have. */
  readonly parse: (der: Uint8Array) => E.Either<string, Certificate>;
  /** All certificates of a PEM text, or why it holds none. At most 16. */
  readonly parsePem: (pem: string) => E.Either<string, ReadonlyArray<Certificate>>;
  /** Whether `issuer`'s key made `certificate`'s signature. SHA-1 signatures only where `allowSha1`. */
  readonly isSignedBy: (certificate: Certificate, issuer: Certificate, allowSha1: boolean) => boolean;
}

/** RFC 8785. Left names what can't be canonical (lone surrogate, non-finite number, undefined). */
export type Canonicalize = (value: Json) => E.Either<string, string>;

/** The key could not be used: the file is locked, the module or the key service does not answer. Never says why in secrets. */
export interface SignerUnavailable {
  readonly _tag: 'SignerUnavailable';
  readonly detail: string;
}

/**
 * One Ed25519 key, wherever it lives: in this process, with another user, in an HSM. Only signatures leave it. May be asked
 * for many signatures at once and may answer them together; the caller waits, and records nothing that was not signed.
 */
export interface EventSigner {
  readonly kid: string;
  readonly sign: (message: Uint8Array) => TE.TaskEither<SignerUnavailable, Uint8Array>;
}

/** Ed25519 (RFC 8032): S < L enforced, small-order and non-canonical keys refused. Never throws. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** UTC instants as `Instant` text. */
export interface Clock {
  readonly now: () => string;
}

export interface Random {
  readonly bytes: (size: number) => Uint8Array;
  readonly uuid: () => string;
}

export type StoreError =
  | { readonly _tag: 'Conflict'; readonly stream: StreamId; readonly expected: number; readonly actual: number }
  /** What was offered is nothing that a store keeps (too large, an id twice); nothing was written, and trying again won't help. */
  | { readonly _tag: 'StoreRefused'; readonly what: string; readonly rule: string }
  /** Stored bytes are not what was written: `where` names file, index or stream; nothing is repaired. */
  | { readonly _tag: 'StoreDamaged'; readonly where: string; readonly rule: string }
  /** The outcome is unknown or the store can't be reached; the same append may be tried again. */
  | { readonly _tag: 'StoreUnavailable'; readonly detail: string };

/** Everything of one stream from one command; appended whole or not at all. */
export interface Append {
  readonly stream: StreamId;
  /** Revision of the stream's last event as the decision saw it; -1 for a stream that must not exist yet. */
  readonly expectedRevision: number;
  readonly entries: ReadonlyArray<SignedEntry>;
}

/** An entry where the store put it: `index` is dense over the whole store, from 0. */
export interface StoredEntry {
  readonly index: number;
  readonly stream: StreamId;
  readonly revision: number;
  readonly id: string;
  /** The canonical bytes, exactly as appended. Not yet verified. */
  readonly bytes: Uint8Array;
}

/**
 * The append-only store of all streams. An append is acknowledged only when durable.
 * Appending the same ids at the same revision again changes nothing and answers as the first time did.
 */
export interface EventStore {
  readonly append: (
    append: Append,
  ) => TE.TaskEither<StoreError, { readonly firstIndex: number; readonly lastRevision: number }>;
  /** At most `limit` entries of one stream from `fromRevision` on, in order. */
  readonly readStream: (
    stream: StreamId,
    fromRevision: number,
    limit: number,
  ) => TE.TaskEither<StoreError, ReadonlyArray<StoredEntry>>;
  /** At most `limit` entries of all streams from `fromIndex` on, in store order. */
  readonly readAll: (fromIndex: number, limit: number) => TE.TaskEither<StoreError, ReadonlyArray<StoredEntry>>;
  /**
   * Whether it is sure, without asking anybody, that a stream has nothing from a revision on. Only where nothing can be appended
   * but through this store; what is being appended and not durable yet makes it unsure.
   */
  readonly endsBefore?: (stream: StreamId, revision: number) => boolean;
  /** How many entries the store holds. */
  readonly size: () => TE.TaskEither<StoreError, number>;
  /** Called whenever durable entries were added, by whomever, with the new size. Returns how to stop it. */
  readonly onAppended: (listener: (size: number) => void) => () => void;
}

/** Content-addressed blobs: a digest is a name, the same bytes are kept once, and are checked whenever they are read. */
export interface EvidenceStore {
  /** SHA-256 of the bytes, once they are durable. */
  readonly put: (bytes: Uint8Array) => TE.TaskEither<StoreError, string>;
  /** Undefined when no such blob is held. */
  readonly get: (sha256: string) => TE.TaskEither<StoreError, Uint8Array | undefined>;
}
