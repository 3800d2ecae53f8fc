import nacl from 'tweetnacl';

/** Part of tweetnacl, but not of its types. NaCl's own layout: zeroes stand before the message, and before what comes of it. */
interface LowLevel {
  readonly crypto_secretbox: (
    box: Uint8Array,
    message: Uint8Array,
    size: number,
    nonce: Uint8Array,
    key: Uint8Array,
  ) => number;
  readonly crypto_secretbox_ZEROBYTES: number;
  readonly crypto_secretbox_BOXZEROBYTES: number;
}

const { lowlevel } = nacl as typeof nacl & { readonly lowlevel: LowLevel };

/** What `nacl.secretbox` makes; but that leaves its copy of the message behind, and here it is erased. */
export const secretBox = (message: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array => {
  const padded = new Uint8Array(lowlevel.crypto_secretbox_ZEROBYTES + message.length);
  padded.set(message, lowlevel.crypto_secretbox_ZEROBYTES);
  const boxed = new Uint8Array(padded.length);
  lowlevel.crypto_secretbox(boxed, padded, padded.length, nonce, key);
  padded.fill(0);
  return boxed.subarray(lowlevel.crypto_secretbox_BOXZEROBYTES);
};
