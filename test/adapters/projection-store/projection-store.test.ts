import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryEventStore } from '../../../adapters/event-store/memory/memory-event-store.js';
import { openProjectionStore, type ProjectionStore } from '../../../adapters/projection-store/open-projection-store.js';
import { withdrawOperator } from '../../../domain/access/change-operators.js';
import type { EventStore, StoredEntry } from '../../../domain/ports.js';
import { hostTrust } from '../../../projections/host-trust.js';
import { hostTrustAt } from '../../../projections/host-trust-at.js';
import { hostKey } from '../../../projections/host-trust-row.js';
import { operators } from '../../../projections/operators.js';
import { reference } from '../../../projections/reference.js';
import {
  approveImage,
  asks,
  attest,
  certifiedHost,
  later,
  ledgerSize,
  openTestAuthority,
  type TestAuthority,
} from '../../support/authority.js';
import { eventsOf, foldOf } from '../../support/fold.js';
import { left, right } from '../../support/ledger.js';
import { type Step, steps, take } from '../../support/random-history.js';
import { softwareTpm } from '../../support/software-tpm.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const openAt = async ({ deps }: TestAuthority, file: string): Promise<ProjectionStore> =>
  right(await openProjectionStore(deps, file)());

const plain = (rows: ReadonlyMap<string, unknown>): unknown => JSON.parse(JSON.stringify(Object.fromEntries(rows)));

const current = (store: ProjectionStore): unknown => ({
  hosts: plain(store.hostTrust.now()),
  reference: plain(store.reference.now()),
  operators: plain(store.operators.now()),
});

const foldsOf = async (events: EventStore, length?: number): Promise<unknown> => {
  const prefix = (await eventsOf(events)).slice(0, length);
  return {
    hosts: plain(foldOf(hostTrust, prefix)),
    reference: plain(foldOf(reference, prefix)),
    operators: plain(foldOf(operators, prefix)),
  };
};

const asOf = (store: ProjectionStore, index: number): unknown => ({
  hosts: plain(right(store.hostTrust.rowsAt(index))),
  reference: plain(right(store.reference.rowsAt(index))),
  operators: plain(right(store.operators.rowsAt(index))),
});

/** The same entries, with one replaced or the end cut off. */
const edited = (
  store: EventStore,
  edit: (entries: ReadonlyArray<StoredEntry>) => ReadonlyArray<StoredEntry>,
): EventStore => {
  const all = async (): Promise<ReadonlyArray<StoredEntry>> => edit(right(await store.readAll(0, 100_000)()));
  return {
    ...store,
    size: () => async () => ({ _tag: 'Right', right: (await all()).length }),
    readAll: (from, limit) => async () => ({ _tag: 'Right', right: (await all()).slice(from, from + limit) }),
    readStream: (stream, from, limit) => async () => {
      const own = (await all()).filter((entry) => entry.stream === stream);
      return { _tag: 'Right', right: own.slice(from, from + limit) };
    },
  };
};

const run = async (all: ReadonlyArray<Step>, follow = false): Promise<[TestAuthority, ProjectionStore, string]> => {
  const authority = await openTestAuthority(createMemoryEventStore());
  const file = join(temporaryFolder(), 'projections.db');
  const early = follow ? await openAt(authority, file) : undefined;
  for (const each of all) await take(authority, each);
  right(await withdrawOperator(authority.deps)({ ...asks('alice'), subject: 'arthur', reason: 'left' })());
  return [authority, early ?? (await openAt(authority, file)), file];
};

describe('the projection store', () => {
  it('shows the same when it followed all along as when it is folded from the beginning', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const [authority, followed] = await run(all, true);
        right(await followed.waitFor((await ledgerSize(authority)) - 1)());
        const rebuilt = await openAt(authority, join(temporaryFolder(), 'projections.db'));
        expect(current(followed)).toEqual(current(rebuilt));
        expect(current(followed)).toEqual(await foldsOf(authority.deps.store));
        await followed.close();
        await rebuilt.close();
      }),
      { numRuns: 6 },
    );
  });

  it('shows as of every index what folding the ledger so far shows', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const [authority, store] = await run(all);
        const size = await ledgerSize(authority);
        for (let index = 0; index < size; index += 3) {
          expect(asOf(store, index)).toEqual(await foldsOf(authority.deps.store, index + 1));
        }
        await store.close();
      }),
      { numRuns: 6 },
    );
  });

  it('knows which index the ledger had reached at any time', async () => {
    const [authority, store] = await run(fc.sample(steps, { seed: 7, numRuns: 1 })[0]!);
    const times = (await eventsOf(authority.deps.store)).map(({ recordedAt }) => Date.parse(recordedAt));
    for (const time of new Set(times.flatMap((at) => [at - 1, at, at + 1]))) {
      expect(store.indexAt(time)).toBe(times.findLastIndex((at) => at <= time));
    }
    expect(times.map((_, index) => store.timeOf(index))).toEqual(times);
    expect(store.timeOf(times.length)).toBeUndefined();
    await store.close();
  });

  it('resumes behind its checkpoint', async () => {
    const [authority, store, file] = await run([{ do: 'enrol', host: 'h1', who: 'wendy' }]);
    await store.close();
    await take(authority, { do: 'quarantine', host: 'h1', who: 'bob' });
    const again = await openAt(authority, file);
    expect(current(again)).toEqual(await foldsOf(authority.deps.store));
    expect(asOf(again, 3)).toEqual(await foldsOf(authority.deps.store, 4));
    await again.close();
  });

  it.each([
    ['is no database', (file: string) => writeFileSync(file, 'nonsense '.repeat(1000))],
    ['is empty', (file: string) => writeFileSync(file, '')],
  ])('is made anew when its file %s', async (_, spoil) => {
    const [authority, store, file] = await run([{ do: 'enrol', host: 'h1', who: 'wendy' }]);
    await store.close();
    spoil(file);
    const again = await openAt(authority, file);
    expect(current(again)).toEqual(await foldsOf(authority.deps.store));
    await again.close();
  });

  it('is made anew when it is ahead of the ledger, or of another one', async () => {
    const [authority, store, file] = await run([{ do: 'enrol', host: 'h1', who: 'wendy' }]);
    await store.close();
    const shorter = edited(authority.deps.store, (entries) => entries.slice(0, -1));
    const again = right(await openProjectionStore({ ...authority.deps, store: shorter }, file)());
    expect(current(again)).toEqual(await foldsOf(shorter));
    await again.close();
  });

  it('names the entry that breaks its stream, and opens nothing', async () => {
    const [authority, store] = await run([
      { do: 'enrol', host: 'h1', who: 'wendy' },
      { do: 'quarantine', host: 'h1', who: 'bob' },
    ]);
    await store.close();
    const enrolled = (await eventsOf(authority.deps.store)).find(({ event }) => event.type === 'HostEnrolled')!;
    const store2 = edited(authority.deps.store, (entries) =>
      entries.map((entry) =>
        entry.index === enrolled.index
          ? { ...entry, bytes: Buffer.from(Buffer.from(entry.bytes).toString().replace('wendy', 'wandy')) }
          : entry,
      ),
    );
    const fault = left(
      await openProjectionStore({ ...authority.deps, store: store2 }, join(temporaryFolder(), 'p.db'))(),
    );
    expect(fault).toMatchObject({ _tag: 'PreviousMismatch', at: { stream: 'host/h1', revision: 1 } });
  });

  it('finds an edited last entry by its signature', async () => {
    const [authority, store] = await run([{ do: 'enrol', host: 'h1', who: 'wendy' }]);
    await store.close();
    const store2 = edited(authority.deps.store, (entries) =>
      entries.map((entry) =>
        entry.stream === 'host/h1'
          ? { ...entry, bytes: Buffer.from(Buffer.from(entry.bytes).toString().replace('wendy', 'wandy')) }
          : entry,
      ),
    );
    const fault = left(
      await openProjectionStore({ ...authority.deps, store: store2 }, join(temporaryFolder(), 'p.db'))(),
    );
    expect(fault).toMatchObject({ _tag: 'SignatureInvalid', at: { stream: 'host/h1', revision: 0 } });
  });

  it('answers whether a host was trusted at a time before its image was withdrawn', async () => {
    const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });
    const authority = await openTestAuthority();
    const store = await openAt(authority, join(temporaryFolder(), 'projections.db'));
    await approveImage(authority, 'v1');
    await certifiedHost(authority, 'h1', tpm);
    const { index } = right(await attest(authority, 'h1', tpm));
    const then = authority.now.at;
    later(authority, 60);
    await take(authority, { do: 'withdraw', image: 'v1', who: 'bob' });
    const end = (await ledgerSize(authority)) - 1;
    right(await store.waitFor(end)());
    expect(store.indexAt(Date.parse(then))).toBe(index);
    const stateAt = (at: number): string | undefined => {
      const row = right(store.hostTrust.rowAt(hostKey('h1'), at));
      return row?.kind === 'host' ? hostTrustAt(row, then).state : undefined;
    };
    expect([stateAt(index - 1), stateAt(index), stateAt(end)]).toEqual(['certified', 'trusted', 'refused']);
    const spans = right(store.hostTrust.history(hostKey('h1'), end + 1, 2));
    expect(spans.map(({ from, until }) => [from, until])).toEqual([
      [end, undefined],
      [index, end],
    ]);
    await store.close();
  });

  it('says that an index is not in the ledger instead of waiting for it', async () => {
    const authority = await openTestAuthority();
    const store = await openAt(authority, join(temporaryFolder(), 'projections.db'));
    expect(left(await store.waitFor(10_000)())._tag).toBe('StoreUnavailable');
    await store.close();
  });
});
