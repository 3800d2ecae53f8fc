import type { Reason } from '../appraisal/result.js';
import type { CertifiedTpmKey } from './certified-tpm-key.js';

interface Asking {
  /** A compact JWS. */
  readonly token: string;
  readonly provider: string;
  readonly purpose: string | undefined;
  /** Instead of the token's wrapping key. */
  readonly tpmKey: CertifiedTpmKey | undefined;
}

/** What a host asks of a key provider. `plaintext` is erased when the answer is made, whatever the answer is. */
export type ReleaseInput = Asking &
  (
    | { readonly operation: 'generate-key'; readonly bytes: number }
    | { readonly operation: 'encrypt'; readonly plaintext: Uint8Array }
    | { readonly operation: 'decrypt' | 'rekey'; readonly ciphertext: Uint8Array }
  );

/** A key that only the host can open. docs/keys.md says how. */
export type SealedKey =
  | {
      readonly to: 'wrapping-key';
      readonly ephemeralKey: Uint8Array;
      readonly nonce: Uint8Array;
      readonly box: Uint8Array;
    }
  | { readonly to: 'tpm-key'; readonly encrypted: Uint8Array };

export interface ReleasedKey {
  readonly release: string;
  /** SHA-256 of `ciphertext`. */
  readonly key: string;
  /** The key under the provider's primary key; undefined where the host brought it. */
  readonly ciphertext: Uint8Array | undefined;
  /** Undefined where the host has the plaintext, or is to have none. */
  readonly sealed: SealedKey | undefined;
  /** Of the event that recorded the delivery. */
  readonly index: number;
}

/** A refusal with all its reasons. `index` names its event; undefined: it was like others before it, and only counted. */
export interface KeyNotReleased {
  readonly _tag: 'KeyNotReleased';
  readonly reasons: ReadonlyArray<Reason>;
  readonly index: number | undefined;
}
