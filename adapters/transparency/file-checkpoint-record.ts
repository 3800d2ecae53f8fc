import { linkSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import type { CheckpointRecord, PlaceUnavailable, RecordConflict } from '../../domain/transparency/ports.js';
import { codeOf, makeFolder, removeFile, syncFolder, unavailable, writeDraft } from './durable-files.js';

const NAME = /^checkpoint\.(\d{12})$/;
const READ_ATTEMPTS = 5;

interface Version {
  readonly number: number;
  readonly bytes: Uint8Array | undefined;
}

const namesIn = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
};

const numbersIn = (folder: string): ReadonlyArray<number> =>
  namesIn(folder).flatMap((name) => NAME.exec(name)?.slice(1).map(Number) ?? []);

const fileOf = (folder: string, number: number): string =>
  join(folder, `checkpoint.${String(number).padStart(12, '0')}`);

/** The highest version; another writer may remove it between listing and reading, but only behind a higher one. */
const readLatest = (folder: string, attempts = READ_ATTEMPTS): Version => {
  const number = Math.max(0, ...numbersIn(folder));
  if (number === 0) return { number, bytes: undefined };
  try {
    return { number, bytes: new Uint8Array(readFileSync(fileOf(folder, number))) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && attempts > 1) return readLatest(folder, attempts - 1);
    throw error;
  }
};

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a, b);

/** Linking fails where the name exists: of several writers one wins, without a lock that could be left behind. */
const claim = async (folder: string, number: number, bytes: Uint8Array): Promise<boolean> => {
  const draft = await writeDraft(fileOf(folder, number), bytes);
  try {
    linkSync(draft, fileOf(folder, number));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await removeFile(draft);
  }
};

const swap = async (folder: string, expected: Uint8Array | undefined, next: Uint8Array): Promise<boolean> => {
  await makeFolder(folder);
  const latest = readLatest(folder);
  if (!same(latest.bytes, expected)) return false;
  const number = latest.number + 1;
  if (!(await claim(folder, number, next))) return false;
  await syncFolder(folder);
  // Who slept since reading may have claimed a number that was used and removed: then a higher one is there.
  const numbers = numbersIn(folder);
  if (Math.max(...numbers) !== number) {
    await removeFile(fileOf(folder, number));
    return false;
  }
  const behind = numbers.filter((old) => old < latest.number);
  await Promise.all(behind.map((old) => removeFile(fileOf(folder, old))));
  return true;
};

/**
 * The record as numbered files, each written whole, synced and linked to a number that only one writer can take. The last
 * two are kept. Needs a file system with hard links.
 */
export const createFileCheckpointRecord = (folder: string): CheckpointRecord => ({
  read: () =>
    pipe(
      TE.fromIOEither(() => E.tryCatch(() => readLatest(folder), unavailable(folder))),
      TE.map(({ bytes }) => bytes),
    ),
  compareAndSwap: (expected, next) =>
    pipe(
      TE.tryCatch(() => swap(folder, expected, next), unavailable(folder)),
      TE.flatMap(
        (swapped): TE.TaskEither<PlaceUnavailable | RecordConflict, void> =>
          swapped ? TE.right(undefined) : TE.left({ _tag: 'RecordConflict', where: folder }),
      ),
    ),
});
