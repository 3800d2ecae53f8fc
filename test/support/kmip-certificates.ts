import 'reflect-metadata';
import type { KeyObject } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import {
  basicConstraints,
  cn,
  type Extension,
  ecKey,
  extendedKeyUsage,
  KEY_CERT_SIGN,
  makeCertificate,
  type Recipe,
  utcTime,
} from './certificate-maker.js';
import { der, sequence } from './der.js';
import { pemOf } from './pem.js';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export interface Identity {
  /** PEM, and PKCS #8 as PEM. */
  readonly certificate: string;
  readonly privateKey: string;
}

export interface TestCa {
  readonly certificate: string;
  readonly server: (options?: ServerRecipe) => Identity;
  readonly client: (name?: string) => Identity;
  /** The certificate that a request (PKCS #10, PEM) asks for. */
  readonly sign: (request: string) => string;
}

interface ServerRecipe {
  readonly address?: string;
  readonly expired?: boolean;
}

const identity = (recipe: Recipe): Identity => ({
  certificate: pemOf(makeCertificate(recipe)),
  privateKey: recipe.key.export({ format: 'pem', type: 'pkcs8' }) as string,
});

/** RFC 5280, 4.2.1.6: an iPAddress. */
const addressName = (address: string): Extension => ({
  oid: '2.5.29.17',
  value: sequence(der(0x87, Uint8Array.from(address.split('.').map(Number)))),
});

/** A CA that makes certificates for key servers and their clients. */
export const testCa = (name = 'Key server CA'): TestCa => {
  const key: KeyObject = ecKey();
  const ca: Recipe = { subject: cn(name), key, extensions: [basicConstraints(true), KEY_CERT_SIGN] };
  const issued = (subject: string, extensions: ReadonlyArray<Extension>, expired = false): Identity =>
    identity({
      subject: cn(subject),
      issuer: cn(name),
      issuerKey: key,
      key: ecKey(),
      extensions,
      ...(expired ? { notBefore: utcTime('200101000000Z'), notAfter: utcTime('200201000000Z') } : {}),
    });
  return {
    certificate: pemOf(makeCertificate(ca)),
    server: ({ address = '127.0.0.1', expired = false } = {}) =>
      issued('key server', [addressName(address), extendedKeyUsage(SERVER_AUTH)], expired),
    sign: (request) => {
      const { publicKey, subject } = new Pkcs10CertificateRequest(request);
      const extensions = [extendedKeyUsage(CLIENT_AUTH)];
      const spki = new Uint8Array(publicKey.rawData);
      const commonName = /CN=([^,]+)/.exec(subject)?.[1] ?? '';
      return pemOf(
        makeCertificate({ subject: cn(commonName), issuer: cn(name), issuerKey: key, key, spki, extensions }),
      );
    },
    client: (subject = 'sekisho') => issued(subject, [extendedKeyUsage(CLIENT_AUTH)]),
  };
};
