import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headFileOf, readHead } from '../../adapters/event-store/sqlite/head-file.js';
import { openSqliteLedger } from '../../adapters/event-store/sqlite/open-sqlite-ledger.js';
import { openSealer } from '../../adapters/event-store/sqlite/sealer.js';
import { toHex } from '../../domain/encoding/bytes.js';
import { leafBytes } from '../../domain/ledger/leaf.js';
import { appendLeaf, emptyFrontier, rootOf } from '../../domain/ledger/merkle.js';
import { verifyLedger } from '../../domain/ledger/verify-ledger.js';
import type { EventStore } from '../../domain/ports.js';
import { openCheckpoint } from '../../domain/transparency/checkpoint.js';
import { engines, hashing, keyFromSeed } from '../support/engines.js';
import { callsOf, type Point, runWithFault } from '../support/faulty-runs.js';
import { openTestLedger, right } from '../support/ledger.js';
import { noteEngines, noteSigner, verifierKey } from '../support/note-signers.js';
import { requireTools } from '../support/system-parts.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { openTestLog } from '../support/test-log.js';
import { transpiled } from '../support/transpiled.js';

const EVERY_POINT = process.env['SEKISHO_REQUIRE_ALL'] === '1';
const SAMPLE = 6;
const LOG_KEY = verifierKey(noteSigner('ledger.example/crash', 51), 'ed25519');

/** `size root` of the tree over each beginning of the store. */
const trees = async (store: EventStore): Promise<ReadonlySet<string>> => {
  const all = new Set<string>();
  let frontier = emptyFrontier;
  for (const { bytes } of right(await store.readAll(0, 1000)())) {
    frontier = appendLeaf(hashing, frontier, leafBytes(hashing, bytes));
    all.add(`${String(frontier.size)} ${toHex(rootOf(hashing, frontier))}`);
  }
  return all;
};

/** Every checkpoint that anybody could have seen or that binds the log, from its files. */
const checkpointsIn = (folder: string): ReadonlyArray<string> => {
  const record = join(folder, 'log/record');
  const files = existsSync(record) ? readdirSync(record).filter((name) => name.startsWith('checkpoint.')) : [];
  const published = join(folder, 'log/tiles/checkpoint');
  return [...files.map((name) => join(record, name)), ...(existsSync(published) ? [published] : [])].map((file) => {
    const bytes = new Uint8Array(readFileSync(file));
    const { checkpoint } = right(openCheckpoint(noteEngines.verifyEd25519, [LOG_KEY], bytes));
    return `${String(checkpoint.size)} ${toHex(checkpoint.root)}`;
  });
};

const said = (lines: ReadonlyArray<string>, what: string): ReadonlyArray<string> =>
  lines.flatMap((line) => (line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : []));

/** Opens what is left, as the next start does, and goes on; whatever was promised before has to hold then. */
const goesOn = async (folder: string, lines: ReadonlyArray<string>): Promise<void> => {
  const file = join(folder, 'ledger.db');
  const sqlite = right(await openSqliteLedger(file)());
  const pinned = keyFromSeed(1).kid;
  const head = right(await readHead(headFileOf(file))());
  const report = right(await verifyLedger({ ...engines, store: sqlite.events }, { pinned, head, mostFaults: 5 })());
  expect(report.faults).toEqual([]);
  expect(right(await sqlite.check())).toBe(true);
  const before = checkpointsIn(folder);
  const ledger = await openTestLedger(sqlite.events);
  const sealer = right(
    await openSealer({
      ...ledger.writer,
      file: headFileOf(file),
      every: 60_000,
      onFault: (fault) => expect.fail(fault._tag),
    })(),
  );
  const log = right(await openTestLog(folder, sqlite.events)());
  right(await ledger.count('host/a', { by: 1 }));
  right(await sealer.close());
  right(await log.sealNow()());
  expect(log.published()?.checkpoint.size).toBe(right(await sqlite.events.size()()));
  const stored = right(await sqlite.events.readAll(0, 1000)()).map(({ index, id }) => `${String(index)} ${id}`);
  expect(said(lines, 'event').filter((event) => !stored.includes(event))).toEqual([]);
  const grown = await trees(sqlite.events);
  const signed = [...said(lines, 'published'), ...before, ...checkpointsIn(folder)];
  expect(signed.filter((checkpoint) => !grown.has(checkpoint))).toEqual([]);
  await log.stop();
  await sqlite.close();
};

const HOW = ['SIGKILL', 'EIO', 'ENOSPC'] as const;
type Fault = readonly [Point, (typeof HOW)[number]];

/** A full disk is another error only to what grows. */
const applies = ([{ call }, how]: Fault): boolean =>
  how !== 'ENOSPC' || ['write', 'pwrite64', 'ftruncate'].includes(call);

const chosen = (faults: ReadonlyArray<Fault>): ReadonlyArray<Fault> =>
  EVERY_POINT ? faults : Array.from({ length: SAMPLE }, () => faults[Math.floor(Math.random() * faults.length)]!);

describe.runIf(requireTools(['strace']))(
  'a ledger whose process fails at any call of appending, sealing, publishing',
  () => {
    it(
      'loses nothing acknowledged, never signs two trees of one size, and goes on',
      async () => {
        const root = temporaryFolder();
        const script = transpiled('test/support/sealing-child.ts', join(root, 'child'));
        const fresh = (name: string): string => {
          mkdirSync(join(root, name));
          return join(root, name);
        };
        const points = await callsOf(script, fresh('dry'));
        await goesOn(join(root, 'dry'), []);
        expect(new Set(points.map(({ call }) => call))).toEqual(
          new Set(['openat', 'write', 'pwrite64', 'fsync', 'rename', 'link', 'unlink', 'mkdir', 'close', 'ftruncate']),
        );
        const all = points.flatMap((point) => HOW.map((how): Fault => [point, how])).filter(applies);
        const faults = chosen(all);
        const broken: Array<string> = [];
        let struck = 0;
        for (const [i, [point, how]] of faults.entries()) {
          const folder = fresh(String(i));
          const ran = await runWithFault(point, how, script, folder);
          if (ran.struck) struck += 1;
          await goesOn(folder, ran.lines).catch((error: unknown) => {
            broken.push(`${how} at ${point.call} ${String(point.nth)} (${point.about}): ${String(error)}`);
          });
        }
        expect(broken).toEqual([]);
        expect(struck).toBe(faults.length);
      },
      EVERY_POINT ? 1_800_000 : 120_000,
    );
  },
);
