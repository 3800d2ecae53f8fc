import type { FieldFault } from '../../domain/encoding/explain.js';

/** Why there are no keys. Never holds a passphrase or a key. */
export type KeyStoreError =
  | { readonly _tag: 'KeyFileMissing'; readonly file: string }
  /** Keys are never replaced: what they signed would have no signer. */
  | { readonly _tag: 'KeyFileExists'; readonly file: string }
  | { readonly _tag: 'KeyFileUnavailable'; readonly file: string; readonly code: string }
  /** Others than the owner may read or write the file. */
  | { readonly _tag: 'KeyFileExposed'; readonly file: string; readonly mode: string }
  | { readonly _tag: 'KeyFileInvalid'; readonly file: string; readonly faults: ReadonlyArray<FieldFault> }
  /** The file names keys and holds no secret of any. */
  | { readonly _tag: 'KeyFilePublic'; readonly file: string }
  /** The secret of this key is not in the file. */
  | { readonly _tag: 'KeyNotHeld'; readonly file: string; readonly kid: string }
  | { readonly _tag: 'PassphraseTooShort'; readonly least: number }
  | { readonly _tag: 'PassphraseWrong'; readonly file: string }
  /** The platform and tweetnacl disagree about a key or its signature, or the file's public key is another one. */
  | { readonly _tag: 'KeySelfCheckFailed'; readonly kind: string };
