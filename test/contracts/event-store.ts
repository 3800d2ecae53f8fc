import { randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SignedEntry } from '../../domain/ledger/envelope.js';
import type { EventStore } from '../../domain/ports.js';
import { left, right } from '../support/ledger.js';

export interface StoreUnderTest {
  readonly store: EventStore;
  readonly close: () => Promise<void>;
}

const entry = (text = ''): SignedEntry => {
  const id = randomUUID();
  return { id, bytes: new TextEncoder().encode(`{"id":"${id}","text":"${text}"}`) };
};

const entries = (count: number): ReadonlyArray<SignedEntry> => Array.from({ length: count }, () => entry());

/** What every store of events must do, whatever it keeps them in. */
export const eventStoreContract = (name: string, open: () => Promise<StoreUnderTest>): void => {
  describe(`${name} as an event store`, () => {
    let opened: StoreUnderTest;
    let store: EventStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const append = (stream: string, expectedRevision: number, added: ReadonlyArray<SignedEntry>) =>
      store.append({ stream, expectedRevision, entries: added })();

    it('begins empty', async () => {
      expect(right(await store.size()())).toBe(0);
      expect(right(await store.readAll(0, 10)())).toEqual([]);
      expect(right(await store.readStream('host/a', 0, 10)())).toEqual([]);
    });

    it('gives entries back as they were, in order, with a dense index over all streams', async () => {
      const [one, two, three] = [entry(), entry(), entry()];
      expect(right(await append('host/a', -1, [one]))).toEqual({ firstIndex: 0, lastRevision: 0 });
      expect(right(await append('host/b', -1, [two]))).toEqual({ firstIndex: 1, lastRevision: 0 });
      expect(right(await append('host/a', 0, [three]))).toEqual({ firstIndex: 2, lastRevision: 1 });
      const stored = [
        { index: 0, stream: 'host/a', revision: 0, ...one },
        { index: 1, stream: 'host/b', revision: 0, ...two },
        { index: 2, stream: 'host/a', revision: 1, ...three },
      ];
      const read = right(await store.readAll(0, 10)());
      expect(read.map((found) => ({ ...found, bytes: new Uint8Array(found.bytes) }))).toEqual(stored);
      expect(right(await store.readStream('host/a', 0, 10)()).map(({ index }) => index)).toEqual([0, 2]);
    });

    it('keeps the bytes of a view, not of the buffer behind it', async () => {
      const buffer = new TextEncoder().encode('xx{"a":1}yy');
      right(await append('host/a', -1, [{ id: randomUUID(), bytes: buffer.subarray(2, 9) }]));
      buffer.fill(0);
      expect(new TextDecoder().decode(right(await store.readAll(0, 1)())[0]?.bytes)).toBe('{"a":1}');
    });

    it('numbers the entries of one append in a row', async () => {
      right(await append('host/a', -1, entries(3)));
      expect(right(await append('host/b', -1, entries(4)))).toEqual({ firstIndex: 3, lastRevision: 3 });
      const read = right(await store.readStream('host/b', 0, 10)());
      expect(read.map(({ index, revision }) => [index, revision])).toEqual([
        [3, 0],
        [4, 1],
        [5, 2],
        [6, 3],
      ]);
    });

    it('refuses an append at another revision than the stream has, and says which it has', async () => {
      right(await append('host/a', -1, entries(2)));
      const conflict = { _tag: 'Conflict', stream: 'host/a', actual: 1 };
      expect(left(await append('host/a', 2, entries(1)))).toEqual({ ...conflict, expected: 2 });
      expect(left(await append('host/a', 0, entries(1)))).toEqual({ ...conflict, expected: 0 });
      expect(left(await append('host/a', -1, entries(1)))).toEqual({ ...conflict, expected: -1 });
      expect(left(await append('host/none', 0, entries(1)))).toMatchObject({ _tag: 'Conflict', actual: -1 });
      expect(right(await store.size()())).toBe(2);
    });

    it('answers the same append again as the first time, even behind later ones', async () => {
      right(await append('host/b', -1, entries(1)));
      const added = entries(3);
      const first = right(await append('host/a', -1, added));
      expect(right(await append('host/a', -1, added))).toEqual(first);
      right(await append('host/a', 2, entries(2)));
      expect(right(await append('host/a', -1, added))).toEqual(first);
      expect(right(await store.size()())).toBe(6);
    });

    it('refuses an append that is the same only in part', async () => {
      const added = entries(3);
      right(await append('host/a', -1, added));
      expect(left(await append('host/a', -1, [...added.slice(0, 2), entry()]))._tag).toBe('Conflict');
      expect(left(await append('host/a', -1, [entry(), ...added.slice(1)]))._tag).toBe('Conflict');
      expect(left(await append('host/a', -1, [...added, entry()]))._tag).toBe('Conflict');
      expect(right(await append('host/a', -1, added.slice(0, 2)))).toEqual({ firstIndex: 0, lastRevision: 1 });
      expect(right(await store.size()())).toBe(3);
    });

    it('refuses an id that it already holds, in this stream or another, and writes none of that append', async () => {
      const held = entry();
      right(await append('host/a', -1, [held]));
      expect(left(await append('host/b', -1, [held]))._tag).toBe('Conflict');
      expect(left(await append('host/a', 0, [entry(), held]))._tag).toBe('Conflict');
      expect(right(await append('host/a', 0, entries(1)))).toEqual({ firstIndex: 1, lastRevision: 1 });
      expect(right(await append('host/b', -1, entries(1)))).toEqual({ firstIndex: 2, lastRevision: 0 });
    });

    it('refuses what no store keeps', async () => {
      const same = entry();
      const huge = { id: randomUUID(), bytes: new Uint8Array(65_536) };
      expect(left(await append('host/a', -1, []))._tag).toBe('StoreRefused');
      expect(left(await append('host/a', -1, [same, same]))._tag).toBe('StoreRefused');
      expect(left(await append('host/a', -1, [entry(), huge]))._tag).toBe('StoreRefused');
      right(await append('host/a', -1, [{ id: randomUUID(), bytes: new Uint8Array(65_535) }]));
      expect(right(await store.size()())).toBe(1);
    });

    it('lets exactly one of many concurrent appends at one revision win', async () => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => append('host/a', -1, entries(2))));
      expect(outcomes.filter(E.isRight)).toHaveLength(1);
      expect(outcomes.filter(E.isLeft).every((outcome) => left(outcome)._tag === 'Conflict')).toBe(true);
      expect(right(await store.size()())).toBe(2);
    });

    it('takes concurrent appends to many streams, each at its own dense index', async () => {
      const streams = Array.from({ length: 50 }, (_, i) => `host/${i}`);
      const outcomes = await Promise.all(streams.map((stream) => append(stream, -1, entries(2))));
      const firsts = outcomes.map((outcome) => right(outcome).firstIndex).sort((a, b) => a - b);
      expect(firsts).toEqual(streams.map((_, i) => 2 * i));
      for (const [i, stream] of streams.entries()) {
        const read = right(await store.readStream(stream, 0, 10)());
        expect(read.map(({ index }) => index)).toEqual([0, 1].map((k) => right(outcomes[i]!).firstIndex + k));
      }
    });

    it('answers an append that is under way twice only once', async () => {
      const added = entries(2);
      const [one, other] = await Promise.all([append('host/a', -1, added), append('host/a', -1, added)]);
      expect(right(one)).toEqual(right(other));
      expect(right(await store.size()())).toBe(2);
    });

    it('reads a stream from a revision on, at most as many as asked for', async () => {
      right(await append('host/a', -1, entries(5)));
      right(await append('host/aa', -1, entries(5)));
      expect(right(await store.readStream('host/a', 2, 2)()).map(({ revision }) => revision)).toEqual([2, 3]);
      expect(right(await store.readStream('host/a', 4, 9)()).map(({ revision }) => revision)).toEqual([4]);
      expect(right(await store.readStream('host/a', 5, 9)())).toEqual([]);
    });

    it('reads a stream on from its end, and what comes behind it, whether it was sure of its end or not', async () => {
      right(await append('host/a', -1, entries(3)));
      for (let last = 2; last < 6; last++) {
        expect(right(await store.readStream('host/a', last + 1, 10)())).toEqual([]);
        // Who may not know what others append is never sure.
        expect(store.endsBefore?.('host/a', last) ?? false).toBe(false);
        const appending = append('host/a', last, entries(1));
        const meanwhile = right(await store.readStream('host/a', last + 1, 10)());
        right(await appending);
        expect(store.endsBefore?.('host/a', last + 1) ?? false).toBe(false);
        expect(right(await store.readStream('host/a', last + 1, 10)())).toHaveLength(1);
        expect(meanwhile.length).toBeLessThanOrEqual(1);
      }
      expect(right(await store.readStream('host/none', 3, 10)())).toEqual([]);
    });

    it('says how many entries it holds as soon as an append was acknowledged', async () => {
      for (let held = 0; held < 5; held++) {
        expect(right(await store.size()())).toBe(held);
        right(await append('host/a', held - 1, entries(1)));
      }
      left(await append('host/a', 0, entries(1)));
      expect(right(await store.size()())).toBe(5);
    });

    it('reads all streams page by page', async () => {
      for (let i = 0; i < 5; i++) right(await append(`host/${i}`, -1, entries(5)));
      const seen: Array<number> = [];
      for (let from = 0; from < 25; from += 7) {
        seen.push(...right(await store.readAll(from, 7)()).map(({ index }) => index));
      }
      expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i));
    });

    it('tells listeners of durable entries, until they stop listening', async () => {
      const sizes: Array<number> = [];
      const stop = store.onAppended((size) => sizes.push(size));
      right(await append('host/a', -1, entries(2)));
      left(await append('host/a', -1, entries(2)));
      right(await append('host/a', 1, entries(1)));
      // A store that others write to as well may hear of one append in parts; never of what was refused.
      expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
      expect(sizes).toEqual(expect.arrayContaining([2, 3]));
      expect(sizes.at(-1)).toBe(3);
      const heard = sizes.length;
      stop();
      right(await append('host/a', 2, entries(1)));
      expect(sizes).toHaveLength(heard);
    });
  });
};
