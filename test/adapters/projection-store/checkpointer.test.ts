import { copyFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createCheckpointer } from '../../../adapters/projection-store/checkpointer.js';
import { openDatabase } from '../../../adapters/projection-store/database.js';
import { configure, endLog, leaveCheckpoints } from '../../../adapters/projection-store/tables.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const ROWS = 300;

/** A file with a table and its rows, all still in the log beside it. */
const written = (file: string) => {
  const database = openDatabase(file);
  configure(database);
  leaveCheckpoints(database);
  database.exec('CREATE TABLE notes (text TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO notes VALUES (?)');
  return {
    write: () => Array.from({ length: ROWS }, () => insert.run(['x'.repeat(4000)])),
    close: database.close,
  };
};

/** What a file holds without its log. */
const rowsIn = (file: string): number => {
  copyFileSync(file, `${file}.copy`);
  const database = openDatabase(`${file}.copy`);
  const count = Number(database.prepare('SELECT count(*) FROM notes').get([])?.[0]);
  database.close();
  return count;
};

it('brings the log into the file once enough was written, so that the log begins anew', async () => {
  const file = join(temporaryFolder(), 'read-models.db');
  const database = written(file);
  const checkpointer = createCheckpointer(file);
  database.write();
  await checkpointer.wrote(255);
  const before = statSync(file).size;
  await checkpointer.wrote(1);
  expect(statSync(file).size).toBeGreaterThan(before);
  expect(rowsIn(file)).toBe(ROWS);
  const log = statSync(`${file}-wal`).size;
  database.write();
  expect(statSync(`${file}-wal`).size).toBeLessThan(1.5 * log);
  await checkpointer.close();
  database.close();
});

it('holds nobody up where the file can not be had', async () => {
  const folder = temporaryFolder();
  const checkpointer = createCheckpointer(folder);
  await checkpointer.wrote(1000);
  await checkpointer.close();
  expect(existsSync(folder)).toBe(true);
});

it('ends the log in the file, though statements of the connection are still about', () => {
  const file = join(temporaryFolder(), 'read-models.db');
  const database = openDatabase(file);
  configure(database);
  leaveCheckpoints(database);
  database.exec('CREATE TABLE notes (text TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO notes VALUES (?)');
  for (let i = 0; i < ROWS; i++) insert.run(['x']);
  endLog(database);
  database.close();
  expect(rowsIn(file)).toBe(ROWS);
  // Kept until here, so that it could not be collected before.
  expect(insert).toBeDefined();
});
