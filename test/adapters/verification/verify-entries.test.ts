import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProjectionStore } from '../../../adapters/projection-store/open-projection-store.js';
import { type InspectingThreads, startInspectingThreads } from '../../../adapters/verification/inspecting-threads.js';
import { inspectionEngines } from '../../../adapters/verification/inspection-engines.js';
import { readAhead } from '../../../adapters/verification/read-ahead.js';
import { type VerifyEntriesInput, verifyEntries } from '../../../adapters/verification/verify-entries.js';
import { verifyInspected, verifyLedger } from '../../../domain/ledger/verify-ledger.js';
import type { StoredEntry } from '../../../domain/ports.js';
import { attest, certifiedHost, later, openTestAuthority, type TestAuthority } from '../../support/authority.js';
import { keyFromSeed } from '../../support/engines.js';
import { edit, storeOf } from '../../support/entry-edits.js';
import { left, right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';
import { folderForAll, temporaryFolder } from '../../support/temporary-folder.js';
import { threadPrograms } from '../../support/thread-programs.js';

const programs = threadPrograms();
const folder = folderForAll();
const pinned = keyFromSeed(1).kid;
let authority: TestAuthority;
let entries: ReadonlyArray<StoredEntry>;
let threads: InspectingThreads;

beforeAll(async () => {
  authority = await openTestAuthority();
  for (const host of ['web-1', 'web-2', 'web-3']) {
    const tpm = softwareTpm({ kind: 'ecc', seed: host });
    await certifiedHost(authority, host, tpm);
    for (let i = 0; i < 5; i++) {
      later(authority, 60);
      await attest(authority, host, tpm);
    }
  }
  entries = right(await authority.deps.store.readAll(0, 1000)());
  threads = startInspectingThreads(3, programs('inspection-thread'));
});
afterAll(() => threads.end());

const modelsFile = (): string => join(folder(), 'projections.db');

const checked = (input: Partial<VerifyEntriesInput>) =>
  verifyEntries({
    store: storeOf(entries),
    audit: { pinned, head: undefined, mostFaults: 20 },
    workers: 1,
    readModels: undefined,
    progress: () => undefined,
    fewest: 0,
    programs,
    ...input,
  })();

describe('checking the entries of a ledger', () => {
  it('finds the same, in the same order, on one thread and on several, whatever was done to them', async () => {
    const pages = fc.record({ pages: fc.integer({ min: 1, max: 8 }), pageSize: fc.integer({ min: 1, max: 9 }) });
    const edits = fc.array(edit, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(edits, pages, fc.integer({ min: 0, max: 6 }), async (all, sizes, mostFaults) => {
        const edited = [...entries];
        for (const each of all) each(edited);
        const store = storeOf(edited);
        const told: { one: Array<number>; many: Array<number> } = { one: [], many: [] };
        const optionsOf = (whole: Array<number>) => ({
          pinned,
          head: undefined,
          mostFaults,
          onWhole: (page: ReadonlyArray<StoredEntry>) => () => {
            whole.push(...page.map(({ index }) => index));
            return Promise.resolve();
          },
        });
        const one = right(await verifyLedger({ ...inspectionEngines, store }, optionsOf(told.one))());
        const read = readAhead({ store, threads, ...sizes });
        const many = right(await verifyInspected(inspectionEngines, read, optionsOf(told.many))());
        expect(many).toEqual(one);
        expect(told.many).toEqual(told.one);
        if (all.length === 0) expect(one.faultCount).toBe(0);
      }),
      { numRuns: 120 },
    );
  });

  it('holds no more pages than it was told to, however slow the threads are', async () => {
    let [under, most] = [0, 0];
    const slow: Pick<InspectingThreads, 'inspect'> = {
      inspect: (page, keys) => async () => {
        under += page.length === 0 ? 0 : 1;
        most = Math.max(most, under);
        const inspected = await threads.inspect(page, keys)();
        under -= page.length === 0 ? 0 : 1;
        return inspected;
      },
    };
    const read = readAhead({ store: storeOf(entries), threads: slow, pages: 4, pageSize: 2 });
    const options = { pinned, head: undefined, mostFaults: 5 };
    expect(right(await verifyInspected(inspectionEngines, read, options)())).toMatchObject({ faultCount: 0 });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('checks entries and read models on threads as it does without any', async () => {
    await right(await openProjectionStore(authority.deps, modelsFile())()).close();
    for (const readModels of [modelsFile(), undefined]) {
      const one = right(await checked({ readModels, workers: 1 }));
      const several = right(await checked({ readModels, workers: 3 }));
      expect(several).toEqual(one);
      expect(one.report).toMatchObject({ size: entries.length, faultCount: 0 });
      expect(one.readModels).toEqual(
        readModels === undefined
          ? { state: 'absent', entries: 0, faults: [] }
          : { state: 'compared', entries: entries.length, faults: [] },
      );
    }
  });

  it('compares read models as far as the ledger is whole, on threads or not', async () => {
    const edited = entries.map((entry, i) => (i === 9 ? { ...entry, bytes: entry.bytes.slice(0, -1) } : entry));
    for (const workers of [1, 3]) {
      const { report, readModels } = right(
        await checked({ store: storeOf(edited), readModels: modelsFile(), workers }),
      );
      expect(report.faults[0]).toMatchObject({ _tag: 'NotCanonical', at: { index: 9 } });
      expect(readModels).toEqual({ state: 'partly', entries: 9, faults: [] });
    }
  });

  it('tells of a store that can not be read to its end', async () => {
    const failing = storeOf(entries);
    const store: typeof failing = {
      ...failing,
      readAll: (from, limit) =>
        from < 10
          ? failing.readAll(from, 5)
          : () =>
              Promise.resolve({
                _tag: 'Left',
                left: { _tag: 'StoreUnavailable', detail: `gone ${String(limit > 0)}` },
              }),
    };
    for (const workers of [1, 2]) {
      expect(left(await checked({ store, workers }))).toEqual({ _tag: 'StoreUnavailable', detail: 'gone true' });
    }
  });
});

describe('a thread that does not do its work', () => {
  const script = (text: string): (() => URL) => {
    const file = join(temporaryFolder(), 'thread.mjs');
    writeFileSync(file, `import { parentPort, workerData } from 'node:worker_threads';\n${text}`);
    return () => pathToFileURL(file);
  };

  it.each([
    ['ends at once', 'process.exit(3);', 'a thread that checks entries ended (3)'],
    ['throws while it loads', "throw new Error('no such module');", 'no such module'],
    ['throws at an entry', "parentPort.on('message', () => { throw new Error('out of memory'); });", 'out of memory'],
    [
      'ends in the middle',
      "let n = 0; parentPort.on('message', ({ number }) => { if (n++ > 0) process.exit(0); parentPort.postMessage({ number, content: [] }); });",
      'a thread answered for other entries than it was given',
    ],
    [
      'answers for fewer entries',
      "parentPort.on('message', ({ number, content }) => parentPort.postMessage({ number, content: content.page.places.slice(1).map(() => ({ leaf: '00', read: { _tag: 'Left', left: {} } })) }));",
      'a thread answered for other entries than it was given',
    ],
  ])('makes the whole check fail: one that %s', async (_, text, detail) => {
    expect(left(await checked({ workers: 2, programs: script(text) }))).toEqual({ _tag: 'VerificationBroken', detail });
  });

  it('makes the whole check fail where its program is missing', async () => {
    const nowhere = () => pathToFileURL('/nowhere/thread.js');
    expect(left(await checked({ workers: 2, programs: nowhere }))).toMatchObject({ _tag: 'VerificationBroken' });
  });

  it('makes the whole check fail where only the read models were not compared', async () => {
    const broken = script('process.exit(4);');
    const mixed: typeof programs = (name) => (name === 'read-model-thread' ? broken() : programs(name));
    await right(await openProjectionStore(authority.deps, modelsFile())()).close();
    const input = { workers: 2, readModels: modelsFile(), programs: mixed };
    expect(left(await checked(input))).toMatchObject({ _tag: 'VerificationBroken' });
  });
});
