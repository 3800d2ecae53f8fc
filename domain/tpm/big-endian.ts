import { concat } from '../encoding/bytes.js';

export const u16 = (value: number): Uint8Array => Uint8Array.of((value >>> 8) & 0xff, value & 0xff);

export const u32 = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

/** A TPM2B structure: its content's size in two bytes, then the content. */
export const tpm2b = (content: Uint8Array): Uint8Array => concat(u16(content.length), content);
