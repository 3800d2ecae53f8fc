import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import Libsql from 'libsql';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compareReadModels,
  type ReadModelReport,
} from '../../../adapters/projection-store/comparison/compare-read-models.js';
import { openProjectionStore } from '../../../adapters/projection-store/open-projection-store.js';
import type { StoredEntry } from '../../../domain/ports.js';
import { attest, certifiedHost, later, openTestAuthority, type TestAuthority } from '../../support/authority.js';
import { hashing } from '../../support/engines.js';
import { right } from '../../support/ledger.js';
import { steps, take } from '../../support/random-history.js';
import { softwareTpm } from '../../support/software-tpm.js';
import { folderForAll, temporaryFolder } from '../../support/temporary-folder.js';

const entriesOf = async ({ deps }: TestAuthority): Promise<ReadonlyArray<StoredEntry>> =>
  right(await deps.store.readAll(0, 100_000)());

const follow = async ({ deps }: TestAuthority, file: string): Promise<void> =>
  await right(await openProjectionStore(deps, file)()).close();

const compared = (file: string, entries: ReadonlyArray<StoredEntry>, whole = true, pageSize = 7): ReadModelReport => {
  const comparison = compareReadModels(hashing, file);
  for (let i = 0; i < entries.length; i += pageSize) comparison.take(entries.slice(i, i + pageSize));
  return comparison.finish({ whole, size: entries.length });
};

const folder = folderForAll();
let entries: ReadonlyArray<StoredEntry>;
const kept = (): string => join(folder(), 'projections.db');

beforeAll(async () => {
  const authority = await openTestAuthority();
  for (const host of ['web-1', 'web-2']) {
    const tpm = softwareTpm({ kind: 'ecc', seed: host });
    await certifiedHost(authority, host, tpm);
    for (let i = 0; i < 3; i++) {
      later(authority, 60);
      await attest(authority, host, tpm);
    }
  }
  await follow(authority, kept());
  entries = await entriesOf(authority);
});

/** The report on a copy of the file that `sql` was done to. */
const edited = (...sql: ReadonlyArray<string>): ReadModelReport & { readonly file: string } => {
  const file = join(temporaryFolder(), 'projections.db');
  copyFileSync(kept(), file);
  const raw = new Libsql(file);
  for (const statement of sql) raw.exec(statement);
  raw.close();
  return { ...compared(file, entries), file };
};

const told = ({ faults }: ReadModelReport): ReadonlyArray<string> =>
  faults.map((fault) =>
    'table' in fault
      ? [fault._tag, fault.table, fault.model, fault.key, String(fault.index)].join(' ').replaceAll(/ +/g, ' ')
      : fault._tag,
  );

/** The newest row of web-1's history and its index. */
const NEWEST = "(SELECT max(from_index) FROM versions WHERE projection = 0 AND key = 'host/web-1')";
const newest = (): number =>
  entries.findLastIndex(({ stream, bytes }) => stream === 'host/web-1' && Buffer.from(bytes).includes('"nonce'));

describe('comparing the read models with the ledger', () => {
  it('finds nothing in what was folded from it, in however many runs', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 50 }), async (all, pageSize) => {
        const authority = await openTestAuthority();
        const file = join(temporaryFolder(), 'projections.db');
        for (const [i, each] of all.entries()) {
          if (i % 9 === 0) await follow(authority, file);
          await take(authority, each);
        }
        const ledger = await entriesOf(authority);
        // Behind the checkpoint the file says nothing, and nothing is held against it.
        expect(compared(file, ledger, true, pageSize)).toMatchObject({ state: 'compared', faults: [] });
        await follow(authority, file);
        expect(compared(file, ledger, true, pageSize)).toEqual({
          state: 'compared',
          entries: ledger.length,
          faults: [],
        });
      }),
      { numRuns: 5 },
    );
  });

  it.each([
    [
      'a row of now',
      "UPDATE current SET row = replace(row, '\"', '''') WHERE projection = 0 AND key LIKE '%web-1'",
      'ReadModelRowChanged current host-trust',
    ],
    [
      'a row of now that is gone',
      "DELETE FROM current WHERE projection = 0 AND key LIKE '%web-2'",
      'ReadModelRowMissing current host-trust',
    ],
    [
      'a row of now that never was',
      "INSERT INTO current VALUES (0, 'host/web-9', '{}')",
      'ReadModelRowAdded current host-trust host/web-9 null',
    ],
    [
      'a row of now whose being gone is hidden',
      'UPDATE current SET row = NULL WHERE projection = 2 AND key = (SELECT max(key) FROM current WHERE projection = 2)',
      'ReadModelRowChanged current operators',
    ],
    [
      'where a stream ends',
      "UPDATE tips SET revision = revision - 1 WHERE stream = 'host/web-1'",
      'ReadModelRowChanged tips host/web-1 null',
    ],
    [
      'a time',
      "UPDATE times SET times = CAST(x'0000000000000000' || substr(times, 9) AS BLOB), first_time = 0",
      'ReadModelRowChanged times 0',
    ],
    [
      'times that end too early',
      'UPDATE times SET times = substr(times, 1, length(times) - 8)',
      'ReadModelRowMissing times',
    ],
    [
      'times of no whole number',
      "UPDATE times SET times = CAST(times || x'00' AS BLOB)",
      'ReadModelRowMissing times 0',
    ],
    [
      'times beyond the end',
      "INSERT INTO times VALUES (99999, 1, x'0000000000000000')",
      'ReadModelRowAdded times 99999',
    ],
    [
      'the time of the checkpoint',
      "UPDATE meta SET value = replace(value, '\"time\":1', '\"time\":2') WHERE name = 'checkpoint'",
      'ReadModelRowChanged meta checkpoint null',
    ],
    [
      'the entry of the checkpoint',
      'UPDATE meta SET value = replace(value, \'"lastId":"\', \'"lastId":"0\') WHERE name = \'checkpoint\'',
      'ReadModelsForeign',
    ],
    ['an index that is gone', 'DROP INDEX versions_by_key', 'StoreDamaged'],
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON versions BEGIN DELETE FROM tips; END', 'StoreDamaged'],
  ])('names %s', (_, sql, expected) => {
    const report = edited(sql);
    expect(report.state).toBe('compared');
    expect(told(report)).toHaveLength(1);
    expect(told(report)[0]).toContain(expected.split(' ')[0]);
    for (const word of expected.split(' ')) expect(told(report)[0]?.split(' ')).toContain(word);
  });

  it('names a row of the history by its model, key and index, whatever was done to it', () => {
    const place = 'versions host-trust host/web-1';
    const index = String(newest());
    const where = `projection = 0 AND key = 'host/web-1' AND from_index = ${NEWEST}`;
    expect(told(edited(`UPDATE versions SET row = NULL WHERE ${where}`))).toEqual([
      `ReadModelRowChanged ${place} ${index}`,
    ]);
    expect(told(edited(`DELETE FROM versions WHERE ${where}`))).toEqual([`ReadModelRowMissing ${place} ${index}`]);
    expect(told(edited(`INSERT INTO versions SELECT 0, key, 3, row FROM versions WHERE ${where}`))).toEqual([
      `ReadModelRowAdded ${place} 3`,
    ]);
    expect(told(edited(`UPDATE versions SET from_index = 3 WHERE ${where}`))).toEqual([
      `ReadModelRowAdded ${place} 3`,
      `ReadModelRowMissing ${place} ${index}`,
    ]);
    expect(told(edited(`UPDATE versions SET key = 'host/web-7' WHERE ${where}`))).toEqual([
      `ReadModelRowMissing ${place} ${index}`,
      `ReadModelRowAdded versions host-trust host/web-7 ${index}`,
    ]);
  });

  it('names every row whose text is another row’s, wherever it is', () => {
    const raw = new Libsql(kept());
    const rows = raw
      .prepare('SELECT rowid AS at, row, from_index FROM versions ORDER BY rowid')
      .all([]) as ReadonlyArray<{
      readonly at: number;
      readonly row: string | null;
      readonly from_index: number;
    }>;
    raw.close();
    expect(rows.length).toBeGreaterThan(10);
    for (const { at, row, from_index: index } of rows) {
      const other = rows.find((candidate) => candidate.row !== row)?.at ?? 0;
      const report = edited(
        `UPDATE versions SET row = (SELECT row FROM versions WHERE rowid = ${String(other)}) WHERE rowid = ${String(at)}`,
      );
      expect(report.faults).toMatchObject([{ _tag: 'ReadModelRowChanged', table: 'versions', index }]);
    }
  });

  it('takes rows for the same whatever order their fields or they themselves stand in', () => {
    const raw = new Libsql(kept());
    const rows = raw.prepare('SELECT key, row FROM current WHERE projection = 0 AND row IS NOT NULL').all([]);
    raw.close();
    expect(rows.length).toBeGreaterThan(1);
    const reordered = (rows as ReadonlyArray<{ readonly key: string; readonly row: string }>).map(({ key, row }) => {
      const turned = Object.fromEntries(Object.entries(JSON.parse(row) as object).reverse());
      return `UPDATE current SET row = '${JSON.stringify(turned)}' WHERE projection = 0 AND key = '${key}'`;
    });
    const moved = 'UPDATE versions SET rowid = rowid + 100000 WHERE rowid % 2 = 0';
    expect(edited(...reordered, moved).faults).toEqual([]);
  });

  it('names what was folded from more entries than there are, and from others', () => {
    expect(compared(kept(), entries.slice(0, -2))).toMatchObject({
      state: 'compared',
      entries: entries.length - 2,
      faults: [{ _tag: 'ReadModelsAhead', folded: entries.length, store: entries.length - 2 }],
    });
    expect(compared(kept(), entries.slice(0, 6), false)).toEqual({ state: 'partly', entries: 6, faults: [] });
  });

  it('names a file that is torn or something else, and never one that the next start makes anew', () => {
    const file = join(temporaryFolder(), 'projections.db');
    expect(compared(file, entries)).toEqual({ state: 'absent', entries: 0, faults: [] });
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, 'this is a text file, and longer than a header of a hundred bytes would be.'.repeat(100));
    expect(compared(file, entries).faults).toMatchObject([{ _tag: 'StoreDamaged', where: file }]);
    copyFileSync(kept(), file);
    truncateSync(file, Math.floor(readFileSync(kept()).length / 2));
    expect(compared(file, entries).faults.map(({ _tag }) => _tag)).toContain('StoreDamaged');
    expect(edited("UPDATE meta SET value = '[]' WHERE name = 'form'")).toMatchObject({ state: 'outdated', faults: [] });
    expect(edited("UPDATE meta SET value = '{' WHERE name = 'checkpoint'")).toMatchObject({ state: 'outdated' });
    expect(edited('DROP TABLE meta')).toMatchObject({ state: 'outdated', faults: [] });
  });

  it('reads one moment of a file that others go on writing', async () => {
    const authority = await openTestAuthority();
    const file = join(temporaryFolder(), 'projections.db');
    const live = right(await openProjectionStore(authority.deps, file)());
    const before = await entriesOf(authority);
    const comparison = compareReadModels(hashing, file);
    await certifiedHost(authority, 'web-9', softwareTpm({ kind: 'ecc', seed: 'web-9' }));
    const after = await entriesOf(authority);
    right(await live.waitFor(after.length - 1)());
    comparison.take(after);
    expect(comparison.finish({ whole: true, size: after.length })).toEqual({
      state: 'compared',
      entries: before.length,
      faults: [],
    });
    await live.close();
  });
});
