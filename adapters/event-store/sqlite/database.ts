import Libsql from 'libsql/promise';

export type SqlValue = number | string | Uint8Array | null;
export type Row = ReadonlyArray<unknown>;

/** Parameters always travel as one list: the library aborts the process for a bare buffer. */
export interface Statement {
  readonly run: (parameters: ReadonlyArray<SqlValue>) => void;
  readonly get: (parameters: ReadonlyArray<SqlValue>) => Row | undefined;
  readonly all: (parameters: ReadonlyArray<SqlValue>) => Promise<ReadonlyArray<Row>>;
}

/**
 * One SQLite connection. `run` and `get` work at once, in this thread; `exec` works in the library's own thread, so that a
 * commit's wait for the disk holds up nothing else.
 */
export interface Database {
  readonly prepare: (sql: string) => Promise<Statement>;
  readonly exec: (sql: string) => Promise<void>;
  readonly inTransaction: () => boolean;
  readonly close: () => void;
}

interface LibsqlStatement {
  readonly raw: () => unknown;
  readonly columns: () => ReadonlyArray<unknown>;
  readonly run: (parameters: ReadonlyArray<SqlValue>) => unknown;
  readonly get: (parameters: ReadonlyArray<SqlValue>) => Row | undefined;
  readonly all: (parameters: ReadonlyArray<SqlValue>) => Promise<ReadonlyArray<Row>>;
}

interface LibsqlDatabase {
  readonly inTransaction: boolean;
  readonly prepare: (sql: string) => Promise<LibsqlStatement>;
  readonly exec: (sql: string) => Promise<unknown>;
  readonly close: () => void;
}

/** Throws and rejects with the library's errors, which `storeErrorOf` understands. */
export const openDatabase = (file: string): Database => {
  const database = new Libsql(file, {}) as unknown as LibsqlDatabase;
  return {
    prepare: async (sql) => {
      const statement = await database.prepare(sql);
      if (statement.columns().length > 0) statement.raw();
      return {
        run: (parameters) => void statement.run(parameters),
        get: (parameters) => statement.get(parameters),
        all: (parameters) => statement.all(parameters),
      };
    },
    exec: async (sql) => {
      await database.exec(sql);
    },
    inTransaction: () => database.inTransaction,
    close: () => database.close(),
  };
};

/** Blobs come as a buffer or as an array buffer, depending on how the row was read. */
export const blobOf = (value: unknown): Uint8Array => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof Uint8Array ? value : new Uint8Array(0);
};
