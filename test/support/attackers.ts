import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { dataFolder } from '../../adapters/authority/data-folder.js';
import { keyFromSeed } from './engines.js';

/** What somebody who has the disk changes in a data folder. */
export interface Attacker {
  readonly dir: string;
  readonly sql: (statement: string, ...parameters: ReadonlyArray<unknown>) => void;
  /** The same in the file of the read models. */
  readonly modelsSql: (statement: string) => void;
  readonly textAt: (index: number) => string;
  readonly indexOf: (stream: string, revision: number) => number;
  readonly size: () => number;
  readonly rewrite: (index: number, change: (text: string) => string) => void;
  /** Changes a file below the folder. */
  readonly file: (path: string, change: (bytes: Buffer) => Buffer) => void;
  readonly remove: (path: string) => void;
  /** Puts what another folder has there in its place. */
  readonly putBack: (from: string, ...paths: ReadonlyArray<string>) => void;
}

export const attackerOn = (dir: string): Attacker & { readonly leave: () => void } => {
  const raw = new Libsql(dataFolder(dir).ledger);
  const value = (statement: string, parameters: ReadonlyArray<unknown>): unknown =>
    Object.values(raw.prepare(statement).get([...parameters]) as object)[0];
  const sql: Attacker['sql'] = (statement, ...parameters) => void raw.prepare(statement).run([...parameters]);
  const textAt = (index: number): string =>
    (value('SELECT bytes FROM entries WHERE idx = ?', [index]) as Buffer).toString('utf8');
  const remove = (path: string): void => rmSync(join(dir, path), { recursive: true, force: true });
  const modelsSql = (statement: string): void => {
    const models = new Libsql(dataFolder(dir).projections);
    models.exec(statement);
    models.close();
  };
  return {
    dir,
    sql,
    modelsSql,
    textAt,
    indexOf: (stream, revision) =>
      Number(value('SELECT idx FROM entries WHERE stream = ? AND revision = ?', [stream, revision])),
    size: () => Number(value('SELECT count(*) FROM entries', [])),
    rewrite: (index, change) =>
      sql('UPDATE entries SET bytes = ? WHERE idx = ?', Buffer.from(change(textAt(index))), index),
    file: (path, change) => writeFileSync(join(dir, path), change(readFileSync(join(dir, path)))),
    remove,
    putBack: (from, ...paths) => {
      // What SQLite keeps beside a file belongs to it.
      for (const path of paths.flatMap((name) =>
        name.endsWith('.db') ? [name, `${name}-wal`, `${name}-shm`] : [name],
      )) {
        remove(path);
        if (existsSync(join(from, path))) cpSync(join(from, path), join(dir, path), { recursive: true });
      }
    },
    leave: () => void raw.close(),
  };
};

/** The tree's size after it: entries behind one that is gone move up, or those behind one that came move down. */
export const renumber = ({ sql, size }: Attacker, from: number, by: 1 | -1): void => {
  const indexes = Array.from({ length: size() + 1 - from }, (_, i) => from + i);
  for (const index of by === 1 ? indexes.reverse() : indexes)
    sql('UPDATE entries SET idx = ? WHERE idx = ?', index + by, index);
};

/** Another key's signature over the same event, which is otherwise as it should be. */
export const signedBy =
  (seed: number) =>
  (text: string): string => {
    const key = keyFromSeed(seed);
    const bare = text.replace(/"kid":"[^"]*"/, `"kid":"${key.kid}"`).replace(/"sig":"[^"]*",/, '');
    const sig = Buffer.from(key.signNow(Buffer.from(`sekisho/event/v1\u0000${bare}`))).toString('base64');
    return bare.replace('"stream":', `"sig":"${sig}","stream":`);
  };

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** S + L in the place of S: the same equation holds. */
export const malleated = (text: string): string =>
  text.replace(/"sig":"([^"]*)"/, (_, sig: string) => {
    const bytes = Buffer.from(sig, 'base64');
    const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + ORDER;
    const other = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
    return `"sig":"${Buffer.concat([bytes.subarray(0, 32), other]).toString('base64')}"`;
  });

/** Names of the files of the record, oldest first. */
export const recordsOf = (dir: string): ReadonlyArray<string> => readdirSync(dataFolder(dir).logRecord).sort();
