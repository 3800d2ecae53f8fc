import { fromUtf8 } from '../encoding/bytes.js';

const PRINTABLE = /^[^\u0000-\u001f\u007f\ud800-\udfff\ufffe\uffff]*$/;

/** Bytes up to one or more final NULs. */
export const withoutNul = (bytes: Uint8Array): Uint8Array => {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
};

/** UTF-8 without control characters, final NULs aside. */
export const printableText = (bytes: Uint8Array): string | undefined => {
  const text = fromUtf8(withoutNul(bytes));
  return text !== undefined && PRINTABLE.test(text) ? text : undefined;
};

/** UTF-16LE without control characters, final NULs aside. */
export const printableUtf16 = (bytes: Uint8Array): string | undefined => {
  if (bytes.length % 2 !== 0) return undefined;
  let text = '';
  for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode((bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8));
  const trimmed = text.replace(/\0+$/, '');
  return PRINTABLE.test(trimmed) ? trimmed : undefined;
};

/** Whether the bytes begin with an ASCII text. */
export const startsWithText = (bytes: Uint8Array, text: string): boolean => {
  if (bytes.length < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
};
