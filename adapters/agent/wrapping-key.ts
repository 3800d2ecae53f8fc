import nacl from 'tweetnacl';

/** X25519, made anew for each attestation, in this process' memory and nowhere else: what the quote binds answers to. */
export interface WrappingKey {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export const makeWrappingKey = (): WrappingKey => nacl.box.keyPair();

export const eraseWrappingKey = ({ secretKey }: WrappingKey): void => void secretKey.fill(0);
