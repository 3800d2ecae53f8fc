import { beforeAll, describe, expect, it } from 'vitest';
import { createMemoryEventStore } from '../../../adapters/event-store/memory/memory-event-store.js';
import { catalogue } from '../../../domain/ledger/event-type.js';
import { loadStream } from '../../../domain/ledger/load-stream.js';
import { countCatalogue, left, openTestLedger, right, type TestLedger } from '../../support/ledger.js';

let ledger: TestLedger;
const load = (...options: ReadonlyArray<Parameters<ReturnType<typeof loadStream>>[2]>) =>
  loadStream(ledger.writer)(countCatalogue, 'host/a', ...options)();

beforeAll(async () => {
  ledger = await openTestLedger(createMemoryEventStore());
  right(await ledger.count('host/b', { by: 1 }));
  for (let i = 0; i < 300; i++) right(await ledger.count('host/a', { by: i, times: 2 }));
});

describe('loadStream', () => {
  it('reads a stream of many pages whole, in order', async () => {
    const loaded = right(await load());
    expect(loaded.revision).toBe(599);
    expect(loaded.events.map(({ event }) => event.data.by)).toEqual(Array.from({ length: 600 }, (_, i) => i >> 1));
    expect(loaded.events.every(({ basis, actor }) => basis['authority'] === 1 && actor.subject === 'test')).toBe(true);
  });

  it('reads to the revision that a basis names, and says so when it is not there', async () => {
    expect(right(await load({ upTo: 511 })).revision).toBe(511);
    expect(right(await load({ upTo: 0 })).events).toHaveLength(1);
    expect(right(await load({ upTo: -1 })).revision).toBe(-1);
    expect(left(await load({ upTo: 600 }))).toEqual({
      _tag: 'StreamTooShort',
      stream: 'host/a',
      wanted: 600,
      actual: 599,
    });
  });

  it('goes on from a tip that was checked before', async () => {
    const { tip } = right(await load({ upTo: 300 }));
    const rest = right(await load({ after: tip }));
    expect(rest.events[0]?.revision).toBe(301);
    expect(rest.events).toHaveLength(299);
    expect(right(await load({ after: rest.tip }))).toEqual({ events: [], revision: 599, tip: rest.tip });
    expect(left(await load({ after: { ...tip!, leaf: '0'.repeat(64) } }))._tag).toBe('PreviousMismatch');
  });

  it('knows nothing of a stream that does not exist', async () => {
    expect(right(await loadStream(ledger.writer)(countCatalogue, 'host/none')())).toEqual({
      events: [],
      revision: -1,
      tip: null,
    });
  });

  it('names an event that this program does not know, instead of passing over it', async () => {
    const loaded = await loadStream(ledger.writer)(catalogue([]), 'host/a')();
    expect(left(loaded)).toMatchObject({
      _tag: 'EventUnreadable',
      at: { revision: 0 },
      fault: { _tag: 'UnknownEventType', type: 'Counted' },
    });
  });
});
