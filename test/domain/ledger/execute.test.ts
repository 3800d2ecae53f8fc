import { randomUUID } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { createMemoryEventStore } from '../../../adapters/event-store/memory/memory-event-store.js';
import { execute } from '../../../domain/ledger/execute.js';
import { loadStream } from '../../../domain/ledger/load-stream.js';
import type { EventSigner, EventStore } from '../../../domain/ports.js';
import { keyFromSeed } from '../../support/engines.js';
import { actor, countCatalogue, counter, left, openTestLedger, right } from '../../support/ledger.js';

describe('execute', () => {
  it('records what the decider decided, chained and signed, and answers with the new state', async () => {
    const ledger = await openTestLedger(createMemoryEventStore());
    const done = right(await ledger.count('host/a', { by: 2, times: 3 }));
    expect(done.state).toBe(6);
    expect(done.events.map((recorded) => [recorded.index, recorded.revision])).toEqual([
      [2, 0],
      [3, 1],
      [4, 2],
    ]);
    const loaded = right(await loadStream(ledger.writer)(countCatalogue, 'host/a', { signatures: 'each' })());
    expect(loaded.events).toEqual(done.events);
    expect(loaded.tip?.leaf).toBe(done.events[2]?.leaf);
  });

  it('passes on a rejection and writes nothing', async () => {
    const ledger = await openTestLedger(createMemoryEventStore());
    expect(left(await ledger.count('host/a', { by: -1 }))).toEqual({ _tag: 'Negative' });
    expect(right(await ledger.writer.store.size()())).toBe(2);
  });

  it('answers a repeated command as the first time, from a hot and from a cold cache', async () => {
    const ledger = await openTestLedger(createMemoryEventStore());
    const id = randomUUID();
    const first = right(await ledger.count('host/a', { by: 1, times: 2 }, id));
    right(await ledger.count('host/a', { by: 5 }));
    expect(right(await ledger.count('host/a', { by: 1, times: 2 }, id)).events).toEqual(first.events);
    ledger.cache.drop('host/a');
    const again = right(await ledger.count('host/a', { by: -100 }, id));
    expect(again.events).toEqual(first.events);
    expect(again.state).toBe(7);
  });

  it('decides again from the new state when another writer was first', async () => {
    const store = createMemoryEventStore();
    const [one, other] = [await openTestLedger(store), await openTestLedger(store)];
    right(await one.count('host/a', { by: 5 }));
    right(await other.count('host/a', { by: -5 }));
    expect(left(await one.count('host/a', { by: -1 }))).toEqual({ _tag: 'Negative' });
    expect(right(await one.count('host/a', { by: 1 })).revision).toBe(2);
  });

  it('prepares afresh for each attempt and gives up after five conflicts', async () => {
    const store = createMemoryEventStore();
    const ledger = await openTestLedger(store);
    let prepared = 0;
    const contested: EventStore = {
      ...store,
      append: ({ stream, expectedRevision }) =>
        TE.left({ _tag: 'Conflict', stream, expected: expectedRevision, actual: 9 }),
    };
    const outcome = await execute({ ...ledger.writer, store: contested })({
      decider: counter,
      catalogue: countCatalogue,
      cache: ledger.cache,
      stream: 'host/a',
      commandId: randomUUID(),
      actor,
      prepare: () => TE.fromIO(() => ({ command: { by: (prepared += 1) }, basis: {} })),
    })();
    expect(left(outcome)).toEqual({ _tag: 'TooManyConflicts', stream: 'host/a' });
    expect(prepared).toBe(6);
  });

  it('records nothing while the signing key can not be used', async () => {
    const ledger = await openTestLedger(createMemoryEventStore());
    const down = {
      kid: ledger.eventKey.kid,
      sign: () => TE.left({ _tag: 'SignerUnavailable' as const, detail: 'off' }),
    };
    const outcome = await execute({ ...ledger.writer, signer: () => down })({
      decider: counter,
      catalogue: countCatalogue,
      cache: ledger.cache,
      stream: 'host/a',
      commandId: randomUUID(),
      actor,
      prepare: () => TE.right({ command: { by: 1, times: 3 }, basis: {} }),
    })();
    expect(left(outcome)).toEqual({ _tag: 'SignerUnavailable', detail: 'off' });
    expect(right(await ledger.writer.store.size()())).toBe(2);
    expect(right(await ledger.count('host/a', { by: 1 })).state).toBe(1);
  });

  it('signs again what another key signed that was replaced meanwhile', async () => {
    const ledger = await openTestLedger(createMemoryEventStore());
    const next = keyFromSeed(3);
    let current: EventSigner = ledger.eventKey;
    const replacing: EventSigner = {
      ...ledger.eventKey,
      sign: (message) => {
        current = next;
        return ledger.eventKey.sign(message);
      },
    };
    current = replacing;
    const done = right(
      await execute({ ...ledger.writer, signer: () => current })({
        decider: counter,
        catalogue: countCatalogue,
        cache: ledger.cache,
        stream: 'host/a',
        commandId: randomUUID(),
        actor,
        prepare: () => TE.right({ command: { by: 1 }, basis: {} }),
      })(),
    );
    expect(done.events.map(({ kid, revision }) => [kid, revision])).toEqual([[next.kid, 0]]);
    expect(right(await ledger.writer.store.size()())).toBe(3);
  });

  it('looks for its events after an unknown outcome instead of deciding twice', async () => {
    const store = createMemoryEventStore();
    const ledger = await openTestLedger(store);
    let lost = 0;
    const silent: EventStore = {
      ...store,
      append: (request) => async () => {
        const answer = await store.append(request)();
        lost += 1;
        return lost === 1 ? TE.left({ _tag: 'StoreUnavailable' as const, detail: 'timed out' })() : answer;
      },
    };
    const other = await openTestLedger(silent);
    const done = right(await other.count('host/a', { by: 3 }));
    expect(done.state).toBe(3);
    expect(right(await store.size()())).toBe(3);
    expect(lost).toBe(1);
    expect(right(await ledger.count('host/a', { by: 1 })).state).toBe(4);
  });

  it('never lets recordedAt go back within a stream', async () => {
    const ledger = await openTestLedger(createMemoryEventStore());
    right(await ledger.count('host/a', { by: 1 }));
    ledger.now.at = '2025-06-01T00:00:00.000Z';
    expect(right(await ledger.count('host/a', { by: 1 })).events[0]?.recordedAt).toBe('2026-01-01T00:00:00.000Z');
    expect(right(await ledger.count('host/b', { by: 1 })).events[0]?.recordedAt).toBe('2025-06-01T00:00:00.000Z');
  });

  it('lets a hundred commands of one stream through, one after another', async () => {
    const ledger = await openTestLedger(createMemoryEventStore());
    const done = await Promise.all(Array.from({ length: 100 }, () => ledger.count('host/a', { by: 1 })));
    expect(new Set(done.map((one) => right(one).revision)).size).toBe(100);
    expect(right(await ledger.count('host/a', { by: 0 })).state).toBe(100);
  });

  it('refuses events that no reader could read back, and writes nothing', async () => {
    const ledger = await openTestLedger(createMemoryEventStore());
    expect(left(await ledger.count('host/a', { by: 1, note: 'x'.repeat(70_000) }))._tag).toBe('EntryOversize');
    expect(left(await ledger.count('host/a', { by: 1, note: '\ud800' }))._tag).toBe('EntryNotCanonical');
    expect(left(await ledger.count('host/a', { by: 1 }, 'x'.repeat(65)))._tag).toBe('EntryInvalid');
    expect(right(await ledger.writer.store.size()())).toBe(2);
  });
});
