import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, Sha256Hex, Text } from '../encoding/primitives.js';
import type { Certificate, Certificates } from '../ports.js';
import { issuerFaults, validityFaults } from '../tpm/certificate-rules.js';

const Name = Text(1024);

/** Which client certificates are one operator's: those of one key, or those that one CA gave to one name. */
export const ClientCertificate = t.union([
  closed({ by: t.literal('key'), spkiSha256: Sha256Hex, name: Name, notAfter: Instant }, 'CertificateKey'),
  /** `ca` is the CA's certificate in the evidence store; `name` exactly what certificates have as their subject. */
  closed({ by: t.literal('name'), ca: Sha256Hex, name: Name, notAfter: Instant }, 'CertificateName'),
]);
export type ClientCertificate = t.TypeOf<typeof ClientCertificate>;

/** id-kp-clientAuth (RFC 5280, 4.2.1.12). */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

/** Whether it may speak for a client now at all. That its key is held, the TLS handshake showed. */
export const isForClients = (leaf: Certificate, now: string): boolean =>
  validityFaults(leaf, now).length === 0 &&
  leaf.unhandledCritical.length === 0 &&
  leaf.extendedKeyUsage?.includes(CLIENT_AUTHENTICATION) !== false &&
  leaf.keyUsage?.includes('digitalSignature') !== false;

/** Given by this very CA, without another one between them. */
export const isGivenBy = (certificates: Certificates, leaf: Certificate, ca: Certificate, now: string): boolean =>
  leaf.issuer === ca.subject &&
  leaf.basicConstraints?.ca !== true &&
  validityFaults(ca, now).length === 0 &&
  issuerFaults(ca, []).length === 0 &&
  certificates.isSignedBy(leaf, ca, false);

/** Both name the same certificates. */
export const sameCertificates = (one: ClientCertificate, other: ClientCertificate): boolean => {
  if (one.by === 'key') return other.by === 'key' && one.spkiSha256 === other.spkiSha256;
  return other.by === 'name' && one.ca === other.ca && one.name === other.name;
};
