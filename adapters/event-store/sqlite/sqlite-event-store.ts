import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StreamId } from '../../../domain/ledger/envelope.js';
import type { Append, EventStore, StoredEntry, StoreError } from '../../../domain/ports.js';
import { checkAppend, refusedAppend } from '../check-append.js';
import { blobOf, type Database, type Row, type Statement } from './database.js';
import type { Lane } from './lane.js';
import { isUniqueViolation, storeErrorOf } from './store-error.js';
import { numberIn, type Tail } from './tail.js';
import { uuidBytes, uuidText } from './uuid-bytes.js';

interface Appended {
  readonly firstIndex: number;
  readonly lastRevision: number;
}

/** Where the store keeps an entry. */
export interface EntryPlace {
  readonly index: number;
  readonly stream: StreamId;
  readonly revision: number;
}

/** What a copy of another store needs besides: it writes what happened elsewhere, in that order or not at all. */
export interface SqliteEventStore extends EventStore {
  /** Appends in the order given, all of them or none. Answers where each begins. */
  readonly appendInOrder: (appends: ReadonlyArray<Append>) => TE.TaskEither<StoreError, ReadonlyArray<number>>;
  readonly placeOf: (id: string) => TE.TaskEither<StoreError, EntryPlace | undefined>;
  /** Where an entry of a stream is. Much faster than reading it. */
  readonly indexAt: (stream: StreamId, revision: number) => TE.TaskEither<StoreError, number | undefined>;
  /** -1: no such stream. */
  readonly lastRevision: (stream: StreamId) => TE.TaskEither<StoreError, number>;
}

interface Statements {
  readonly byId: Statement;
  readonly insert: Statement;
  readonly remove: Statement;
  readonly byPlace: Statement;
  readonly readStream: Statement;
  readonly readAll: Statement;
}

const COLUMNS = 'idx, stream, revision, id, bytes';

const prepareAll = async (database: Database): Promise<Statements> => ({
  byId: await database.prepare('SELECT idx, stream, revision FROM entries WHERE id = ?'),
  insert: await database.prepare(`INSERT INTO entries (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`),
  remove: await database.prepare('DELETE FROM entries WHERE idx >= ? AND idx < ?'),
  byPlace: await database.prepare('SELECT idx, id FROM entries WHERE stream = ? AND revision = ?'),
  readStream: await database.prepare(
    `SELECT ${COLUMNS} FROM entries WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
  ),
  readAll: await database.prepare(`SELECT ${COLUMNS} FROM entries WHERE idx >= ? ORDER BY idx LIMIT ?`),
});

/** The types are those that the file's strict tables hold. */
const storedOf = ([index, stream, revision, id, bytes]: Row): StoredEntry => ({
  index: index as number,
  stream: stream as string,
  revision: revision as number,
  id: uuidText(blobOf(id)),
  bytes: blobOf(bytes),
});

/** Inserts whole or not at all: within a transaction that others share, a half-inserted append is taken back. */
const insertAll = (statements: Statements, tail: Tail, append: Append): boolean => {
  const { stream, expectedRevision, entries } = append;
  const first = tail.size();
  let inserted = 0;
  try {
    for (const { id, bytes } of entries) {
      statements.insert.run([first + inserted, stream, expectedRevision + 1 + inserted, uuidBytes(id), bytes]);
      inserted += 1;
    }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    statements.remove.run([first, first + inserted]);
    return false;
  }
  tail.grew(append);
  return true;
};

const appendNow = (statements: Statements, tail: Tail, request: Append): E.Either<StoreError, Appended> => {
  const { stream, expectedRevision: expected, entries } = request;
  const lastRevision = tail.lastRevision(stream);
  const idAt = (revision: number): string | undefined => {
    const row = statements.byPlace.get([stream, revision]);
    return row === undefined ? undefined : uuidText(blobOf(row[1]));
  };
  // The unique index of ids says whether the store holds one already.
  const check = checkAppend(request, { lastRevision, idAt, holds: () => false });
  switch (check._tag) {
    case 'Conflict':
      return E.left(check);
    case 'AlreadyWritten': {
      const firstIndex = numberIn(statements.byPlace.get([stream, expected + 1]));
      return E.right({ firstIndex, lastRevision: expected + entries.length });
    }
    case 'Write': {
      const firstIndex = tail.size();
      return insertAll(statements, tail, request)
        ? E.right({ firstIndex, lastRevision: expected + entries.length })
        : E.left({ _tag: 'Conflict', stream, expected, actual: lastRevision });
    }
  }
};

/** Why a transaction of several appends was given up; thrown, since that is what takes it back. */
const REFUSED = Symbol('refused');

const appendAllNow = (statements: Statements, tail: Tail, appends: ReadonlyArray<Append>): ReadonlyArray<number> =>
  appends.map((append) => {
    const refused = refusedAppend(append);
    const done = refused === undefined ? appendNow(statements, tail, append) : E.left(refused);
    if (E.isLeft(done)) throw Object.assign(new Error('an append of several was refused'), { [REFUSED]: done.left });
    return done.right.firstIndex;
  });

const refusalIn = (error: unknown): StoreError | undefined =>
  error instanceof Error && REFUSED in error ? (error[REFUSED] as StoreError) : undefined;

const placeNow = (statements: Statements, id: string): EntryPlace | undefined => {
  const row = statements.byId.get([uuidBytes(id)]);
  if (row === undefined) return undefined;
  const [index, stream, revision] = row;
  return { index: index as number, stream: stream as string, revision: revision as number };
};

const indexNow = (statements: Statements, stream: StreamId, revision: number): number | undefined => {
  const row = statements.byPlace.get([stream, revision]);
  return row === undefined ? undefined : numberIn(row);
};

/** Events in one SQLite file. Acknowledged only behind a synchronous commit; commits are shared by what waits together. */
export const createSqliteEventStore = async (
  file: string,
  database: Database,
  lane: Lane,
  tail: Tail,
): Promise<SqliteEventStore> => {
  const statements = await prepareAll(database);

  const guarded = async <A>(work: Promise<E.Either<StoreError, A>>): Promise<E.Either<StoreError, A>> =>
    work.catch((error: unknown) => E.left(refusalIn(error) ?? storeErrorOf(file, error)));

  const rowsOf = async (
    statement: Statement,
    parameters: ReadonlyArray<number | string>,
  ): Promise<ReadonlyArray<StoredEntry>> => (await statement.all(parameters)).map(storedOf);

  /** Most who read from the middle of a stream on saw its end before: asked for once, it is known from then on. */
  const readOn = async (stream: StreamId, from: number, limit: number): Promise<ReadonlyArray<StoredEntry>> =>
    from > 0 && tail.lastRevision(stream) < from ? [] : rowsOf(statements.readStream, [stream, from, limit]);

  const read =
    (work: () => Promise<ReadonlyArray<StoredEntry>>): TE.TaskEither<StoreError, ReadonlyArray<StoredEntry>> =>
    () =>
      guarded(lane.read(async () => E.right(await work())));

  return {
    append: (request) => async () => {
      const refused = refusedAppend(request);
      return refused === undefined ? guarded(lane.write(() => appendNow(statements, tail, request))) : E.left(refused);
    },
    readStream: (stream, from, limit) => () =>
      tail.endsBefore(stream, from) ? TE.right([])() : read(() => readOn(stream, from, limit))(),
    readAll: (from, limit) => () => {
      const recent = tail.recent(from, limit);
      return recent === undefined ? read(() => rowsOf(statements.readAll, [from, limit]))() : TE.right(recent)();
    },
    size: () => () => {
      const durable = tail.durable();
      return durable === undefined
        ? guarded(lane.read(() => Promise.resolve(E.right(tail.sizeBetween()))))
        : TE.right(durable)();
    },
    endsBefore: tail.endsBefore,
    onAppended: tail.onAppended,
    appendInOrder: (appends) => () =>
      guarded(lane.write(() => appendAllNow(statements, tail, appends)).then((firsts) => E.right(firsts))),
    placeOf: (id) => () => guarded(lane.read(() => Promise.resolve(E.right(placeNow(statements, id))))),
    indexAt: (stream, revision) => () =>
      guarded(lane.read(() => Promise.resolve(E.right(indexNow(statements, stream, revision))))),
    lastRevision: (stream) => () => guarded(lane.read(() => Promise.resolve(E.right(tail.lastRevision(stream))))),
  };
};
