import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { VerifyEd25519 } from '../../../domain/ports.js';
import { isSoundSignature } from '../ed25519-rules.js';

const load = (publicKey: Uint8Array): KeyObject | undefined => {
  const x = Buffer.from(publicKey).toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return undefined;
  }
};

/** Node's engine behind the checks that RFC 8032 leaves open. */
export const nodeVerifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (!isSoundSignature(publicKey, signature)) return false;
  const key = load(publicKey);
  return key !== undefined && verify(null, message, key, signature);
};
