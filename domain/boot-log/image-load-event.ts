import { guidAt, length64, viewOf } from './little-endian.js';

const HEAD = 32;
const NODE_HEAD = 4;
const MOST_NODES = 64;
const MEDIA = 4;

const filePath = (view: DataView, start: number, end: number): string => {
  let text = '';
  for (let at = start; at + 2 <= end; at += 2) {
    const unit = view.getUint16(at, true);
    if (unit === 0) break;
    text += unit < 0x20 || unit === 0x7f || (unit >= 0xd800 && unit <= 0xdfff) ? '?' : String.fromCharCode(unit);
  }
  return text;
};

/** The nodes that tell a person something: files, firmware files, network and relative-range (option ROM) sources. */
const nodeText = (view: DataView, type: number, subtype: number, start: number, end: number): string => {
  if (type !== MEDIA) return '';
  if (subtype === 4) return filePath(view, start, end);
  if (subtype === 6 && end - start === 16) return `FvFile(${guidAt(view, start)})`;
  if (subtype === 7 && end - start === 16) return `Fv(${guidAt(view, start)})`;
  return subtype === 8 ? 'Offset()' : '';
};

/**
 * Where UEFI_IMAGE_LOAD_EVENT says an image came from (PFP 1.06, 10.4.3; UEFI 2.10, 10.3). The event's data is not what is
 * measured, and loaders are careless with it, so an unreadable path is no path and no finding.
 */
export const imagePath = (data: Uint8Array): string | undefined => {
  if (data.length < HEAD) return undefined;
  const view = viewOf(data);
  const size = length64(view, 24, data.length - HEAD);
  if (size === undefined) return undefined;
  const parts: Array<string> = [];
  for (let at = HEAD, i = 0; at + NODE_HEAD <= HEAD + size && i < MOST_NODES; i++) {
    const length = view.getUint16(at + 2, true);
    if (length < NODE_HEAD || at + length > HEAD + size) break;
    const text = nodeText(view, view.getUint8(at), view.getUint8(at + 1), at + NODE_HEAD, at + length);
    if (text !== '') parts.push(text);
    at += length;
  }
  return parts.length === 0 ? undefined : parts.join('/').slice(0, 512);
};
