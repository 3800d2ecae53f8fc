/**
 * Unchecked little-endian reads for loops that have checked the bounds already; structures elsewhere use the reader
 * combinators. A boot log is read once for each attestation, so no value is allocated for each number here.
 */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit length, or `undefined` if it is more than `max`: then no buffer could hold it. */
export const length64 = (view: DataView, offset: number, max: number): number | undefined => {
  if (view.getUint32(offset + 4, true) !== 0) return undefined;
  const low = view.getUint32(offset, true);
  return low <= max ? low : undefined;
};

const HEX: ReadonlyArray<string> = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Where each byte of an EFI_GUID stands in its registry text: the first three fields are little-endian. */
const GUID_ORDER = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15];

/** EFI_GUID as its registry text (UEFI 2.10, appendix A). */
export const guidAt = (view: DataView, offset: number): string => {
  let text = '';
  for (const at of GUID_ORDER) text += at < 0 ? '-' : (HEX[view.getUint8(offset + at)] ?? '');
  return text;
};
