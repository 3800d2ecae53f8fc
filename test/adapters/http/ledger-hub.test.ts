import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { createLedgerHub } from '../../../adapters/http/ledger-hub.js';
import type { StoredEntry } from '../../../domain/ports.js';

const entry = (index: number, stream: string): StoredEntry => ({
  index,
  stream,
  revision: 0,
  id: String(index),
  bytes: new Uint8Array(),
});

/** A ledger that held ten entries before anybody listened. */
const opened = () => {
  const entries = Array.from({ length: 10 }, (_, index) => entry(index, 'host/earlier'));
  const listeners = new Set<(size: number) => void>();
  const hub = createLedgerHub({
    onAppended: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    readAll: (from, limit) => TE.right(entries.slice(from, from + limit)),
    size: () => TE.right(entries.length),
  });
  const record = (stream: string): void => {
    entries.push(entry(entries.length, stream));
    for (const listener of listeners) listener(entries.length);
  };
  return { hub, record, listeners };
};

/** Far beyond what a test may take: only news ends such a wait. */
const FOR_EVER_MS = 2_000_000_000;

describe('who waits for something to be recorded', () => {
  it.each([['all' as const], [['host/a']]])(
    'hears of the first entry after the start, waiting for %s',
    async (streams) => {
      const { hub, record } = opened();
      const watch = hub.watch(streams);
      const heard = watch.wait(FOR_EVER_MS);
      record('host/a');
      await heard;
      watch.stop();
    },
  );

  it('hears of what was recorded between two waits, and not of other streams', async () => {
    const { hub, record } = opened();
    const [mine, other] = [hub.watch(['host/a']), hub.watch(['host/b'])];
    record('host/a');
    await Promise.all([mine.wait(FOR_EVER_MS), other.wait(10)]);
    record('host/a');
    await mine.wait(FOR_EVER_MS);
    let woken = false;
    const waiting = other.wait(FOR_EVER_MS).then(() => {
      woken = true;
    });
    record('host/a');
    await mine.wait(FOR_EVER_MS);
    expect(woken).toBe(false);
    record('host/b');
    await waiting;
  });

  it('hears of what is recorded after everybody had left in the middle of a reading', async () => {
    const { hub, record } = opened();
    const first = hub.watch('all');
    record('host/a');
    record('host/a');
    first.stop();
    record('host/a');
    await new Promise((resolve) => setImmediate(resolve));
    const second = hub.watch('all');
    const heard = second.wait(FOR_EVER_MS);
    record('host/a');
    await heard;
  });

  it('waits no longer when the authority ends, and is told nothing after', async () => {
    const { hub, listeners } = opened();
    const waiting = hub.watch('all').wait(FOR_EVER_MS);
    hub.end();
    await waiting;
    await hub.watch('all').wait(FOR_EVER_MS);
    expect([hub.ended(), listeners.size]).toEqual([true, 0]);
  });
});
