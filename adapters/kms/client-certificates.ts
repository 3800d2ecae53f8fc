import 'reflect-metadata';
import { createHash, createPrivateKey, createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  Pkcs10CertificateRequestGenerator,
  X509CertificateGenerator,
} from '@peculiar/x509';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Certificates } from '../../domain/ports.js';

/** What key servers take: some of the older ones only RSA. */
export type ClientKeyKind = 'P-256' | 'RSA-2048';

/** PKCS #8, DER: the caller's to keep and to erase. */
export interface MadeKey {
  readonly privateKey: Uint8Array;
}

/** `key` is SHA-256 over the SubjectPublicKeyInfo: what a certificate, a request and a private key have in common. */
export interface ReadClientCertificate {
  readonly der: Uint8Array;
  readonly key: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface ClientCertificates {
  /** Self-signed, for TLS clients, with a new key. */
  readonly selfSigned: (commonName: string, now: string) => TE.TaskEither<never, ReadClientCertificate & MadeKey>;
  /** PKCS #10, DER, of a new key. */
  readonly request: (
    commonName: string,
  ) => TE.TaskEither<never, { readonly der: Uint8Array; readonly key: string; readonly subject: string } & MadeKey>;
  /** A PEM certificate, the first if there are several. Left: it is none, or none for TLS clients. */
  readonly read: (pem: string) => E.Either<string, ReadClientCertificate>;
  /** A PEM private key that is the one of `key`. Left: it is none, or another's. */
  readonly readPrivateKey: (pem: string, key: string) => E.Either<string, MadeKey>;
}

type KeyPair = webcrypto.CryptoKeyPair;

const VALID_MILLIS = 5 * 365 * 86_400_000;
/** Clocks differ: a certificate that begins now has not begun everywhere. */
const EARLIER_MILLIS = 3_600_000;
const LONGEST_KEY_PEM = 16_384;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';

const ALGORITHMS = {
  'P-256': { generate: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
  'RSA-2048': {
    generate: {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
    },
    sign: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  },
} as const;

const usages = [
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
];

const generate = (kind: ClientKeyKind): Promise<KeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHMS[kind].generate, true, ['sign', 'verify']);

const keyId = (spki: Uint8Array): string => createHash('sha256').update(spki).digest('hex');

const exported = async ({ publicKey, privateKey }: KeyPair): Promise<{ readonly key: string } & MadeKey> => ({
  key: keyId(new Uint8Array(await webcrypto.subtle.exportKey('spki', publicKey))),
  privateKey: new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', privateKey)),
});

/** As a value with its type: in plain text the library looks for quotes. */
const nameOf = (commonName: string): Name => new Name([{ CN: [{ utf8String: commonName }] }]);

const isForClients = (usage: ReadonlyArray<string> | undefined): boolean =>
  usage === undefined || usage.includes(CLIENT_AUTH) || usage.includes(ANY_USAGE);

const privateKeyIn = (pem: string): KeyObject | undefined => {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
};

/** Certificates by @peculiar/x509, keys and signatures by the platform. */
export const createClientCertificates = (certificates: Certificates, kind: ClientKeyKind): ClientCertificates => {
  const read: ClientCertificates['read'] = (pem) =>
    pipe(
      certificates.parsePem(pem),
      E.flatMap(([certificate]) => {
        if (certificate === undefined) return E.left('has no PEM certificate');
        if (!isForClients(certificate.extendedKeyUsage)) return E.left('must be for TLS clients');
        const { der, spkiSha256: key, subject, notBefore, notAfter } = certificate;
        return E.right({ der, key, subject, notBefore, notAfter });
      }),
    );

  const selfSigned: ClientCertificates['selfSigned'] = (commonName, now) => async () => {
    const keys = await generate(kind);
    const begins = Math.floor(Date.parse(now) / 1000) * 1000 - EARLIER_MILLIS;
    const [notBefore, notAfter] = [new Date(begins), new Date(begins + VALID_MILLIS)];
    const made = await X509CertificateGenerator.createSelfSigned(
      {
        name: nameOf(commonName),
        keys,
        notBefore,
        notAfter,
        signingAlgorithm: ALGORITHMS[kind].sign,
        extensions: usages,
      },
      webcrypto,
    );
    const dates = { notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() };
    return E.right({ ...(await exported(keys)), ...dates, der: new Uint8Array(made.rawData), subject: made.subject });
  };

  const request: ClientCertificates['request'] = (commonName) => async () => {
    const keys = await generate(kind);
    const made = await Pkcs10CertificateRequestGenerator.create(
      { name: nameOf(commonName), keys, signingAlgorithm: ALGORITHMS[kind].sign, extensions: usages },
      webcrypto,
    );
    return E.right({ ...(await exported(keys)), der: new Uint8Array(made.rawData), subject: made.subject });
  };

  const readPrivateKey: ClientCertificates['readPrivateKey'] = (pem, key) => {
    const found = pem.length > LONGEST_KEY_PEM ? undefined : privateKeyIn(pem);
    if (found === undefined) return E.left('is no private key in PEM without a passphrase');
    if (keyId(createPublicKey(found).export({ format: 'der', type: 'spki' })) !== key)
      return E.left('is not the private key of the certificate');
    return E.right({ privateKey: new Uint8Array(found.export({ format: 'der', type: 'pkcs8' })) });
  };

  return { selfSigned, request, read, readPrivateKey };
};
