import fc from 'fast-check';
import type { EventStore, StoredEntry } from '../../domain/ports.js';

/** What somebody who has the store does to its entries, one step. */
export type Edit = (entries: Array<StoredEntry>) => void;

const at = fc.nat();

const replaced = (
  entries: Array<StoredEntry>,
  i: number,
  change: (entry: StoredEntry) => Partial<StoredEntry>,
): void => {
  const place = i % entries.length;
  const entry = entries[place]!;
  entries[place] = { ...entry, ...change(entry) };
};

const textEdit =
  (i: number, change: (text: string) => string): Edit =>
  (entries) =>
    replaced(entries, i, ({ bytes }) => ({
      bytes: new Uint8Array(Buffer.from(change(Buffer.from(bytes).toString()))),
    }));

const renumber: Edit = (entries) =>
  entries.forEach((entry, index) => {
    entries[index] = { ...entry, index };
  });

export const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(at, at, fc.nat(7)).map(
    ([i, byte, bit]): Edit =>
      (entries) =>
        replaced(entries, i, ({ bytes }) => {
          const flipped = bytes.slice();
          const place = byte % flipped.length;
          flipped[place] = (flipped[place] ?? 0) ^ (1 << bit);
          return { bytes: flipped };
        }),
  ),
  fc.tuple(at, fc.boolean()).map(
    ([i, numbered]): Edit =>
      (entries) => {
        entries.splice(i % entries.length, 1);
        if (numbered) renumber(entries);
      },
  ),
  fc.tuple(at, at).map(
    ([i, j]): Edit =>
      (entries) => {
        const [one, other] = [entries[i % entries.length]!.bytes, entries[j % entries.length]!.bytes];
        replaced(entries, i, () => ({ bytes: other }));
        replaced(entries, j, () => ({ bytes: one }));
      },
  ),
  fc.tuple(at, at).map(
    ([i, j]): Edit =>
      (entries) => {
        entries.splice(i % entries.length, 0, entries[j % entries.length]!);
        renumber(entries);
      },
  ),
  at.map(
    (i): Edit =>
      (entries) =>
        replaced(entries, i, () => ({ stream: 'host/elsewhere' })),
  ),
  at.map(
    (i): Edit =>
      (entries) =>
        replaced(entries, i, ({ revision }) => ({ revision: revision + 1 })),
  ),
  at.map(
    (i): Edit =>
      (entries) =>
        replaced(entries, i, () => ({ id: '00000000-0000-5000-8000-000000000000' })),
  ),
  at.map((i) => textEdit(i, (text) => text.replace('"data":', '"data":{},"data":'))),
  at.map((i) => textEdit(i, (text) => text.replace(/"kid":"[^"]*"/, '"kid":"0123456789abcdef"'))),
  at.map((i) => textEdit(i, (text) => `${text} `)),
  at.map((i) => textEdit(i, (text) => text.padEnd(70_000))),
  at.map(
    (i): Edit =>
      (entries) =>
        entries.splice(Math.max(1, i % entries.length)),
  ),
);

/** The entries as a store that nobody writes to; they come as they are, numbered or not. */
export const storeOf = (entries: ReadonlyArray<StoredEntry>): Pick<EventStore, 'readAll' | 'size'> => ({
  size: () => () => Promise.resolve({ _tag: 'Right', right: entries.length }),
  readAll: (from, limit) => () =>
    Promise.resolve({ _tag: 'Right', right: entries.filter(({ index }) => index >= from).slice(0, limit) }),
});
