export const withByte = (bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array =>
  Uint8Array.from(bytes, (byte, i) => (i === at ? change(byte) : byte));

export const flipBit = (bytes: Uint8Array, bit: number): Uint8Array =>
  withByte(bytes, bit >> 3, (byte) => byte ^ (1 << (bit & 7)));

/** `bytes` with what stands at `at` replaced. */
export const patched = (bytes: Uint8Array, at: number, replacement: ReadonlyArray<number>): Uint8Array =>
  Uint8Array.from(bytes, (byte, i) => replacement[i - at] ?? byte);
