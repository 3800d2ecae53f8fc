import type { KeyObject } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeCertificates } from '../../../adapters/crypto/node/certificates.js';
import { concat } from '../../../domain/encoding/bytes.js';
import type { Certificate, Certificates } from '../../../domain/ports.js';
import {
  type CertificateFault,
  checkEndorsementCertificate,
  type EndorsementChain,
  endorsementKeyMatches,
} from '../../../domain/tpm/endorsement-certificate.js';
import { parsePublic } from '../../../domain/tpm/public-area.js';
import {
  authorityKeyId,
  basicConstraints,
  caIssuers,
  cn,
  type Extension,
  ecKey,
  extendedKeyUsage,
  generalizedTime,
  KEY_AGREEMENT,
  KEY_CERT_SIGN,
  keyUsage,
  makeCertificate,
  type Recipe,
  subjectKeyId,
  tpmName,
  tpmSpecification,
  utcTime,
} from '../../support/certificate-maker.js';
import { sequence } from '../../support/der.js';
import { leftOf, rightOf } from '../../support/either.js';
import { ECC_384, RECORDED, RSA } from '../../support/recorded-tpm.js';

const AT = '2026-06-01T00:00:00.000Z';
const parse = (der: Uint8Array): Certificate => rightOf(nodeCertificates.parse(der));

const rootKey = ecKey('P-384');
const middleKey = ecKey();
const ekKey = ecKey();
const asCa = [basicConstraints(true), KEY_CERT_SIGN];
const asEk = [
  tpmName('id:49465800', 'SLB9670', 'id:00070055'),
  basicConstraints(false),
  KEY_AGREEMENT,
  extendedKeyUsage('2.23.133.8.1'),
  tpmSpecification('2.0'),
];

const ca = (text: string, key: KeyObject, change: Partial<Recipe> = {}): Uint8Array =>
  makeCertificate({ subject: cn(text), key, issuer: cn('Root'), issuerKey: rootKey, extensions: asCa, ...change });
const ekCertificate = (change: Partial<Recipe> = {}): Uint8Array =>
  makeCertificate({ subject: [], key: ekKey, issuer: cn('Middle'), issuerKey: middleKey, extensions: asEk, ...change });

const root = parse(ca('Root', rootKey));
const middle = ca('Middle', middleKey);
const leaf = ekCertificate();

const check = (change: Partial<EndorsementChain>): ReturnType<typeof checkEndorsementCertificate> =>
  checkEndorsementCertificate({
    certificates: nodeCertificates,
    leaf,
    intermediates: [middle],
    roots: [root],
    at: AT,
    allowSha1: false,
    ...change,
  });
const faults = (change: Partial<EndorsementChain>): ReadonlyArray<CertificateFault> => leftOf(check(change));
const tags = (change: Partial<EndorsementChain>): ReadonlyArray<string> => faults(change).map(({ _tag }) => _tag);
const withExtensions = (...extensions: ReadonlyArray<Extension>): Uint8Array => ekCertificate({ extensions });

describe('an endorsement certificate', () => {
  it('that leads over an intermediate to a trusted root is believed, and what it says of the TPM', () => {
    const { path, tpm, certificate } = rightOf(check({}));
    expect(path).toEqual([parse(leaf).sha256, parse(middle).sha256, root.sha256]);
    expect(certificate.subject).toBe('');
    expect(tpm).toEqual({
      manufacturer: 'id:49465800',
      manufacturerName: 'IFX',
      model: 'SLB9670',
      firmwareVersion: 'id:00070055',
      specificationFamily: '2.0',
    });
  });

  it('may lead to an intermediate that is trusted itself', () => {
    expect(rightOf(check({ intermediates: [], roots: [parse(middle)] })).path).toHaveLength(2);
  });

  it('may come as the TPM keeps it, with filler behind it', () => {
    expect(rightOf(check({ leaf: concat(leaf, new Uint8Array(50).fill(0xff)) })).path[0]).toBe(parse(leaf).sha256);
  });

  it('needs no extended key usage, and none of the TPM attributes', () => {
    expect(rightOf(check({ leaf: withExtensions() })).tpm).toBeUndefined();
  });

  it.each(RECORDED.map((evidence) => [evidence.name, evidence] as const))(
    'of a software TPM is believed: %s',
    (_n, evidence) => {
      const roots = evidence.ekIssuers.flatMap((pem) => rightOf(nodeCertificates.parsePem(pem)));
      const { certificate, tpm } = rightOf(
        check({ leaf: evidence.ekCertificate, intermediates: [], roots, at: '2027-01-01T00:00:00.000Z' }),
      );
      expect(tpm).toMatchObject({ manufacturer: 'id:00001014', manufacturerName: undefined, model: 'swtpm' });
      expect(endorsementKeyMatches(certificate, rightOf(parsePublic(evidence.ekPublic)))).toBe(true);
    },
  );

  it('is about the key in it and about no other', () => {
    expect(endorsementKeyMatches(parse(RSA.ekCertificate), rightOf(parsePublic(ECC_384.ekPublic)))).toBe(false);
    expect(endorsementKeyMatches(parse(ECC_384.ekCertificate), rightOf(parsePublic(RSA.ekPublic)))).toBe(false);
    expect(endorsementKeyMatches(parse(leaf), rightOf(parsePublic(ECC_384.ekPublic)))).toBe(false);
  });
});

describe('a path is not found', () => {
  it('without the issuer, and the fault says which one and where it may be had', () => {
    const orphan = ekCertificate({
      extensions: [...asEk, authorityKeyId(Uint8Array.of(0xab)), caIssuers('http://ca.example/m.cer')],
    });
    expect(faults({ leaf: orphan, intermediates: [] })).toEqual([
      {
        _tag: 'IssuerNotFound',
        subject: '',
        sha256: parse(orphan).sha256,
        issuer: 'CN=Middle',
        authorityKeyId: 'ab',
        caIssuersUrls: ['http://ca.example/m.cer'],
      },
    ]);
  });

  it('with no root at all, with one that is not trusted, with bytes that are no certificate', () => {
    expect(faults({ roots: [] })).toMatchObject([{ _tag: 'IssuerNotFound', subject: 'CN=Middle', issuer: 'CN=Root' }]);
    expect(faults({ roots: [], intermediates: [middle, root.der] })).toMatchObject([
      { _tag: 'RootNotTrusted', subject: 'CN=Root' },
    ]);
    expect(tags({ intermediates: [Uint8Array.of(1, 2, 3)] })).toEqual(['IssuerNotFound']);
    expect(tags({ leaf: new Uint8Array(3) })).toEqual(['CertificateMalformed']);
  });

  it('over an issuer of the right name and another key', () => {
    const impostor = ca('Middle', ecKey());
    expect(tags({ intermediates: [impostor] })).toEqual(['CertificateSignatureInvalid']);
    expect(rightOf(check({ intermediates: [impostor, middle] })).path).toHaveLength(3);
  });

  it('to a certificate that signed itself in the name of a trusted root', () => {
    const forgedKey = ecKey();
    const forgedRoot = ca('Root', forgedKey, { issuerKey: forgedKey });
    const forgedMiddle = ca('Middle', middleKey, { issuerKey: forgedKey });
    expect(E.isLeft(check({ intermediates: [forgedMiddle, forgedRoot] }))).toBe(true);
  });

  it('over key identifiers that contradict each other', () => {
    const named = ca('Middle', middleKey, { extensions: [...asCa, subjectKeyId(Uint8Array.of(1))] });
    const pointing = (id: number): Uint8Array =>
      ekCertificate({ extensions: [...asEk, authorityKeyId(Uint8Array.of(id))] });
    expect(E.isRight(check({ leaf: pointing(1), intermediates: [named] }))).toBe(true);
    expect(tags({ leaf: pointing(2), intermediates: [named] })).toEqual(['IssuerNotFound']);
  });

  it('from a leaf that is trusted but has no issuer: it is no CA', () => {
    const alone = makeCertificate({ subject: cn('EK'), key: ekKey, extensions: asEk });
    expect(E.isLeft(check({ leaf: alone, roots: [parse(alone)], intermediates: [] }))).toBe(true);
  });

  it('over SHA-1, unless that is allowed', () => {
    const old = ekCertificate({ algorithm: 'ecdsa-sha1' });
    expect(tags({ leaf: old })).toEqual(['CertificateSignatureSha1']);
    expect(E.isRight(check({ leaf: old, allowSha1: true }))).toBe(true);
  });
});

describe('a path is refused', () => {
  const expired = { notAfter: utcTime('260531235959Z') };

  it('for a certificate that is not valid at the time in question, and only then', () => {
    const ended = ekCertificate(expired);
    expect(E.isRight(check({ leaf: ended, at: '2026-05-31T23:59:59.999Z' }))).toBe(true);
    expect(faults({ leaf: ended })).toMatchObject([
      { _tag: 'CertificateExpired', notAfter: '2026-05-31T23:59:59.000Z' },
    ]);
    expect(tags({ intermediates: [ca('Middle', middleKey, expired)] })).toEqual(['CertificateExpired']);
    expect(tags({ roots: [parse(ca('Root', rootKey, expired))] })).toEqual(['CertificateExpired']);
    expect(E.isRight(check({ at: '2026-01-01T00:00:00.000Z' }))).toBe(true);
    expect(tags({ at: '2025-12-31T23:59:59.999Z' })).toEqual(new Array(3).fill('CertificateNotYetValid'));
    expect(
      E.isRight(
        check({
          leaf: ekCertificate({ notAfter: generalizedTime('99991231235959Z') }),
          at: '9999-12-31T23:59:59.500Z',
        }),
      ),
    ).toBe(true);
  });

  it.each<[string, ReadonlyArray<Extension>, ReadonlyArray<string>]>([
    ['is no CA', [basicConstraints(false), KEY_CERT_SIGN], ['IssuerNotCa']],
    ['does not say that it is a CA', [KEY_CERT_SIGN], ['IssuerNotCa']],
    ['may not sign certificates', [basicConstraints(true), KEY_AGREEMENT], ['IssuerMayNotSignCertificates']],
    [
      'has a critical extension that nobody knows',
      [...asCa, { oid: '2.5.29.30', critical: true, value: sequence() }],
      ['CriticalExtensionUnknown'],
    ],
    ['has more than one fault', [KEY_AGREEMENT], ['IssuerNotCa', 'IssuerMayNotSignCertificates']],
  ])('for an issuer that %s', (_what, extensions, expected) => {
    expect(tags({ intermediates: [ca('Middle', middleKey, { extensions })] })).toEqual(expected);
  });

  it.each<[string, ReadonlyArray<Extension>, ReadonlyArray<string>]>([
    ['is a CA', asCa, ['EndorsementCertificateIsCa', 'EndorsementUsageMissing']],
    ['is for another extended usage', [extendedKeyUsage('1.3.6.1.5.5.7.3.1')], ['EndorsementUsageMissing']],
    ['is for signing', [keyUsage(0x80)], ['EndorsementUsageMissing']],
    [
      'has a critical extension that nobody knows',
      [{ oid: '1.2.3.4', critical: true, value: sequence() }],
      ['CriticalExtensionUnknown'],
    ],
  ])('for an endorsement certificate that %s', (_what, extensions, expected) => {
    expect(tags({ leaf: ekCertificate({ extensions }) })).toEqual(expected);
  });

  it('for a root that allows no intermediate, and self-issued ones do not count', () => {
    const narrow = parse(ca('Root', rootKey, { extensions: [basicConstraints(true, 0), KEY_CERT_SIGN] }));
    expect(faults({ roots: [narrow] })).toMatchObject([{ _tag: 'PathTooLong', subject: 'CN=Root', allowed: 0 }]);
    const direct = ekCertificate({ issuer: cn('Root'), issuerKey: rootKey });
    expect(E.isRight(check({ leaf: direct, roots: [narrow] }))).toBe(true);
    const newKey = ecKey();
    const rollover = ca('Root', newKey, { extensions: asCa });
    const under = ekCertificate({ issuer: cn('Root'), issuerKey: newKey });
    expect(rightOf(check({ leaf: under, roots: [narrow], intermediates: [rollover] })).path).toHaveLength(3);
  });

  it('with all its faults, not with the first', () => {
    const bad = ekCertificate({ ...expired, extensions: [extendedKeyUsage('1.2.3')] });
    expect(tags({ leaf: bad, intermediates: [] })).toEqual([
      'EndorsementUsageMissing',
      'CertificateExpired',
      'IssuerNotFound',
    ]);
  });

  it('only when there is no better one', () => {
    const stale = ca('Middle', middleKey, expired);
    expect(rightOf(check({ intermediates: [stale, middle] })).path[1]).toBe(parse(middle).sha256);
  });

  it('from a version 1 intermediate, though a trusted version 1 root may be a CA', () => {
    const oldRoot = parse(makeCertificate({ subject: cn('Root'), key: rootKey, version: 1 }));
    expect(E.isRight(check({ roots: [oldRoot] }))).toBe(true);
    const oldMiddle = makeCertificate({
      subject: cn('Middle'),
      key: middleKey,
      issuer: cn('Root'),
      issuerKey: rootKey,
      version: 1,
    });
    expect(tags({ intermediates: [oldMiddle] })).toEqual(['IssuerNotCa']);
  });
});

describe('certificates of an attacker', () => {
  const counting = (): { readonly certificates: Certificates; readonly count: () => number } => {
    let calls = 0;
    const isSignedBy: Certificates['isSignedBy'] = (...args) => {
      calls++;
      return nodeCertificates.isSignedBy(...args);
    };
    return { certificates: { ...nodeCertificates, isSignedBy }, count: () => calls };
  };

  it('that vouch for each other in a ring end the search soon', () => {
    const ring = Array.from({ length: 8 }, () =>
      makeCertificate({ subject: cn('Middle'), issuer: cn('Middle'), key: middleKey, extensions: asCa }),
    );
    const { certificates, count } = counting();
    expect(E.isLeft(check({ certificates, intermediates: ring, roots: [] }))).toBe(true);
    expect(count()).toBeLessThanOrEqual(9 * 9);
  });

  it('in a chain of more than eight are refused', () => {
    const keys = Array.from({ length: 9 }, () => ecKey());
    const chain = keys.map((key, i) =>
      makeCertificate({
        subject: cn(`CA ${i}`),
        key,
        issuer: cn(i === 0 ? 'Root' : `CA ${i - 1}`),
        issuerKey: keys[i - 1] ?? rootKey,
        extensions: asCa,
      }),
    );
    const under = (i: number): Uint8Array => ekCertificate({ issuer: cn(`CA ${i}`), issuerKey: keys[i] ?? rootKey });
    expect(rightOf(check({ leaf: under(5), intermediates: chain })).path).toHaveLength(8);
    expect(faults({ leaf: under(6), intermediates: chain })).toMatchObject([{ _tag: 'PathTooLong', allowed: 8 }]);
  });
});

describe('the maker of a TPM', () => {
  it.each([
    ['id:494E5443', 'INTC'],
    ['id:414d4400', 'AMD'],
    ['id:53544D20', 'STM'],
    ['id:00001014', undefined],
    ['id:4E54430A', undefined],
    ['Infineon', undefined],
  ])('%s has the letters %s', (manufacturer, manufacturerName) => {
    const { tpm } = rightOf(check({ leaf: withExtensions(tpmName(manufacturer, 'm', 'id:1')) }));
    expect(tpm).toMatchObject({ manufacturer, manufacturerName });
  });
});
