import { DIGEST_SIZES, type HashAlgorithm, hashAlgorithmOf } from '../tpm/algorithms.js';
import { viewOf } from './little-endian.js';

const SIGNATURE_SIZE = 16;
const FIXED = 28;
const MOST_ALGORITHMS = 8;
const LARGEST_DIGEST = 64;

/** A declared algorithm; `name` is undefined for one that we cannot hash with: its digests are stepped over, its bank unseen. */
export interface DeclaredAlgorithm {
  readonly id: number;
  readonly size: number;
  readonly name: HashAlgorithm | undefined;
}

/** The 16-byte signature of a Spec ID event as text, or undefined if the data does not begin like one. */
export const specIdOf = (data: Uint8Array): string | undefined => {
  if (data.length < SIGNATURE_SIZE || data[SIGNATURE_SIZE - 1] !== 0) return undefined;
  const text = String.fromCharCode(...data.subarray(0, SIGNATURE_SIZE - 1));
  return text.startsWith('Spec ID Event') ? text.slice('Spec ID Event'.length) : undefined;
};

const declared = (view: DataView, offset: number): DeclaredAlgorithm => {
  const [id, size] = [view.getUint16(offset, true), view.getUint16(offset + 2, true)];
  return { id, size, name: hashAlgorithmOf(id) };
};

const faultOf = (all: ReadonlyArray<DeclaredAlgorithm>): string | undefined => {
  if (new Set(all.map((one) => one.id)).size !== all.length) return 'an algorithm is declared twice';
  if (all.some((one) => one.size === 0 || one.size > LARGEST_DIGEST)) return 'a digest size is not 1 to 64 bytes';
  const wrong = all.find((one) => one.name !== undefined && DIGEST_SIZES[one.name] !== one.size);
  if (wrong !== undefined)
    return `algorithm ${String(wrong.id)} is declared with digests of ${String(wrong.size)} bytes`;
  return all.every((one) => one.name === undefined) ? 'no declared algorithm is known' : undefined;
};

/** TCG_EfiSpecIdEvent (PFP 1.06, 10.4.5.1), consumed exactly; a string is the rule that it breaks. */
export const parseSpecIdEvent = (data: Uint8Array): ReadonlyArray<DeclaredAlgorithm> | string => {
  if (data.length < FIXED) return 'the Spec ID event is too short';
  const view = viewOf(data);
  if (view.getUint8(20) !== 0 || view.getUint8(21) !== 2) return 'the Spec ID event is not of version 2.0';
  const count = view.getUint32(24, true);
  if (count < 1 || count > MOST_ALGORITHMS)
    return `1 to ${String(MOST_ALGORITHMS)} algorithms allowed, ${String(count)} declared`;
  const vendor = FIXED + 4 * count;
  if (data.length <= vendor) return 'the algorithm table is cut off';
  if (data.length !== vendor + 1 + view.getUint8(vendor)) return 'the vendor information does not end with the event';
  const all = Array.from({ length: count }, (_, i) => declared(view, FIXED + 4 * i));
  return faultOf(all) ?? all;
};
