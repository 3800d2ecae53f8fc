import { constants, createDecipheriv, createHmac, privateDecrypt } from 'node:crypto';
import { concat, equalBytes, utf8 } from '../../domain/encoding/bytes.js';
import type { SoftwareTpm } from './software-tpm.js';

const sizedAt = (bytes: Uint8Array, offset: number): { readonly value: Uint8Array; readonly end: number } => {
  const size = ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
  return { value: bytes.subarray(offset + 2, offset + 2 + size), end: offset + 2 + size };
};

/** TPM 2.0 Part 1, 11.4.10.2: one block is enough for keys of up to 256 bits. */
const kdfa = (seed: Uint8Array, label: string, context: Uint8Array, bits: number): Uint8Array => {
  const input = concat(
    Uint8Array.of(0, 0, 0, 1),
    utf8(label),
    Uint8Array.of(0),
    context,
    Uint8Array.of(0, 0, bits >> 8, bits & 255),
  );
  return new Uint8Array(createHmac('sha256', seed).update(input).digest()).subarray(0, bits / 8);
};

/** TPM2_ActivateCredential as an RSA endorsement key does it; throws where a TPM answers with an error. */
export const openCredential = (
  tpm: SoftwareTpm,
  credentialBlob: Uint8Array,
  encryptedSecret: Uint8Array,
): Uint8Array => {
  const sealed = Buffer.from(sizedAt(encryptedSecret, 0).value);
  const seed = new Uint8Array(
    privateDecrypt(
      {
        key: tpm.ekPrivate,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
        oaepLabel: Buffer.from('IDENTITY\0'),
      },
      sealed,
    ),
  );
  const object = sizedAt(credentialBlob, 0).value;
  const integrity = sizedAt(object, 0);
  const identity = object.subarray(integrity.end);
  const mac = createHmac('sha256', kdfa(seed, 'INTEGRITY', new Uint8Array(), 256))
    .update(identity)
    .update(tpm.akName)
    .digest();
  if (!equalBytes(new Uint8Array(mac), integrity.value)) throw new Error('integrity');
  const cipher = createDecipheriv('aes-128-cfb', kdfa(seed, 'STORAGE', tpm.akName, 128), Buffer.alloc(16));
  const plain = new Uint8Array(Buffer.concat([cipher.update(identity), cipher.final()]));
  return sizedAt(plain, 0).value;
};
