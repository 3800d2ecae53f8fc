import { concat, utf8 } from '../encoding/bytes.js';

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

/** C2SP tlog-cosignature, Ed25519: what is signed is a domain-separating header, the time, and the whole note text. */
export const cosignatureMessage = (time: number, text: string): Uint8Array =>
  utf8(`cosignature/v1\ntime ${String(time)}\n${text}`);

/** `timestamped_signature`: POSIX seconds as 64 bits, big-endian, before the Ed25519 signature. */
export interface TimestampedSignature {
  readonly time: number;
  readonly signature: Uint8Array;
}

export const encodeTimestamped = ({ time, signature }: TimestampedSignature): Uint8Array => {
  const bytes = new Uint8Array(TIME_BYTES);
  for (let i = TIME_BYTES - 1, left = time; i >= 0; i--, left = Math.floor(left / 256)) bytes[i] = left % 256;
  return concat(bytes, signature);
};

/** Undefined unless it is exactly 8 + 64 bytes with a time below 2^53, which no honest clock reaches. */
export const decodeTimestamped = (bytes: Uint8Array): TimestampedSignature | undefined => {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined;
  let time = 0;
  for (let i = 0; i < TIME_BYTES; i++) time = time * 256 + (bytes[i] ?? 0);
  return Number.isSafeInteger(time) ? { time, signature: bytes.subarray(TIME_BYTES) } : undefined;
};
