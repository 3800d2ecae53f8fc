import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { createMemoryEventStore } from '../../../../adapters/event-store/memory/memory-event-store.js';
import { readHead } from '../../../../adapters/event-store/sqlite/head-file.js';
import { openSealer } from '../../../../adapters/event-store/sqlite/sealer.js';
import { verifyLedger } from '../../../../domain/ledger/verify-ledger.js';
import type { EventStore, StoreError } from '../../../../domain/ports.js';
import { left, openTestLedger, right } from '../../../support/ledger.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';

const setUp = async (store: EventStore = createMemoryEventStore(), every = 1) => {
  const ledger = await openTestLedger(store);
  const file = join(temporaryFolder(), 'head');
  const faults: Array<StoreError> = [];
  const deps = { ...ledger.writer, file, every, onFault: (fault: StoreError) => void faults.push(fault) };
  return { ledger, file, faults, deps };
};

describe('the sealer', () => {
  it('keeps a signed head of the store in a file of its own', async () => {
    const { ledger, file, deps, faults } = await setUp();
    const sealer = right(await openSealer(deps)());
    expect(sealer.head()?.size).toBe(2);
    for (let i = 0; i < 20; i++) right(await ledger.count('host/a', { by: 1 }));
    for (let i = 0; i < 400 && sealer.head()?.size !== 22; i++) await sleep(5);
    const head = right(await readHead(file)());
    expect(head).toEqual(sealer.head());
    const report = right(await verifyLedger(ledger.writer, { pinned: null, head, mostFaults: 5 })());
    expect(report).toMatchObject({ faultCount: 0, size: 22, root: head?.root });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(faults).toEqual([]);
    right(await sealer.close());
  });

  it('seals what is left when it is closed, and goes on from there', async () => {
    const { ledger, file, deps } = await setUp(undefined, 60_000);
    const sealer = right(await openSealer(deps)());
    right(await ledger.count('host/a', { by: 1, times: 5 }));
    expect(sealer.head()?.size).toBe(2);
    right(await sealer.close());
    expect(right(await readHead(file)())?.size).toBe(7);
    right(await ledger.count('host/a', { by: 1, times: 5 }));
    const next = right(await openSealer(deps)());
    const report = right(await verifyLedger(ledger.writer, { pinned: null, head: next.head(), mostFaults: 5 })());
    expect(report).toMatchObject({ faultCount: 0, size: 12, root: next.head()?.root });
    right(await next.close());
  });

  it('does not write the file anew when nothing was appended', async () => {
    const { file, deps } = await setUp();
    right(await right(await openSealer(deps)()).close());
    const before = readFileSync(file, 'utf8');
    right(await right(await openSealer({ ...deps, clock: { now: () => '2026-05-05T00:00:00.000Z' } })()).close());
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('refuses to go on when the store holds less than the head says', async () => {
    const { ledger, deps } = await setUp();
    right(await ledger.count('host/a', { by: 1 }));
    right(await right(await openSealer(deps)()).close());
    const older = await openTestLedger(createMemoryEventStore());
    expect(left(await openSealer({ ...deps, store: older.writer.store })())).toEqual({
      _tag: 'StoreTruncated',
      head: 3,
      store: 2,
    });
  });

  it('refuses a head that it cannot read or did not sign, and begins anew without one', async () => {
    const { file, deps } = await setUp();
    right(await right(await openSealer(deps)()).close());
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"size":2', '"size":1'));
    expect(left(await openSealer(deps)())._tag).toBe('HeadSignatureInvalid');
    writeFileSync(file, text.slice(0, 30));
    expect(left(await openSealer(deps)())._tag).toBe('HeadUnreadable');
    rmSync(file);
    expect(right(await openSealer(deps)()).head()?.size).toBe(2);
  });

  it('tells when a head cannot be written, and seals later', async () => {
    const store = createMemoryEventStore();
    let broken = false;
    const flaky: EventStore = {
      ...store,
      readAll: (from, limit) =>
        broken ? TE.left({ _tag: 'StoreUnavailable', detail: 'away' }) : store.readAll(from, limit),
    };
    const { ledger, deps, faults } = await setUp(flaky);
    const sealer = right(await openSealer(deps)());
    broken = true;
    right(await ledger.count('host/a', { by: 1 }));
    for (let i = 0; i < 200 && faults.length === 0; i++) await sleep(5);
    expect(faults).toEqual([{ _tag: 'StoreUnavailable', detail: 'away' }]);
    broken = false;
    right(await sealer.close());
    expect(sealer.head()?.size).toBe(3);
  });
});
