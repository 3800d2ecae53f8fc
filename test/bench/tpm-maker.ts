import { constants, createDecipheriv, generateKeyPairSync, type KeyObject, privateDecrypt } from 'node:crypto';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { concat, fromHex, utf8 } from '../../domain/encoding/bytes.js';
import { kdfa } from '../../domain/tpm/kdfa.js';
import {
  authorityKeyId,
  basicConstraints,
  cn,
  ecKey,
  extendedKeyUsage,
  KEY_CERT_SIGN,
  keyUsage,
  makeCertificate,
  subjectKeyId,
  tpmName,
  tpmSpecification,
} from '../support/certificate-maker.js';
import { type SoftwareTpm, softwareTpm } from '../support/software-tpm.js';

/** A software TPM with an endorsement key that its maker certified, and that opens credentials. */
export interface CertifiedTpm extends Pick<SoftwareTpm, 'akPublic' | 'ekPublic' | 'akName' | 'quote'> {
  /** DER. */
  readonly ekCertificate: Uint8Array;
  /** TPM2_ActivateCredential (TPM 2.0 Part 3, 12.5): the secret in TPM2B_ID_OBJECT. */
  readonly activate: (credentialBlob: Uint8Array, encryptedSecret: Uint8Array) => Uint8Array;
}

/** Makes TPMs whose keys one CA certifies. */
export interface TpmMaker {
  /** PEM. */
  readonly root: string;
  readonly make: (name: string) => CertifiedTpm;
}

const pem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`;

const MODULUS = 256;
const KEY_ENCIPHERMENT = keyUsage(0x20);
const EK_CERTIFICATE = '2.23.133.8.1';
const CA_ID = fromHex('11'.repeat(20));

/** The default RSA template (TCG EK Credential Profile 2.5, B.3.3) with this key in it. */
const ekAreaOf = (key: KeyObject): Uint8Array => {
  const template = softwareTpm({ kind: 'rsa', seed: 'template' }).ekPublic;
  const modulus = new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url'));
  return concat(template.subarray(0, template.length - MODULUS), modulus);
};

const after2b = (bytes: Uint8Array): Uint8Array => bytes.subarray(2);
const content2b = (bytes: Uint8Array): Uint8Array => bytes.subarray(2, 2 + (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)));

/** Without looking at the HMAC: this TPM trusts whom it asked. */
const activate = (key: KeyObject, akName: Uint8Array, blob: Uint8Array, secret: Uint8Array): Uint8Array => {
  const oaep = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: utf8('IDENTITY\0') };
  const seed = privateDecrypt(oaep, after2b(secret));
  const idObject = after2b(blob);
  const encrypted = idObject.subarray(2 + content2b(idObject).length);
  const symmetric = kdfa(nodeHashing, 'sha256', seed, 'STORAGE', akName, new Uint8Array(), 128);
  const decipher = createDecipheriv('aes-128-cfb', symmetric, new Uint8Array(16));
  return content2b(new Uint8Array(decipher.update(encrypted)));
};

export const openTpmMaker = (): TpmMaker => {
  const caKey = ecKey();
  const issuer = cn('Bench TPM CA');
  const extensions = [basicConstraints(true), KEY_CERT_SIGN, subjectKeyId(CA_ID)];
  const root = pem(makeCertificate({ subject: issuer, key: caKey, extensions }));
  const certify = (name: string, key: KeyObject): Uint8Array =>
    makeCertificate({
      subject: cn(name),
      key,
      issuer,
      issuerKey: caKey,
      extensions: [
        basicConstraints(false),
        KEY_ENCIPHERMENT,
        extendedKeyUsage(EK_CERTIFICATE),
        authorityKeyId(CA_ID),
        tpmName('id:53454B49', 'bench', 'id:00010000'),
        tpmSpecification('2.0'),
      ],
    });
  return {
    root,
    make: (name) => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const { akPublic, akName, quote } = softwareTpm({ kind: 'ecc', seed: name });
      return {
        akPublic,
        akName,
        quote,
        ekPublic: ekAreaOf(privateKey),
        ekCertificate: certify(name, privateKey),
        activate: (blob, secret) => activate(privateKey, akName, blob, secret),
      };
    },
  };
};
