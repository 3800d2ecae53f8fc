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

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** EFI_GUID as its registry text (UEFI 2.10, appendix A: the first three fields are little-endian). */
export const guidAt = (view: DataView, offset: number): string => {
  let tail = '';
  for (let i = 8; i < 16; i++) tail += `${i === 10 ? '-' : ''}${hex(view.getUint8(offset + i), 2)}`;
  const [first, second, third] = [
    view.getUint32(offset, true),
    view.getUint16(offset + 4, true),
    view.getUint16(offset + 6, true),
  ];
  return `${hex(first, 8)}-${hex(second, 4)}-${hex(third, 4)}-${tail}`;
};
