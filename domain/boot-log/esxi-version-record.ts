import { viewOf } from './little-endian.js';
import { printableText } from './text.js';

const HEAD = 32;
const LARGEST = 4096;
const FIELDS = 4;

export interface EsxiVersion {
  readonly component: string;
  readonly product: string;
  readonly version: string;
  readonly file: string;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const spanAt = (view: DataView, field: number): Span => {
  const start = view.getUint16(16 + 4 * field, true);
  return { start, end: start + view.getUint16(18 + 4 * field, true) };
};

const isInside = ({ start, end }: Span, size: number): boolean => start >= HEAD && end > start && end <= size;

/** Text with its NUL at the end and nowhere else. */
const terminated = (bytes: Uint8Array): string | undefined =>
  bytes.indexOf(0) === bytes.length - 1 ? printableText(bytes) : undefined;

/** Bytes of no field are zero, so that nothing else can travel as a version record. */
const fillsOnly = (record: Uint8Array, spans: ReadonlyArray<Span>): boolean => {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  let at = HEAD;
  for (const { start, end } of [...sorted, { start: record.length, end: record.length }]) {
    if (start < at || record.subarray(at, start).some((byte) => byte !== 0)) return false;
    at = end;
  }
  return true;
};

/**
 * The version record of vmkBoot or vmkernel. The boot loader measures it without validating any offset or length, so all
 * are checked here; undefined if one leads out of the record, overlaps another or is no terminated text.
 */
export const parseEsxiVersionRecord = (record: Uint8Array): EsxiVersion | undefined => {
  if (record.length < HEAD || record.length > LARGEST) return undefined;
  const view = viewOf(record);
  if (view.getUint32(0, true) !== record.length) return undefined;
  const spans = Array.from({ length: FIELDS }, (_, field) => spanAt(view, field));
  if (!spans.every((span) => isInside(span, record.length)) || !fillsOnly(record, spans)) return undefined;
  const [component, product, version, file] = spans.map(({ start, end }) => terminated(record.subarray(start, end)));
  if (component === undefined || product === undefined || version === undefined || file === undefined) return undefined;
  return { component, product, version, file };
};
