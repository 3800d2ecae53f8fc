const HEX = /^(?:[0-9a-f]{2})*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const sextetOf = new Uint8Array(128);
for (let i = 0; i < ALPHABET.length; i++) sextetOf[ALPHABET.charCodeAt(i)] = i;

export const isHex = (text: string): boolean => HEX.test(text);

/** Strict standard base64 with padding, no whitespace, no spare bits: one text for one value. */
export const isBase64 = (text: string): boolean => BASE64.test(text) && toBase64(fromBase64(text)) === text;

export const toHex = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += hexOfByte[byte] ?? '';
  return text;
};

/** Only for text that `isHex` accepted. */
export const fromHex = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
};

export const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    const left = bytes.length - i;
    text += ALPHABET.charAt(a >> 2) + ALPHABET.charAt(((a & 3) << 4) | (b >> 4));
    text += left > 1 ? ALPHABET.charAt(((b & 15) << 2) | (c >> 6)) : '=';
    text += left > 2 ? ALPHABET.charAt(c & 63) : '=';
  }
  return text;
};

/** Only for text that `isBase64` accepted. */
export const fromBase64 = (text: string): Uint8Array => {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let i = 0, o = 0; i < text.length; i += 4, o += 3) {
    const word = [0, 1, 2, 3].reduce((sum, k) => (sum << 6) | (sextetOf[text.charCodeAt(i + k)] ?? 0), 0);
    for (let k = 0; k < 3 && o + k < bytes.length; k++) bytes[o + k] = (word >> (16 - 8 * k)) & 255;
  }
  return bytes;
};

export const utf8 = (text: string): Uint8Array => utf8Encoder.encode(text);

/** Throws nothing: `undefined` means the bytes are not well-formed UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return undefined;
  }
};

export const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
};

/** Takes as long for unequal as for equal bytes of one length, so a guess learns nothing from time. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
};
