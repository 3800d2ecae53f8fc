import { fromUtf8 } from '../encoding/bytes.js';

interface Tlv {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_IDENTIFIER = 0x06;
const VERSION = 0xa0;
const BMP_STRING = 0x1e;
const MOST_ATTRIBUTES = 16;
const LONGEST = 128;

/** Last byte of the attribute types 2.5.4.n that a subject is shown by. */
const ATTRIBUTES: ReadonlyMap<number, string> = new Map([
  [3, 'CN'],
  [6, 'C'],
  [7, 'L'],
  [8, 'ST'],
  [10, 'O'],
  [11, 'OU'],
]);

/** One element inside [offset, end): definite lengths of at most three bytes. */
const tlv = (der: Uint8Array, offset: number, end: number): Tlv | undefined => {
  const [tag, first] = [der[offset], der[offset + 1]];
  if (tag === undefined || first === undefined || offset + 2 > end) return undefined;
  const bytes = first < 0x80 ? 0 : first & 0x7f;
  if (bytes > 3 || first === 0x80) return undefined;
  let length = first < 0x80 ? first : 0;
  for (let i = 0; i < bytes; i++) length = length * 256 + (der[offset + 2 + i] ?? 0);
  const start = offset + 2 + bytes;
  return start + length <= end ? { tag, start, end: start + length } : undefined;
};

/** A name's letters are few, and nearly always plain ones. */
const plainText = (bytes: Uint8Array): string | undefined => {
  if (bytes.length > LONGEST) return undefined;
  let text = '';
  for (const byte of bytes) {
    if (byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
};

const textOf = (tag: number, bytes: Uint8Array): string => {
  const plain = tag === BMP_STRING ? undefined : plainText(bytes);
  if (plain !== undefined) return plain;
  const text =
    tag === BMP_STRING
      ? Array.from({ length: bytes.length >> 1 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))
          .map((unit) => String.fromCharCode(unit))
          .join('')
      : (fromUtf8(bytes) ?? '');
  return text.replace(/[\u0000-\u001f\u007f\ud800-\udfff]/g, '?').slice(0, LONGEST);
};

const attributeOf = (der: Uint8Array, set: Tlv): string | undefined => {
  const pair = tlv(der, set.start, set.end);
  const type = pair === undefined ? undefined : tlv(der, pair.start, pair.end);
  if (set.tag !== SET || pair?.tag !== SEQUENCE || type?.tag !== OBJECT_IDENTIFIER) return undefined;
  const isNaming = type.end - type.start === 3 && der[type.start] === 0x55 && der[type.start + 1] === 4;
  const name = isNaming ? ATTRIBUTES.get(der[type.start + 2] ?? 0) : undefined;
  const value = tlv(der, type.end, pair.end);
  return name === undefined || value === undefined
    ? undefined
    : `${name}=${textOf(value.tag, der.subarray(value.start, value.end))}`;
};

const toBeSigned = (der: Uint8Array): Tlv | undefined => {
  const certificate = tlv(der, 0, der.length);
  const tbs = certificate === undefined ? undefined : tlv(der, certificate.start, certificate.end);
  return certificate?.tag === SEQUENCE && certificate.end === der.length && tbs?.tag === SEQUENCE ? tbs : undefined;
};

/** Whether the bytes are shaped like one certificate: nothing after it, and nothing in it validated. */
export const looksLikeCertificate = (der: Uint8Array): boolean => toBeSigned(der) !== undefined;

/** The to-be-signed bytes, which EFI_CERT_X509_SHA256 entries are hashes of (UEFI 2.10, 32.4.1). */
export const toBeSignedOf = (der: Uint8Array): Uint8Array | undefined => {
  const certificate = tlv(der, 0, der.length);
  const tbs = toBeSigned(der);
  return certificate === undefined || tbs === undefined ? undefined : der.subarray(certificate.start, tbs.end);
};

/** The subject as text, for a person to read; undefined if the bytes have none. Nothing is decided by it. */
export const subjectOf = (der: Uint8Array): string | undefined => {
  const tbs = toBeSigned(der);
  if (tbs === undefined) return undefined;
  let element = tlv(der, tbs.start, tbs.end);
  const before = element?.tag === VERSION ? 5 : 4;
  for (let i = 0; i < before && element !== undefined; i++) element = tlv(der, element.end, tbs.end);
  if (element?.tag !== SEQUENCE) return undefined;
  const names: Array<string> = [];
  let at = tlv(der, element.start, element.end);
  for (let i = 0; i < MOST_ATTRIBUTES && at !== undefined; i++) {
    const name = attributeOf(der, at);
    if (name !== undefined) names.push(name);
    at = tlv(der, at.end, element.end);
  }
  return names.length === 0 ? undefined : names.reverse().join(', ');
};
