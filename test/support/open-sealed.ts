import nacl from 'tweetnacl';
import { fromBase64, toHex, utf8 } from '../../domain/encoding/bytes.js';

export interface SealedView {
  readonly v: number;
  readonly to: string;
  readonly ephemeralKey: string;
  readonly nonce: string;
  readonly box: string;
}

/** What a host does with an answer, written from docs/keys.md: the key id and the key, or undefined if it does not open. */
export const openSealed = (
  sealed: SealedView,
  secretKey: Uint8Array,
): { readonly keyId: string; readonly key: Uint8Array } | undefined => {
  const message = nacl.box.open(
    fromBase64(sealed.box),
    fromBase64(sealed.nonce),
    fromBase64(sealed.ephemeralKey),
    secretKey,
  );
  const label = utf8('sekisho/sealed-key/v1\u0000');
  if (message === null || toHex(message.subarray(0, label.length)) !== toHex(label)) return undefined;
  return { keyId: toHex(message.subarray(label.length, label.length + 32)), key: message.slice(label.length + 32) };
};
