import { constants, createPublicKey, sign } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeCertificates } from '../../../../adapters/crypto/node/certificates.js';
import { concat } from '../../../../domain/encoding/bytes.js';
import {
  basicConstraints,
  cn,
  directoryName,
  type Extension,
  ecKey,
  extendedKeyUsage,
  KEY_CERT_SIGN,
  makeCertificate,
  name,
  rsaKey,
} from '../../../support/certificate-maker.js';
import { bits, boolean, der, integer, NULL, octets, oid, sequence, set, utf8String } from '../../../support/der.js';
import { leftOf, rightOf } from '../../../support/either.js';

const key = ecKey();
const plain = { subject: cn('a'), key };
const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });

const withExtensions = (...extensions: ReadonlyArray<Extension>): Uint8Array =>
  makeCertificate({ ...plain, extensions });
/** `fields` stand where the extensions do. */
const withFields = (...fields: ReadonlyArray<Uint8Array>): Uint8Array =>
  makeCertificate({ ...plain, spki: concat(spki, ...fields) });
const reasonFor = (bytes: Uint8Array): unknown => leftOf(nodeCertificates.parse(bytes));
const factOf = (bytes: Uint8Array) => rightOf(nodeCertificates.parse(bytes));

const usage = sequence(oid('2.5.29.15'), octets(bits(Uint8Array.of(4))));

describe('bytes that a lenient reader takes for a certificate', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'an octet string in pieces',
      withFields(der(0xa3, sequence(sequence(oid('1.2.3'), der(0x24, octets(bits(new Uint8Array()))))))),
      /in pieces/,
    ],
    ['a set of no set', withFields(der(0xa3, sequence(sequence(oid('1.2.3'), octets(usage)), der(0x11)))), /in pieces/],
    [
      'an indefinite length inside',
      withFields(der(0xa3, concat(Uint8Array.of(0x30, 0x80), usage, Uint8Array.of(0, 0)))),
      /indefinite/,
    ],
    [
      'a flag without a value',
      withFields(der(0xa3, sequence(sequence(oid('1.2.3'), der(0x01), octets(usage))))),
      /boolean that is not one byte/,
    ],
    [
      'a flag of two bytes',
      withFields(der(0xa3, sequence(sequence(oid('1.2.3'), der(0x01, Uint8Array.of(0, 1)), octets(usage))))),
      /boolean that is not one byte/,
    ],
    [
      'an object identifier of nothing',
      withFields(der(0xa3, sequence(sequence(der(0x06), octets(usage))))),
      /empty value/,
    ],
    [
      'an object identifier of many arcs',
      withFields(der(0xa3, sequence(sequence(der(0x06, new Uint8Array(65).fill(1)), octets(usage))))),
      /too long/,
    ],
    [
      'an extension of four fields',
      withFields(der(0xa3, sequence(sequence(oid('1.2.3'), boolean(true), octets(usage), NULL)))),
      /too many fields/,
    ],
    ['two lists of extensions', withFields(der(0xa3, sequence(usage), sequence(usage))), /one list/],
    [
      'an extension under another tag',
      withFields(der(0xa3, sequence(der(0xb0, oid('1.2.3'), octets(usage))))),
      /universal tags/,
    ],
    ['extensions under another tag', withFields(der(0xa4, sequence(usage))), /must be a Certificate/],
    [
      'a value of a name under another tag',
      makeCertificate({ ...plain, subject: [[['2.5.4.3', der(0xb1, utf8String('a'))]]] }),
      /universal tags/,
    ],
  ])('is refused for %s', (_what, bytes, reason) => {
    expect(reasonFor(bytes)).toMatch(reason);
  });

  it('is refused where an element reaches beyond the one it is in, or another tag stands for a sequence', () => {
    const whole = makeCertificate(plain);
    for (const [at, bit] of [0, 1, 2, 3, 4, 5, 6, 7].flatMap((byte) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [byte, n] as const),
    )) {
      const flipped = Uint8Array.from(whole, (byte, i) => (i === at ? byte ^ (1 << bit) : byte));
      expect(E.isLeft(nodeCertificates.parse(flipped)), `${String(at)}.${String(bit)}`).toBe(true);
    }
  });

  it('is refused in no more time and depth than a certificate needs', () => {
    const nested = Array.from({ length: 40 }).reduce<Uint8Array>((inner) => sequence(inner), NULL);
    expect(reasonFor(withFields(der(0xa3, nested)))).toMatch(/512 elements/);
    const crowd = concat(...Array.from({ length: 520 }, () => NULL));
    expect(reasonFor(withFields(der(0xa3, sequence(crowd))))).toMatch(/512 elements/);
  });
});

describe('an extension that is not what its name says', () => {
  it.each<[string, Extension, RegExp]>([
    ['key usage', { oid: '2.5.29.15', value: octets(Uint8Array.of(4)) }, /KeyUsage/],
    [
      'key usage, twice',
      { oid: '2.5.29.15', value: concat(KEY_CERT_SIGN.value, KEY_CERT_SIGN.value) },
      /followed by more/,
    ],
    ['basic constraints', { oid: '2.5.29.19', value: set(boolean(true)) }, /BasicConstraints/],
    ['basic constraints, tagged', { oid: '2.5.29.19', value: der(0xb0, boolean(true)) }, /universal tags/],
    [
      'a large path length',
      { oid: '2.5.29.19', value: sequence(boolean(true), integer(1, 0, 0, 0, 0, 0, 0, 0)) },
      /small number/,
    ],
    ['usages that are text', { oid: '2.5.29.37', value: sequence(utf8String('2.23.133.8.1')) }, /object identifiers/],
    [
      'a relative object identifier',
      { oid: '2.5.29.37', value: sequence(der(0x0d, Uint8Array.of(2, 23, 0x81, 5, 8, 1))) },
      /object identifiers/,
    ],
    ['a key identifier', { oid: '2.5.29.14', value: integer(1) }, /SubjectKeyIdentifier/],
    ['a name of no kind', { oid: '2.5.29.17', value: sequence(der(0x8a, Uint8Array.of(1))) }, /SubjectAlternativeName/],
    [
      'a directory name under another tag',
      { oid: '2.5.29.17', value: sequence(der(0xa4, der(0xb0, set(sequence(oid('2.5.4.3'), utf8String('a')))))) },
      /universal tags/,
    ],
    [
      'a TPM specification that is a set',
      { oid: '2.5.29.9', value: sequence(sequence(oid('2.23.133.2.16'), set(set(utf8String('2.0'))))) },
      /must be a sequence/,
    ],
    [
      'no TPM specification',
      { oid: '2.5.29.9', value: sequence(sequence(oid('2.23.133.2.16'), set())) },
      /tPMSpecification/,
    ],
    ['no value', { oid: '2.5.29.15', value: new Uint8Array() }, /must be whole DER/],
  ])('makes the certificate none: %s', (_what, extension, reason) => {
    expect(reasonFor(withExtensions(extension))).toMatch(reason);
  });
});

describe('what a certificate may say beside what we ask', () => {
  it('is passed over: other names, issuers of key identifiers, how to look for revocation', () => {
    const others = [
      der(0xa0, oid('1.3.6.1.5.5.7.8.4'), der(0xa0, sequence(oid('1.2.3'), octets(Uint8Array.of(1))))),
      der(0x81, Buffer.from('a@b.example')),
      der(0x82, Buffer.from('b.example')),
      der(0x86, Buffer.from('http://b.example')),
      der(0x87, Uint8Array.of(192, 0, 2, 1)),
      der(0x88, Uint8Array.of(0x2a, 3)),
      der(0xa4, name(cn('dn'))),
    ];
    const fact = factOf(
      withExtensions(
        { oid: '2.5.29.17', value: sequence(...others) },
        {
          oid: '2.5.29.35',
          value: sequence(
            der(0x80, Uint8Array.of(7)),
            der(0xa1, der(0xa4, name(cn('CA')))),
            der(0x82, Uint8Array.of(9)),
          ),
        },
        {
          oid: '1.3.6.1.5.5.7.1.1',
          value: sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), der(0x86, Buffer.from('http://ocsp.example')))),
        },
      ),
    );
    expect(fact).toMatchObject({ directoryNames: [{ '2.5.4.3': 'dn' }], authorityKeyId: '07', caIssuersUrls: [] });
  });

  it('has defaults and an explicit FALSE, which mean the same', () => {
    const explicit = withFields(der(0xa3, sequence(sequence(oid('2.5.29.30'), boolean(false), octets(sequence())))));
    expect(factOf(explicit).unhandledCritical).toEqual([]);
    expect(factOf(withExtensions(basicConstraints(false))).basicConstraints?.ca).toBe(false);
    expect(factOf(withExtensions(extendedKeyUsage())).extendedKeyUsage).toEqual([]);
  });

  it('is text in any of the string types, and hexadecimal where it is no text', () => {
    const subject = [
      [['2.5.4.3', der(0x13, Buffer.from('p'))] as const],
      [['2.5.4.3', der(0x16, Buffer.from('i'))] as const],
      [['2.5.4.3', der(0x14, Buffer.from('é', 'latin1'))] as const],
      [['2.5.4.3', der(0x1e, Uint8Array.of(0x20, 0xac))] as const],
      [['2.5.4.3', der(0x1e, Uint8Array.of(0xd8, 0x00))] as const],
      [['2.5.4.3', NULL] as const],
      [['2.5.4.3', ''] as const],
    ];
    expect(factOf(makeCertificate({ ...plain, subject })).subject).toBe(
      'CN=,CN=#0500,CN=#1e02d800,CN=€,CN=é,CN=i,CN=p',
    );
    const model = factOf(withExtensions(directoryName([[['2.23.133.2.2', integer(5)]]]))).directoryNames;
    expect(model).toEqual([{ '2.23.133.2.2': '#020105' }]);
  });

  it('is a point off its curve: then there is no key', () => {
    const off = Uint8Array.from(spki, (byte, i) => (i === spki.length - 1 ? byte ^ 1 : byte));
    expect(factOf(makeCertificate({ ...plain, spki: off })).publicKey).toBeUndefined();
  });
});

describe('an RSASSA-PSS signature', () => {
  const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'));
  const parametersWith = (salt: Uint8Array): Uint8Array =>
    sequence(der(0xa0, sha256), der(0xa1, sequence(oid('1.2.840.113549.1.1.8'), sha256)), der(0xa2, salt));
  const rsa = rsaKey();
  const signedWith = (saltLength: number, salt: Uint8Array): boolean => {
    const made = makeCertificate({ subject: cn('r'), key: rsa, algorithm: 'rsa-pss' });
    const algorithm = sequence(oid('1.2.840.113549.1.1.10'), parametersWith(salt));
    const tbs = sequence(
      der(0xa0, integer(2)),
      integer(1),
      algorithm,
      name(cn('r')),
      sequence(der(0x17, Buffer.from('260101000000Z')), der(0x17, Buffer.from('360101000000Z'))),
      name(cn('r')),
      createPublicKey(rsa).export({ format: 'der', type: 'spki' }),
    );
    const signature = sign('sha256', tbs, { key: rsa, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
    const certificate = factOf(sequence(tbs, algorithm, bits(signature)));
    return nodeCertificates.isSignedBy(certificate, factOf(made), false);
  };

  it('is right with a salt as long as it says, however long', () => {
    expect(signedWith(32, integer(32))).toBe(true);
    expect(signedWith(222, integer(0, 222))).toBe(true);
    expect(signedWith(222, integer(32))).toBe(false);
    expect(signedWith(222, integer(222))).toBe(false);
    expect(signedWith(32, octets(Uint8Array.of(32)))).toBe(false);
  });
});
