import { describe, expect, it } from 'vitest';
import {
  attestationKeyFaults,
  OBJECT_ATTRIBUTES,
  type ObjectAttribute,
} from '../../../domain/tpm/object-attributes.js';
import { parsePublic, type TpmPublic } from '../../../domain/tpm/public-area.js';
import { rightOf } from '../../support/either.js';
import { CERTIFY, ECC, hex, RECORDED, RSA } from '../../support/recorded-tpm.js';

const ak = rightOf(parsePublic(RSA.akPublic));
const without = (pub: TpmPublic, attribute: ObjectAttribute): TpmPublic => ({
  ...pub,
  attributes: pub.attributes & ~OBJECT_ATTRIBUTES[attribute],
});

describe('an attestation key', () => {
  it.each(RECORDED.map((evidence) => [evidence.name, evidence] as const))(
    'of a TPM has no fault: %s',
    (_n, { akPublic }) => {
      expect(attestationKeyFaults(rightOf(parsePublic(akPublic)))).toEqual([]);
    },
  );

  it.each(['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'restricted', 'sign'] as const)(
    'must be %s',
    (attribute) => {
      expect(attestationKeyFaults(without(ak, attribute))).toEqual([{ _tag: 'AttributeMissing', attribute }]);
    },
  );

  it('must not decrypt', () => {
    const pub = { ...ak, attributes: ak.attributes | OBJECT_ATTRIBUTES.decrypt };
    expect(attestationKeyFaults(pub)).toEqual([{ _tag: 'AttributeForbidden', attribute: 'decrypt' }]);
  });

  it('must have a name by more than SHA-1', () => {
    expect(attestationKeyFaults({ ...ak, nameAlg: 'sha1' })).toEqual([
      { _tag: 'NameAlgorithmTooWeak', nameAlg: 'sha1' },
    ]);
  });

  it('must be long enough', () => {
    const key = { kty: 'rsa', modulus: new Uint8Array(128).fill(0x81), exponent: 3 } as const;
    expect(attestationKeyFaults({ ...ak, key })).toEqual([
      { _tag: 'KeyTooShort', bits: 1024 },
      { _tag: 'ExponentTooSmall', exponent: 3 },
    ]);
  });

  it.each(['null', 'rsaes', 'oaep', 'ecdaa', 'ecdh'] as const)('must have a scheme that signs: not %s', (scheme) => {
    expect(attestationKeyFaults({ ...ak, scheme: { scheme, hash: undefined } })).toEqual([
      { _tag: 'SchemeUnfit', scheme },
    ]);
  });

  it('is neither an endorsement key nor a plain signing key, and every fault is named', () => {
    const tags = (pub: Uint8Array): ReadonlyArray<string> =>
      attestationKeyFaults(rightOf(parsePublic(pub))).map((fault) =>
        'attribute' in fault ? `${fault._tag} ${fault.attribute}` : fault._tag,
      );
    expect(tags(ECC.ekPublic)).toEqual(['AttributeMissing sign', 'AttributeForbidden decrypt', 'SchemeUnfit']);
    expect(tags(hex(CERTIFY.certifiedPublic))).toEqual([
      'AttributeMissing restricted',
      'AttributeForbidden decrypt',
      'SchemeUnfit',
    ]);
  });
});
