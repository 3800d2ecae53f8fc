import { toBase64 } from '../../domain/encoding/bytes.js';

const LINE = /.{1,64}/g;

/** DER as PEM (RFC 7468), in lines of 64. */
export const pemOf = (label: 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'PUBLIC KEY', der: Uint8Array): string =>
  [`-----BEGIN ${label}-----`, ...(toBase64(der).match(LINE) ?? []), `-----END ${label}-----`, ''].join('\n');
