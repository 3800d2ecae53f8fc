import type { Answered } from '../exchange.js';
import type { CipherMode } from '../operations/cipher.js';

/** AES with one primary key, wherever that key is: no other code asks whether it left the key server. */
export interface KeyCipher {
  /** `tag` is empty but for GCM. */
  readonly encrypt: (
    mode: CipherMode,
    iv: Uint8Array,
    data: Uint8Array,
    additionalData: Uint8Array | undefined,
  ) => Promise<Answered<{ readonly data: Uint8Array; readonly tag: Uint8Array }>>;
  /** The plaintext is the caller's to erase. */
  readonly decrypt: (
    mode: CipherMode,
    iv: Uint8Array,
    data: Uint8Array,
    authenticated: { readonly additionalData: Uint8Array; readonly tag: Uint8Array } | undefined,
  ) => Promise<Answered<Uint8Array>>;
}
