const FULL_CERTIFICATE_HEADER = 7;
const SEQUENCE = 0x30;

const u16At = (bytes: Uint8Array, offset: number): number => ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);

/** TCG PC Client, TPM 1.2 "stored certificate": tag 1001, type 0, size, tag 1002. The size counts the second tag. */
const unwrapped = (bytes: Uint8Array): Uint8Array =>
  u16At(bytes, 0) === 0x1001 && bytes[2] === 0 && u16At(bytes, 5) === 0x1002
    ? bytes.subarray(FULL_CERTIFICATE_HEADER, 5 + u16At(bytes, 3))
    : bytes;

/** Where the DER sequence at the beginning ends; undefined when it doesn't say. */
const sequenceEnd = (bytes: Uint8Array): number | undefined => {
  const [tag, form = 0] = bytes;
  if (tag !== SEQUENCE) return undefined;
  if (form < 0x80) return 2 + form;
  if (form === 0x81) return 3 + (bytes[2] ?? 0);
  return form === 0x82 ? 4 + u16At(bytes, 2) : undefined;
};

const isFiller = (rest: Uint8Array): boolean =>
  rest.every((byte) => byte === 0xff) || rest.every((byte) => byte === 0x00);

/**
 * The certificate of what an NV index holds: some TPMs keep a header before it, and fill the index behind it with ff or
 * 00. Anything else that follows stays, and is refused by the decoder.
 */
export const certificateFromNv = (bytes: Uint8Array): Uint8Array => {
  const body = unwrapped(bytes);
  const end = sequenceEnd(body);
  return end !== undefined && end < body.length && isFiller(body.subarray(end)) ? body.subarray(0, end) : body;
};
