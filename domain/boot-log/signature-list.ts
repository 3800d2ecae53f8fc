import { toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { SignatureEntry } from './claims.js';
import { subjectOf } from './der-certificate.js';
import { guidAt, viewOf } from './little-endian.js';

const HEAD = 28;
const OWNER = 16;
const MOST_ENTRIES = 8192;

const KINDS: ReadonlyMap<string, SignatureEntry['kind']> = new Map([
  ['a5c059a1-94e4-4aa7-87b5-ab155c2bf072', 'x509'],
  ['c1c41626-504c-4092-aca9-41f936934328', 'sha256'],
  ['3bd2a492-96c0-4079-b420-fcf98ef103ed', 'x509-sha256'],
]);

interface List {
  readonly kind: SignatureEntry['kind'];
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

const listAt = (view: DataView, offset: number): List | undefined => {
  if (view.byteLength - offset < HEAD) return undefined;
  const [total, header, size] = [16, 20, 24].map((at) => view.getUint32(offset + at, true)) as [number, number, number];
  const start = offset + HEAD + header;
  const end = offset + total;
  if (end > view.byteLength || start > end || size <= OWNER || (end - start) % size !== 0) return undefined;
  return { kind: KINDS.get(guidAt(view, offset)) ?? 'other', start, end, size };
};

/** Some lists hold hundreds of hashes: their hexadecimal text is made once for the list. */
const hashEntries = (list: List, value: Uint8Array): ReadonlyArray<SignatureEntry> => {
  const entries: Array<SignatureEntry> = [];
  const view = viewOf(value);
  const text = toHex(value.subarray(list.start, list.end));
  let [owner, ownerHex] = ['', ''];
  for (let at = list.start; at < list.end; at += list.size) {
    const from = 2 * (at - list.start);
    const hex = text.slice(from, from + 2 * OWNER);
    if (hex !== ownerHex) [owner, ownerHex] = [guidAt(view, at), hex];
    const sha256 = text.slice(from + 2 * OWNER, from + 2 * OWNER + 64);
    entries.push({ kind: list.kind, owner, sha256, subject: undefined });
  }
  return entries;
};

const otherEntries = (hashing: Hashing, list: List, value: Uint8Array): ReadonlyArray<SignatureEntry> => {
  const entries: Array<SignatureEntry> = [];
  for (let at = list.start; at < list.end; at += list.size) {
    const data = value.subarray(at + OWNER, at + list.size);
    entries.push({
      kind: list.kind,
      owner: guidAt(viewOf(value), at),
      sha256: toHex(hashing.hash('sha256', data)),
      subject: list.kind === 'x509' ? subjectOf(data) : undefined,
    });
  }
  return entries;
};

const holdsHashes = (list: List): boolean =>
  (list.kind === 'sha256' && list.size === OWNER + 32) || (list.kind === 'x509-sha256' && list.size === OWNER + 48);

/**
 * EFI_SIGNATURE_LISTs one after the other (UEFI 2.10, 32.4.1), consumed exactly. Undefined if any size leads out of the value
 * or its list, or if there are more than 8192 entries.
 */
export const parseSignatureLists = (hashing: Hashing, value: Uint8Array): ReadonlyArray<SignatureEntry> | undefined => {
  const entries: Array<SignatureEntry> = [];
  const view = viewOf(value);
  for (let offset = 0; offset < value.length; ) {
    const list = listAt(view, offset);
    if (list === undefined || entries.length + (list.end - list.start) / list.size > MOST_ENTRIES) return undefined;
    entries.push(...(holdsHashes(list) ? hashEntries(list, value) : otherEntries(hashing, list, value)));
    offset = list.end;
  }
  return entries;
};
