import { createECDH } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeCredentialEngine } from '../../../adapters/crypto/node/credential-engine.js';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { concat, toHex } from '../../../domain/encoding/bytes.js';
import type { CredentialEngine } from '../../../domain/ports.js';
import { credentialSeedSize, makeCredential } from '../../../domain/tpm/credential.js';
import { ekTemplateOf } from '../../../domain/tpm/endorsement-key.js';
import { OBJECT_ATTRIBUTES } from '../../../domain/tpm/object-attributes.js';
import { parsePublic, type TpmPublic } from '../../../domain/tpm/public-area.js';
import { withByte } from '../../support/bytes.js';
import { leftOf, rightOf } from '../../support/either.js';
import { CREDENTIALS, ECC_384, hex, RSA } from '../../support/recorded-tpm.js';

const CURVES = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };

/** The ephemeral key that a recorded credential was made with. */
const withEphemeral = (privateKey: string): CredentialEngine => ({
  ...nodeCredentialEngine,
  ecdhEphemeral: (peer) => {
    if (peer.kty !== 'ecc') return undefined;
    const ecdh = createECDH(CURVES[peer.curve]);
    ecdh.setPrivateKey(privateKey, 'hex');
    const point = new Uint8Array(ecdh.getPublicKey());
    const size = peer.x.length;
    return {
      ephemeral: { kty: 'ecc', curve: peer.curve, x: point.slice(1, 1 + size), y: point.slice(1 + size) },
      sharedX: new Uint8Array(ecdh.computeSecret(concat(Uint8Array.of(4), peer.x, peer.y))),
    };
  },
});

const ek = rightOf(parsePublic(RSA.ekPublic));
const name = hex(RSA.akName);
const secret = new Uint8Array(32).fill(1);
const seed = new Uint8Array(32).fill(2);
const faultOf = (key: TpmPublic, akName = name, value = secret, random = seed): unknown =>
  leftOf(makeCredential(nodeCredentialEngine, nodeHashing, key, akName, value, random));

describe('a credential', () => {
  it.each(CREDENTIALS.map((recorded) => [recorded.template, recorded] as const))(
    'is the one that a TPM opened: template %s',
    (template, recorded) => {
      const key = rightOf(parsePublic(hex(recorded.ekPublic)));
      const engine =
        recorded.ephemeralPrivateKey === undefined ? nodeCredentialEngine : withEphemeral(recorded.ephemeralPrivateKey);
      const made = rightOf(
        makeCredential(engine, nodeHashing, key, hex(recorded.akName), hex(recorded.secret), hex(recorded.seed ?? '')),
      );
      expect(ekTemplateOf(key)).toBe(template);
      expect(toHex(made.credentialBlob)).toBe(recorded.credentialBlob);
      expect(made.encryptedSecret).toHaveLength(recorded.encryptedSecret.length / 2);
      // RSA-OAEP draws randomness of its own.
      if (key.type === 'ecc') expect(toHex(made.encryptedSecret)).toBe(recorded.encryptedSecret);
    },
  );

  it('binds the name of the attestation key', () => {
    const blob = (akName: Uint8Array): string =>
      toHex(rightOf(makeCredential(nodeCredentialEngine, nodeHashing, ek, akName, secret, seed)).credentialBlob);
    expect(blob(name)).toBe(blob(name));
    expect(blob(withByte(name, 9, (byte) => byte ^ 1))).not.toBe(blob(name));
  });

  it('for an ECC key draws a new ephemeral key each time and needs no seed', () => {
    const key = rightOf(parsePublic(ECC_384.ekPublic));
    const make = (): string =>
      toHex(
        rightOf(makeCredential(nodeCredentialEngine, nodeHashing, key, name, secret, new Uint8Array())).encryptedSecret,
      );
    expect(make()).not.toBe(make());
    expect(credentialSeedSize(key)).toBe(48);
  });
});

describe('no credential is made', () => {
  it('for a key that is not an endorsement key', () => {
    const ak = rightOf(parsePublic(RSA.akPublic));
    expect(faultOf(ak)).toEqual({
      _tag: 'EndorsementKeyUnfit',
      faults: [
        { _tag: 'AttributeMissing', attribute: 'decrypt' },
        { _tag: 'AttributeForbidden', attribute: 'sign' },
        { _tag: 'SchemeUnfit', scheme: 'rsassa' },
        { _tag: 'CipherUnfit' },
      ],
    });
    const anyones = { ...ek, attributes: ek.attributes & ~OBJECT_ATTRIBUTES.restricted };
    expect(faultOf(anyones)).toEqual({
      _tag: 'EndorsementKeyUnfit',
      faults: [{ _tag: 'AttributeMissing', attribute: 'restricted' }],
    });
  });

  it.each(['fixedTPM', 'fixedParent', 'sensitiveDataOrigin'] as const)('for a key that is not %s', (attribute) => {
    const key = { ...ek, attributes: ek.attributes & ~OBJECT_ATTRIBUTES[attribute] };
    expect(faultOf(key)).toMatchObject({ faults: [{ attribute }] });
  });

  it('for a point that is not on its curve, or a number that is no modulus', () => {
    const key = rightOf(parsePublic(ECC_384.ekPublic));
    if (key.key.kty !== 'ecc') throw new Error('expected ECC');
    const offCurve = { ...key, key: { ...key.key, y: withByte(key.key.y, 0, (byte) => byte ^ 1) } };
    expect(faultOf(offCurve)).toEqual({ _tag: 'EndorsementKeyInvalid' });
    const even = { ...ek, key: { kty: 'rsa', modulus: new Uint8Array(256), exponent: 65537 } } as const;
    expect(faultOf(even)).toEqual({ _tag: 'EndorsementKeyInvalid' });
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a handle', Uint8Array.of(0x81, 0, 0, 1)],
    ['a digest that is too short', name.subarray(0, 33)],
    ['a digest that is too long', Uint8Array.of(...name, 0)],
    ['an unknown algorithm', withByte(name, 1, () => 0x77)],
  ])('for what is no name: %s', (_what, akName) => {
    expect(faultOf(ek, akName)).toEqual({ _tag: 'ObjectNameInvalid' });
  });

  it('for a secret or a seed of the wrong size', () => {
    expect(faultOf(ek, name, new Uint8Array())).toEqual({ _tag: 'SecretSizeInvalid', largest: 32 });
    expect(faultOf(ek, name, new Uint8Array(33))).toEqual({ _tag: 'SecretSizeInvalid', largest: 32 });
    expect(faultOf(ek, name, secret, new Uint8Array(16))).toEqual({ _tag: 'SeedSizeInvalid', expected: 32 });
    expect(E.isRight(makeCredential(nodeCredentialEngine, nodeHashing, ek, name, Uint8Array.of(1), seed))).toBe(true);
  });
});
