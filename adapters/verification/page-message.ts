import type { StoredEntry } from '../../domain/ports.js';

/** Entries on their way to another thread: their bytes in one piece, which is handed over and not copied again. */
export interface PageMessage {
  readonly places: ReadonlyArray<Omit<StoredEntry, 'bytes'> & { readonly size: number }>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const packPage = (entries: ReadonlyArray<StoredEntry>): PageMessage => {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + entry.bytes.length, 0));
  let offset = 0;
  const places = entries.map(({ index, stream, revision, id, bytes: entry }) => {
    bytes.set(entry, offset);
    offset += entry.length;
    return { index, stream, revision, id, size: entry.length };
  });
  return { places, bytes };
};

export const unpackPage = ({ places, bytes }: PageMessage): ReadonlyArray<StoredEntry> => {
  let offset = 0;
  return places.map(({ index, stream, revision, id, size }) => {
    offset += size;
    return { index, stream, revision, id, bytes: bytes.subarray(offset - size, offset) };
  });
};
