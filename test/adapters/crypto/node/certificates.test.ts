import { createPublicKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeCertificates } from '../../../../adapters/crypto/node/certificates.js';
import type { Certificate } from '../../../../domain/ports.js';
import {
  authorityKeyId,
  basicConstraints,
  caIssuers,
  cn,
  directoryName,
  ecKey,
  extendedKeyUsage,
  generalizedTime,
  KEY_AGREEMENT,
  KEY_CERT_SIGN,
  makeCertificate,
  rsaKey,
  subjectKeyId,
  tpmName,
  tpmSpecification,
  utcTime,
} from '../../../support/certificate-maker.js';
import { bits, octets, oid, sequence, set } from '../../../support/der.js';

const parse = (bytes: Uint8Array): Certificate => {
  const read = nodeCertificates.parse(bytes);
  if (E.isLeft(read)) throw new Error(read.left);
  return read.right;
};
const reasonFor = (bytes: Uint8Array): string => {
  const read = nodeCertificates.parse(bytes);
  return E.isLeft(read) ? read.left : 'accepted';
};

const key = ecKey();
const otherKey = ecKey('P-384');
const rsa = rsaKey();
const leafExtensions = [
  tpmName('id:49465800', 'SLB9670', 'id:00070055'),
  basicConstraints(false),
  KEY_AGREEMENT,
  extendedKeyUsage('2.23.133.8.1'),
  subjectKeyId(Uint8Array.of(1, 2)),
  authorityKeyId(Uint8Array.of(3, 4)),
  caIssuers('http://ca.example/ek.cer'),
  tpmSpecification('2.0'),
];
const plain = { subject: cn('a'), key };

describe('the facts of a certificate', () => {
  const fact = parse(
    makeCertificate({ subject: [], issuer: cn('EK CA'), key: otherKey, issuerKey: key, extensions: leafExtensions }),
  );

  it('hold what an endorsement certificate says, with an empty subject and a critical alternative name', () => {
    expect(fact).toMatchObject({
      subject: '',
      issuer: 'CN=EK CA',
      serial: '010203',
      version: 3,
      notBefore: '2026-01-01T00:00:00.000Z',
      notAfter: '9999-12-31T23:59:59.000Z',
      basicConstraints: { ca: false, pathLength: undefined },
      keyUsage: ['keyAgreement'],
      extendedKeyUsage: ['2.23.133.8.1'],
      subjectKeyId: '0102',
      authorityKeyId: '0304',
      caIssuersUrls: ['http://ca.example/ek.cer'],
      directoryNames: [{ '2.23.133.2.1': 'id:49465800', '2.23.133.2.2': 'SLB9670', '2.23.133.2.3': 'id:00070055' }],
      tpmSpecificationFamily: '2.0',
      unhandledCritical: [],
      selfIssued: false,
    });
  });

  it('are the same as another decoder finds', () => {
    const other = new X509Certificate(fact.der);
    const { x, y, crv } = createPublicKey(otherKey).export({ format: 'jwk' });
    expect(fact.sha256).toBe(other.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(fact.publicKey).toMatchObject({ kty: 'ecc', curve: crv });
    const point = fact.publicKey?.kty === 'ecc' ? fact.publicKey : undefined;
    expect(Buffer.from(point?.x ?? []).toString('base64url')).toBe(x);
    expect(Buffer.from(point?.y ?? []).toString('base64url')).toBe(y);
  });

  it('have an RSA key without its leading zero', () => {
    const { publicKey } = parse(makeCertificate({ subject: cn('r'), key: rsa, algorithm: 'rsa-sha256' }));
    expect(publicKey).toMatchObject({ kty: 'rsa', exponent: 65537 });
    expect(publicKey?.kty === 'rsa' && publicKey.modulus.length).toBe(256);
  });

  it('have the RSA key of a certificate that calls it RSAES-OAEP', () => {
    const spki = createPublicKey(rsa).export({ format: 'der', type: 'spki' });
    const [, keyBits] = [spki.subarray(0, 24), spki.subarray(24)];
    const oaep = sequence(sequence(oid('1.2.840.113549.1.1.7')), bits(keyBits));
    const fromOaep = parse(makeCertificate({ ...plain, spki: oaep })).publicKey;
    expect(fromOaep).toEqual(parse(makeCertificate({ subject: cn('r'), key: rsa, algorithm: 'rsa-sha256' })).publicKey);
  });

  it('have no public key when it is of a kind that we do not know', () => {
    const x25519 = sequence(sequence(oid('1.3.101.110')), bits(new Uint8Array(32)));
    expect(parse(makeCertificate({ ...plain, spki: x25519 })).publicKey).toBeUndefined();
  });

  it('name critical extensions that nobody understood', () => {
    const nameConstraints = { oid: '2.5.29.30', critical: true, value: sequence() };
    const policies = { oid: '2.5.29.32', critical: true, value: sequence(sequence(oid('2.5.29.32.0'))) };
    const vendors = { oid: '1.3.6.1.4.1.5.1', value: octets(new Uint8Array(4)) };
    const { unhandledCritical } = parse(
      makeCertificate({ ...plain, extensions: [nameConstraints, policies, vendors] }),
    );
    expect(unhandledCritical).toEqual(['2.5.29.30']);
  });

  it('have no extension where there is none', () => {
    const fact1 = parse(makeCertificate({ ...plain, version: 1 }));
    expect(fact1).toMatchObject({ version: 1, keyUsage: undefined, basicConstraints: undefined, selfIssued: true });
  });

  it('write names so that no value can look like more than a value', () => {
    const subject = [
      [['2.5.4.6', 'DE'] as const],
      [['2.5.4.3', ' a,CN=b+c"\\\u0000ü '] as const],
      [['1.2.3', octets(Uint8Array.of(9))] as const],
    ];
    expect(parse(makeCertificate({ ...plain, subject })).subject).toBe(
      '1.2.3=#040109,CN=\\ a\\,CN\\=b\\+c\\"\\\\\\00ü\\ ,C=DE',
    );
  });
});

describe('deviations that shipped TPMs have', () => {
  it('do not matter in the order of a set', () => {
    const pair = [['2.5.4.3', 'x'] as const, ['2.5.4.10', 'y'] as const];
    const [one, two] = [pair, [...pair].reverse()].map((relative) =>
      parse(makeCertificate({ ...plain, subject: [relative] })),
    );
    expect(one?.subject).toBe(two?.subject);
    expect(one?.sha256).not.toBe(two?.sha256);
    expect(two && nodeCertificates.isSignedBy(two, two, false)).toBe(true);
  });

  it('do not matter in the length of a length', () => {
    const whole = makeCertificate(plain);
    const long = new Uint8Array([0x30, 0x83, 0x00, ...whole.subarray(2, 4), ...whole.subarray(4)]);
    expect(parse(long).subject).toBe('CN=a');
  });
});

describe('bytes that are no certificate', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /certificate must be/],
    ['more than one element', new Uint8Array([...makeCertificate(plain), 0xff]), /tag of several bytes|followed/],
    ['too much', new Uint8Array(16_385), /at most 16384/],
    ['two algorithms', makeCertificate({ ...plain, innerAlgorithm: 'ecdsa-sha384' }), /two signature algorithms/],
    [
      'an extension twice',
      makeCertificate({ ...plain, extensions: [KEY_AGREEMENT, KEY_CERT_SIGN] }),
      /extension twice/,
    ],
    ['a date that is none', makeCertificate({ ...plain, notBefore: utcTime('260231000000Z') }), /times in UTC/],
    [
      'a time with an offset',
      makeCertificate({ ...plain, notAfter: generalizedTime('20260101000000+01') }),
      /times in UTC/,
    ],
    [
      'a negative path length',
      makeCertificate({ ...plain, extensions: [basicConstraints(true, 0x80)] }),
      /small number/,
    ],
    [
      'two models in one TPM name',
      makeCertificate({ ...plain, extensions: [directoryName([[['2.23.133.2.2', 'A']], [['2.23.133.2.2', 'B']]])] }),
      /attribute twice/,
    ],
    ['an indefinite length', Uint8Array.of(0x30, 0x80, 0, 0), /indefinite/],
    ['a set in place of a sequence', set(set(), sequence(), bits(new Uint8Array(1))), /certificate must be/],
  ])('are refused for %s', (_what, bytes, reason) => {
    expect(reasonFor(bytes)).toMatch(reason);
  });

  it('are refused at every truncation', () => {
    const whole = makeCertificate({ ...plain, extensions: leafExtensions });
    for (let size = 0; size < whole.length; size++)
      expect(reasonFor(whole.subarray(0, size)), String(size)).not.toBe('accepted');
  });

  it('never throw, and a changed bit never leaves the signature right', () => {
    const issuer = parse(makeCertificate({ subject: cn('CA'), key, extensions: [basicConstraints(true)] }));
    const whole = makeCertificate({
      subject: cn('a'),
      issuer: cn('CA'),
      issuerKey: key,
      key: otherKey,
      extensions: leafExtensions,
    });
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const flipped = Uint8Array.from(whole, (byte, i) => (i === at ? byte ^ (1 << bit) : byte));
        const read = nodeCertificates.parse(flipped);
        expect(E.isRight(read) && nodeCertificates.isSignedBy(read.right, issuer, false)).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('never throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
        expect(E.isLeft(nodeCertificates.parse(content))).toBe(true);
        expect(
          E.isLeft(nodeCertificates.parse(sequence(sequence(content), sequence(oid('1.2.3')), bits(content)))),
        ).toBe(true);
      }),
    );
  });
});

describe('a signature on a certificate', () => {
  const ca = parse(makeCertificate({ subject: cn('CA'), key: rsa, algorithm: 'rsa-sha256' }));
  const eccCa = parse(makeCertificate({ subject: cn('CA'), key: otherKey, algorithm: 'ecdsa-sha384' }));

  it.each([
    ['rsa-sha256', ca, rsa],
    ['rsa-pss', ca, rsa],
    ['ecdsa-sha256', eccCa, otherKey],
    ['ecdsa-sha384', eccCa, otherKey],
  ] as const)('is right only with the key that made it: %s', (algorithm, issuer, issuerKey) => {
    const certificate = parse(makeCertificate({ ...plain, issuer: cn('CA'), issuerKey, algorithm }));
    const stranger = parse(makeCertificate({ subject: cn('CA'), key: ecKey('P-384') }));
    expect(nodeCertificates.isSignedBy(certificate, issuer, false)).toBe(true);
    expect(nodeCertificates.isSignedBy(certificate, stranger, false)).toBe(false);
    expect(new X509Certificate(certificate.der).verify(createPublicKey(issuerKey))).toBe(true);
  });

  it.each([
    ['rsa-sha1', ca, rsa],
    ['ecdsa-sha1', eccCa, otherKey],
  ] as const)('over SHA-1 counts only where that is allowed: %s', (algorithm, issuer, issuerKey) => {
    const certificate = parse(makeCertificate({ ...plain, issuer: cn('CA'), issuerKey, algorithm }));
    expect(nodeCertificates.isSignedBy(certificate, issuer, false)).toBe(false);
    expect(nodeCertificates.isSignedBy(certificate, issuer, true)).toBe(true);
  });
});

describe('a PEM text', () => {
  const pem = (bytes: Uint8Array): string =>
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

  it('gives all its certificates in order, whatever stands between them', () => {
    const [one, two] = [makeCertificate(plain), makeCertificate({ ...plain, subject: cn('b') })];
    const read = nodeCertificates.parsePem(`first\n${pem(one)}second\r\n${pem(two).replaceAll('\n', '\r\n')}`);
    expect(E.isRight(read) && read.right.map(({ subject }) => subject)).toEqual(['CN=a', 'CN=b']);
  });

  it('says why it holds none', () => {
    const reasons = [
      '',
      pem(Uint8Array.of(1)),
      pem(makeCertificate(plain)).replace('MII', 'MI=I'),
      'x'.repeat(600_000),
    ];
    for (const text of reasons) expect(E.isLeft(nodeCertificates.parsePem(text)), text.slice(0, 40)).toBe(true);
    expect(E.isLeft(nodeCertificates.parsePem(pem(makeCertificate(plain)).repeat(17)))).toBe(true);
  });
});

describe('endorsement certificates that a TPM tool made', () => {
  const folder = new URL('../../../vectors/evidence/', import.meta.url);
  it.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('are read and verified: %s', (file) => {
    const { ekCertificate, ekIssuers } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      ekCertificate: string;
      ekIssuers: ReadonlyArray<string>;
    };
    const certificate = parse(new Uint8Array(Buffer.from(ekCertificate, 'base64')));
    const issuers = ekIssuers.flatMap((text) => {
      const read = nodeCertificates.parsePem(text);
      return E.isRight(read) ? read.right : [];
    });
    expect(certificate.directoryNames[0]).toMatchObject({ '2.23.133.2.2': 'swtpm' });
    expect(issuers.filter((issuer) => nodeCertificates.isSignedBy(certificate, issuer, false))).toHaveLength(1);
    expect(issuers.every((issuer) => issuer.basicConstraints?.ca)).toBe(true);
  });
});
