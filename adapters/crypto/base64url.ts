import { fromBase64, isBase64, toBase64 } from '../../domain/encoding/bytes.js';

/** RFC 4648, 5, without padding: the form of numbers in a JWK. */
export const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Nothing for what is not base64url. */
export const fromBase64Url = (text: string): Uint8Array => {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  const padded = standard.padEnd(Math.ceil(standard.length / 4) * 4, '=');
  return isBase64(padded) ? fromBase64(padded) : new Uint8Array();
};
