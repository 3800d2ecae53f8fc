import type { Append, StoredEntry } from '../../domain/ports.js';

const MOST_ENTRIES = 64;
const MOST_BYTES = 262_144;

/** Entries as appends: those of one stream that stand together go together. The order of all of them stays. */
export const appendsOf = (entries: ReadonlyArray<StoredEntry>): ReadonlyArray<Append> => {
  const appends: Array<Append & { readonly entries: Array<Append['entries'][number]> }> = [];
  let bytes = 0;
  for (const { stream, revision, id, bytes: entry } of entries) {
    const last = appends.at(-1);
    bytes += entry.length;
    const continues =
      last?.stream === stream &&
      last.expectedRevision + last.entries.length + 1 === revision &&
      last.entries.length < MOST_ENTRIES &&
      bytes <= MOST_BYTES;
    if (continues) last.entries.push({ id, bytes: entry });
    else {
      appends.push({ stream, expectedRevision: revision - 1, entries: [{ id, bytes: entry }] });
      bytes = entry.length;
    }
  }
  return appends;
};
