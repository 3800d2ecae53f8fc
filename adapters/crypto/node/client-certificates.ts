import 'reflect-metadata';
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import {
  cryptoProvider,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  Pkcs10CertificateRequestGenerator,
  X509CertificateGenerator,
} from '@peculiar/x509';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { printable } from '../../../domain/appraisal/reason-codes.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import { instantOf, millisOf } from '../../../domain/encoding/instant.js';
import type { ClientCertificates, ReadClientCertificate } from '../../../domain/key-provider/ports.js';
import { nodeCertificates } from './certificates.js';
import { nodeHashing } from './hashing.js';

cryptoProvider.set(webcrypto as never);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const DAY_MS = 86_400_000;
const LIFETIME_DAYS = 730;

/** Some key servers let in only certificates that say they are for TLS clients. */
const EXTENSIONS = [
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
  new ExtendedKeyUsageExtension([CLIENT_AUTH]),
];

const keyPair = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

const exported = async (key: webcrypto.CryptoKey, form: 'pkcs8' | 'spki'): Promise<Uint8Array> =>
  new Uint8Array(await webcrypto.subtle.exportKey(form, key));

const digestOf = (spki: Uint8Array): string => toHex(nodeHashing.hash('sha256', spki));

/** As a value with its type: in plain text the library looks for quotes, and takes what stands between them. */
const nameOf = (commonName: string): Name => new Name([{ CN: [{ utf8String: commonName }] }]);

const readDer = (der: Uint8Array): E.Either<string, ReadClientCertificate> =>
  pipe(
    nodeCertificates.parse(der),
    E.map(({ spkiSha256, subject, notBefore, notAfter }) => ({
      der,
      key: spkiSha256,
      subject: printable(subject, 1024),
      notBefore,
      notAfter,
    })),
  );

const selfSigned = async (
  commonName: string,
  now: string,
): Promise<ReadClientCertificate & { privateKey: Uint8Array }> => {
  const keys = await keyPair();
  const from = millisOf(now);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    name: nameOf(commonName),
    // A key server whose clock is a little behind must not refuse a certificate that is new.
    notBefore: new Date(from - DAY_MS),
    notAfter: new Date(from + LIFETIME_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: EXTENSIONS,
  });
  const privateKey = await exported(keys.privateKey, 'pkcs8');
  return {
    der: new Uint8Array(certificate.rawData),
    key: digestOf(await exported(keys.publicKey, 'spki')),
    subject: `CN=${commonName}`,
    notBefore: instantOf(certificate.notBefore.getTime()),
    notAfter: instantOf(certificate.notAfter.getTime()),
    privateKey,
  };
};

const request = async (
  commonName: string,
): Promise<{ der: Uint8Array; key: string; subject: string; privateKey: Uint8Array }> => {
  const keys = await keyPair();
  const made = await Pkcs10CertificateRequestGenerator.create({
    name: nameOf(commonName),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: EXTENSIONS,
  });
  return {
    der: new Uint8Array(made.rawData),
    key: digestOf(await exported(keys.publicKey, 'spki')),
    subject: `CN=${commonName}`,
    privateKey: await exported(keys.privateKey, 'pkcs8'),
  };
};

/** Certificates that this authority shows to key servers, made with @peculiar/x509. */
export const nodeClientCertificates: ClientCertificates = {
  selfSigned: (commonName, now) => TE.fromTask(() => selfSigned(commonName, now)),
  request: (commonName) => TE.fromTask(() => request(commonName)),
  read: (pem) =>
    pipe(
      nodeCertificates.parsePem(pem),
      E.flatMap(([first]) => E.fromNullable('holds no certificate')(first)),
      E.flatMap(({ der }) => readDer(der)),
    ),
  readPrivateKey: (pem, key) =>
    pipe(
      E.tryCatch(
        () => createPrivateKey(pem),
        // What OpenSSL says may quote the input.
        () => 'must come with a private key in PEM, without a passphrase',
      ),
      E.flatMap((privateKey) => {
        const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
        return digestOf(new Uint8Array(spki)) === key
          ? E.right({ privateKey: new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })) })
          : E.left('must come with its own private key, this one is of another key');
      }),
    ),
};
