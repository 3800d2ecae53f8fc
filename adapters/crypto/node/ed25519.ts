import { verify } from 'node:crypto';
import type { VerifyEd25519 } from '../../../domain/ports.js';
import { isSoundSignature } from '../ed25519-rules.js';
import { loadOnce } from './key-object.js';

/** Node's engine behind the checks that RFC 8032 leaves open. */
export const nodeVerifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (!isSoundSignature(publicKey, signature)) return false;
  const key = loadOnce({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') });
  return key !== undefined && verify(null, message, key, signature);
};
