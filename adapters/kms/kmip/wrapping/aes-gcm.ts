import { createCipheriv, createDecipheriv } from 'node:crypto';
import { TAG_BYTES } from './ciphertext.js';

const ALGORITHM = 'aes-256-gcm';

const options = { authTagLength: TAG_BYTES };

export const sealGcm = (
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
  additionalData: Uint8Array,
): { readonly data: Uint8Array; readonly tag: Uint8Array } => {
  const cipher = createCipheriv(ALGORITHM, key, iv, options);
  cipher.setAAD(additionalData);
  const data = new Uint8Array(cipher.update(plaintext));
  cipher.final();
  return { data, tag: new Uint8Array(cipher.getAuthTag()) };
};

/** Undefined: the tag is not that of this data under this key. */
export const openGcm = (
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
  { additionalData, tag }: { readonly additionalData: Uint8Array; readonly tag: Uint8Array },
): Uint8Array | undefined => {
  const decipher = createDecipheriv(ALGORITHM, key, iv, options);
  decipher.setAAD(additionalData);
  decipher.setAuthTag(tag);
  const plaintext = decipher.update(data);
  try {
    decipher.final();
    return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
  } catch {
    plaintext.fill(0);
    return undefined;
  }
};
