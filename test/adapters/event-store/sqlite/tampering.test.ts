import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { headFileOf, readHead } from '../../../../adapters/event-store/sqlite/head-file.js';
import { openSqliteLedger } from '../../../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { openSealer } from '../../../../adapters/event-store/sqlite/sealer.js';
import type { Head } from '../../../../domain/ledger/head.js';
import { loadStream } from '../../../../domain/ledger/load-stream.js';
import { type LedgerReport, verifyLedger } from '../../../../domain/ledger/verify-ledger.js';
import { malleated, signedBy } from '../../../support/attackers.js';
import { engines } from '../../../support/engines.js';
import { countCatalogue, left, openTestLedger, right, type TestLedger } from '../../../support/ledger.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';

type Raw = InstanceType<typeof Libsql>;

interface Attacked {
  readonly file: string;
  readonly bytesAt: (index: number) => Buffer;
  readonly sql: (statement: string, ...parameters: ReadonlyArray<unknown>) => void;
  readonly rewrite: (index: number, change: (text: string) => string) => void;
}

/** Indexes: 0, 1 authority; 2, 4, 6, 8 host/a; 3, 5, 7 host/b. */
const fill = async (ledger: TestLedger): Promise<void> => {
  for (const stream of ['host/a', 'host/b', 'host/a', 'host/b', 'host/a', 'host/b', 'host/a']) {
    right(await ledger.count(stream, { by: 1, note: 'abc' }));
  }
};

const sealed = async (ledger: TestLedger, file: string): Promise<void> => {
  const onFault = (fault: unknown): never => expect.fail(JSON.stringify(fault));
  const { clock, signer } = { ...ledger.writer };
  const deps = { ...ledger.writer, clock, signer, file: headFileOf(file), every: 1000, onFault };
  right(await right(await openSealer(deps)()).close());
};

const attack = (file: string): Attacked => {
  const raw: Raw = new Libsql(file);
  return {
    file,
    bytesAt: (index) =>
      (raw.prepare('SELECT bytes FROM entries WHERE idx = ?').get([index]) as { bytes: Buffer }).bytes,
    sql: (statement, ...parameters) => void raw.prepare(statement).run([...parameters]),
    rewrite(index, change) {
      const bytes = Buffer.from(change(this.bytesAt(index).toString('utf8')));
      this.sql('UPDATE entries SET bytes = ? WHERE idx = ?', bytes, index);
    },
  };
};

interface Outcome {
  readonly report: LedgerReport;
  readonly load: (stream: string, signatures?: 'last' | 'each') => Promise<string>;
}

/** A founded and filled ledger, closed; attacked by `edit`; then opened and looked at again. */
const tampered = async (edit: (raw: Attacked) => void): Promise<Outcome> => {
  const file = join(temporaryFolder(), 'ledger.db');
  const before = right(await openSqliteLedger(file)());
  const honest = await openTestLedger(before.events);
  await fill(honest);
  await sealed(honest, file);
  await before.close();
  edit(attack(file));
  const after = right(await openSqliteLedger(file)());
  const head: Head | undefined = right(await readHead(headFileOf(file))());
  const reader = { ...honest.writer, store: after.events };
  const report = right(await verifyLedger(reader, { pinned: honest.authorityKey.kid, head, mostFaults: 20 })());
  const load: Outcome['load'] = async (stream, signatures = 'last') => {
    const loaded = await loadStream(reader)(countCatalogue, stream, { signatures })();
    return E.isLeft(loaded) ? loaded.left._tag : `${loaded.right.events.length} events`;
  };
  return { report, load };
};

const told = ({ report }: Outcome): ReadonlyArray<string> =>
  report.faults.map((fault) => ('at' in fault ? `${fault._tag} ${fault.at.index} ${fault.at.stream}` : fault._tag));

/** Most edits leave the head's root different as well. */
const ROOT = 'HeadRootMismatch';

describe('a ledger file', () => {
  it('is sound as it was written', async () => {
    const outcome = await tampered(() => undefined);
    expect(outcome.report).toMatchObject({ size: 9, faultCount: 0, faults: [] });
    expect(await outcome.load('host/a')).toBe('4 events');
  });

  it.each([
    [
      'an edited event in the middle',
      4,
      ['SignatureInvalid 4 host/a', 'PreviousMismatch 6 host/a'],
      'PreviousMismatch',
    ],
    ['an edited newest event', 8, ['SignatureInvalid 8 host/a'], 'SignatureInvalid'],
  ])('shows %s', async (_, index, faults, load) => {
    const outcome = await tampered((raw) => raw.rewrite(index, (text) => text.replace('"note":"abc"', '"note":"abd"')));
    expect(told(outcome)).toEqual([...faults, ROOT]);
    expect(await outcome.load('host/a')).toBe(load);
    expect(await outcome.load('host/b', 'each')).toBe('3 events');
  });

  it('shows a row that was taken out, even when the rest is numbered anew', async () => {
    const outcome = await tampered((raw) => {
      raw.sql('DELETE FROM entries WHERE idx = 4');
      for (const index of [5, 6, 7, 8]) raw.sql('UPDATE entries SET idx = ? WHERE idx = ?', index - 1, index);
    });
    expect(told(outcome)).toEqual(['RevisionGap 5 host/a', 'StoreTruncated']);
    expect(await outcome.load('host/a')).toBe('RevisionGap');
  });

  it('shows a row that was taken out although every later revision was moved up', async () => {
    const outcome = await tampered((raw) => {
      raw.sql('DELETE FROM entries WHERE idx = 6');
      raw.sql('UPDATE entries SET revision = 2 WHERE idx = 8');
      for (const index of [7, 8]) raw.sql('UPDATE entries SET idx = ? WHERE idx = ?', index - 1, index);
    });
    expect(told(outcome)).toEqual(['RevisionGap 7 host/a', 'StoreTruncated']);
    expect(await outcome.load('host/a')).toBe('RevisionGap');
  });

  it('shows two rows that changed places', async () => {
    const outcome = await tampered((raw) => {
      const [one, other] = [raw.bytesAt(4), raw.bytesAt(6)];
      raw.sql('UPDATE entries SET bytes = ? WHERE idx = 4', other);
      raw.sql('UPDATE entries SET bytes = ? WHERE idx = 6', one);
    });
    expect(told(outcome).slice(0, 2)).toEqual(['RevisionGap 4 host/a', 'RevisionGap 6 host/a']);
    expect(await outcome.load('host/a')).toBe('RevisionGap');
  });

  it('shows an event that was moved into another stream', async () => {
    const outcome = await tampered((raw) => raw.sql('UPDATE entries SET bytes = ? WHERE idx = 5', raw.bytesAt(4)));
    expect(told(outcome)).toEqual(['ForeignStream 5 host/b', 'PreviousMismatch 7 host/b', ROOT]);
    expect(await outcome.load('host/b')).toBe('ForeignStream');
  });

  it('shows a whole stream under another name', async () => {
    const outcome = await tampered((raw) => raw.sql("UPDATE entries SET stream = 'host/c' WHERE stream = 'host/b'"));
    expect(told(outcome)[0]).toBe('ForeignStream 3 host/c');
    expect(await outcome.load('host/c')).toBe('ForeignStream');
  });

  it('shows entries cut off at the end', async () => {
    const outcome = await tampered((raw) => raw.sql('DELETE FROM entries WHERE idx >= 6'));
    expect(outcome.report.faults).toEqual([{ _tag: 'StoreTruncated', head: 9, store: 6 }]);
  });

  it('shows that everything was cut off', async () => {
    const outcome = await tampered((raw) => raw.sql('DELETE FROM entries'));
    expect(told(outcome)).toEqual(['HeadKeyUnknown', 'StoreTruncated']);
  });

  it('shows a duplicate key, which a parser would hide', async () => {
    const outcome = await tampered((raw) =>
      raw.rewrite(8, (text) => text.replace('"note":"abc"', '"note":"x","note":"abc"')),
    );
    expect(told(outcome)).toEqual(['DuplicateKey 8 host/a', ROOT]);
    expect(await outcome.load('host/a')).toBe('DuplicateKey');
  });

  it.each([
    ['spaces', (text: string) => text.replace('"note":', '"note": ')],
    ['keys in another order', (text: string) => text.replace('"by":1,"note":"abc"', '"note":"abc","by":1')],
    ['an escape that need not be', (text: string) => text.replace('abc', '\\u0061bc')],
    ['another spelling of a number', (text: string) => text.replace('"by":1', '"by":1.0')],
    ['text behind the document', (text: string) => `${text} `],
    ['half a document', (text: string) => text.slice(0, 40)],
  ])('shows bytes that are not canonical: %s', async (_, change) => {
    const outcome = await tampered((raw) => raw.rewrite(8, change));
    expect(told(outcome)).toEqual(['NotCanonical 8 host/a', ROOT]);
    expect(await outcome.load('host/a')).toBe('NotCanonical');
  });

  it('shows a field that no envelope has', async () => {
    const outcome = await tampered((raw) => raw.rewrite(8, (text) => text.replace('"v":1}', '"v":1,"w":1}')));
    expect(told(outcome)).toEqual(['EnvelopeInvalid 8 host/a', ROOT]);
  });

  it('shows a signature by a key that was never introduced, and by one with another job', async () => {
    for (const [seed, fault] of [
      [9, 'UnknownKey'],
      [1, 'KeyNotValidHere'],
    ] as const) {
      const outcome = await tampered((raw) => raw.rewrite(8, signedBy(seed)));
      expect(told(outcome)).toEqual([`${fault} 8 host/a`, ROOT]);
      expect(await outcome.load('host/a')).toBe(fault);
    }
  });

  it('shows a signature that was made another of by adding the group order', async () => {
    const outcome = await tampered((raw) => raw.rewrite(8, malleated));
    expect(told(outcome)).toEqual(['SignatureInvalid 8 host/a', ROOT]);
    expect(await outcome.load('host/a')).toBe('SignatureInvalid');
  });

  it('shows an id that is not that of its place', async () => {
    const outcome = await tampered((raw) => raw.sql('UPDATE entries SET id = ? WHERE idx = 8', Buffer.alloc(16, 1)));
    expect(told(outcome)).toEqual(['IdMismatch 8 host/a']);
    expect(await outcome.load('host/a')).toBe('IdMismatch');
  });

  it('shows an entry larger than entries may be', async () => {
    const outcome = await tampered((raw) => raw.rewrite(8, (text) => text + ' '.repeat(65_536)));
    expect(told(outcome)).toEqual(['EntryTooLarge 8 host/a', ROOT]);
  });

  it('is held against the head of before, whatever was done to the head', async () => {
    const forged = await tampered(({ file }) => {
      const head = JSON.parse(readFileSync(headFileOf(file), 'utf8')) as Head;
      writeFileSync(headFileOf(file), JSON.stringify({ ...head, at: '2020-01-01T00:00:00.000Z' }));
    });
    expect(told(forged)).toEqual(['HeadSignatureInvalid']);
    const swapped = await tampered(({ file }) => {
      const head = JSON.parse(readFileSync(headFileOf(file), 'utf8')) as Head;
      writeFileSync(headFileOf(file), JSON.stringify({ ...head, frontier: [...head.frontier].reverse() }));
    });
    expect(told(swapped)).toEqual(['HeadFrontierMismatch']);
  });
});

describe('opening a ledger file', () => {
  const written = async (): Promise<string> => {
    const file = join(temporaryFolder(), 'ledger.db');
    const ledger = right(await openSqliteLedger(file)());
    await fill(await openTestLedger(ledger.events));
    await ledger.close();
    return file;
  };
  const fault = async (file: string) => left(await openSqliteLedger(file)());

  it('keeps the file to its owner, and takes it up where it was', async () => {
    const file = await written();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = right(await openSqliteLedger(file)());
    expect(right(await again.events.size()())).toBe(9);
    expect(right(await again.check())).toBe(true);
    await again.close();
    expect(statSync(`${file}-wal`).size).toBe(0);
  });

  it('refuses a second opening, and lets the next one in when the first is closed', async () => {
    const file = await written();
    const first = right(await openSqliteLedger(file)());
    expect(await fault(file)).toEqual({ _tag: 'StoreUnavailable', detail: `${file} is in use by another process` });
    await first.close();
    await right(await openSqliteLedger(file)()).close();
  });

  it.each([
    ['a missing row', 'DELETE FROM entries WHERE idx = 3'],
    ['a row that was numbered anew', 'UPDATE entries SET idx = 100 WHERE idx = 8'],
    ['an index that is gone', 'DROP INDEX entries_id'],
    ['a table of somebody else', 'CREATE TABLE other (a)'],
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries WHERE idx = 0; END'],
    ['the mark of another program', 'PRAGMA application_id = 1'],
    ['another version', 'PRAGMA user_version = 2'],
  ])('names %s', async (_, statement) => {
    const file = await written();
    new Libsql(file).exec(statement);
    expect(await fault(file)).toMatchObject({ _tag: 'StoreDamaged', where: file });
  });

  it('names a file that is something else, or torn', async () => {
    const file = await written();
    const whole = readFileSync(file);
    writeFileSync(file, 'this is a text file, and longer than a header of a hundred bytes would be.'.repeat(100));
    expect(await fault(file)).toMatchObject({ _tag: 'StoreDamaged', where: file });
    writeFileSync(file, whole);
    truncateSync(file, Math.floor(whole.length / 2));
    expect(await fault(file)).toMatchObject({ _tag: 'StoreDamaged', where: file });
    expect(existsSync(file)).toBe(true);
  });

  it('finds a flipped bit in any page that holds something, when opening or when verifying', async () => {
    const file = await written();
    const whole = readFileSync(file);
    // A page is filled from its end: behind a zero there is nothing that anybody reads.
    const ends = Array.from({ length: whole.length / 4096 }, (_, page) => page * 4096 + 4095).filter(
      (at) => whole[at] !== 0,
    );
    expect(ends.length).toBeGreaterThan(3);
    for (const at of ends) {
      const edited = Buffer.from(whole);
      edited[at] = (edited[at] ?? 0) ^ 1;
      writeFileSync(file, edited);
      const opened = await openSqliteLedger(file)();
      if (E.isLeft(opened)) continue;
      const { events, check, close } = opened.right;
      const report = await verifyLedger(
        { ...engines, store: events },
        { pinned: null, head: undefined, mostFaults: 5 },
      )();
      const sound = E.isRight(report) && report.right.faultCount === 0 && E.isRight(await check());
      await close();
      expect(sound).toBe(false);
    }
  });
});
