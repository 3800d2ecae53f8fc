import { toHex } from '../encoding/bytes.js';
import type { HashAlgorithm } from '../tpm/algorithms.js';
import type { Measurement } from './boot-log.js';
import { guidAt, viewOf } from './little-endian.js';
import { printableText, printableUtf16 } from './text.js';

const LONGEST = 64;

/** Firmware writes its version as UTF-16, ASCII, a GUID or a structure of its own; an empty text is no version. */
export const firmwareVersionOf = ({ data, digests }: Measurement, bank: HashAlgorithm): string | undefined => {
  const text = data.length <= 4 * LONGEST ? (asciiOf(data) ?? utf16Of(data)) : undefined;
  if (text !== undefined) return text.trim() === '' ? undefined : text.trim();
  if (data.length === 16) return guidAt(viewOf(data), 0);
  return data.length <= LONGEST ? toHex(data) : `${bank}:${toHex(digests.get(bank) ?? new Uint8Array())}`;
};

/** Only ASCII: UTF-16 text of two bytes to a letter must not pass for a text of one. */
const asciiOf = (data: Uint8Array): string | undefined =>
  data.every((byte) => byte < 0x80) ? printableText(data) : undefined;

/** Only Latin text: a GUID's 16 bytes are also eight letters of some script. */
const utf16Of = (data: Uint8Array): string | undefined =>
  data.every((byte, i) => i % 2 === 0 || byte === 0) ? printableUtf16(data) : undefined;
