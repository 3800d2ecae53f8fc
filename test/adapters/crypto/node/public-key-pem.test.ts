import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parsePublicKeyPem } from '../../../../adapters/crypto/node/public-key-pem.js';
import { ecKey, rsaKey } from '../../../support/certificate-maker.js';
import { leftOf, rightOf } from '../../../support/either.js';

const rsa = rsaKey();
const pemOf = (key: typeof rsa): string => createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();

describe('a bare public key in PEM', () => {
  it('gives the numbers of the key', () => {
    const { n } = createPublicKey(rsa).export({ format: 'jwk' });
    expect(rightOf(parsePublicKeyPem(pemOf(rsa)))).toEqual({
      kty: 'rsa',
      modulus: new Uint8Array(Buffer.from(String(n), 'base64url')),
      exponent: 65537,
    });
    const ecc = ecKey('P-521');
    const { x } = createPublicKey(ecc).export({ format: 'jwk' });
    const read = rightOf(parsePublicKeyPem(pemOf(ecc).replaceAll('\n', '\r\n')));
    expect(read).toMatchObject({ kty: 'ecc', curve: 'P-521' });
    expect(read.kty === 'ecc' && Buffer.from(read.x).toString('base64url')).toBe(x);
  });

  it.each([
    ['nothing', ''],
    ['a private key', rsa.export({ format: 'pem', type: 'pkcs8' }).toString()],
    ['two keys', pemOf(rsa).repeat(2)],
    ['words around it', `key:\n${pemOf(rsa)}`],
    ['broken base64', pemOf(rsa).replace('MII', 'M=I')],
    ['other bytes', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['a whole book', pemOf(rsa).padEnd(5000)],
  ])('is not %s', (_what, pem) => {
    expect(leftOf(parsePublicKeyPem(pem))).toBe('must be a public key in PEM (BEGIN PUBLIC KEY)');
  });

  it('is of a kind that TPMs have', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    expect(leftOf(parsePublicKeyPem(pem))).toMatch(/RSA key or one on/);
    expect(leftOf(parsePublicKeyPem(pemOf(ecKey('secp256k1'))))).toMatch(/RSA key or one on/);
  });
});
