import Libsql from 'libsql';

export type SqlValue = number | string | Uint8Array | null;
export type SqlRow = ReadonlyArray<unknown>;

/** Parameters always travel as one list: the library aborts the process for a bare buffer. */
export interface Statement {
  readonly run: (parameters: ReadonlyArray<SqlValue>) => void;
  readonly get: (parameters: ReadonlyArray<SqlValue>) => SqlRow | undefined;
  readonly all: (parameters: ReadonlyArray<SqlValue>) => ReadonlyArray<SqlRow>;
  /** Row by row, for tables that are too large to be held. */
  readonly each: (parameters: ReadonlyArray<SqlValue>) => Iterable<SqlRow>;
}

/** One connection, all in this thread: nothing here waits for the disk. */
export interface Database {
  readonly prepare: (sql: string) => Statement;
  readonly exec: (sql: string) => void;
  readonly close: () => void;
}

interface LibsqlStatement extends Omit<Statement, 'each'> {
  readonly iterate: (parameters: ReadonlyArray<SqlValue>) => Iterable<SqlRow>;
  readonly raw: () => unknown;
  readonly columns: () => ReadonlyArray<unknown>;
}

interface LibsqlDatabase {
  readonly prepare: (sql: string) => LibsqlStatement;
  readonly exec: (sql: string) => unknown;
  readonly close: () => void;
}

/** Throws the library's errors, here and in every call. */
export const openDatabase = (file: string): Database => {
  const database = new Libsql(file, {}) as unknown as LibsqlDatabase;
  return {
    prepare: (sql) => {
      const statement = database.prepare(sql);
      if (statement.columns().length > 0) statement.raw();
      return {
        run: (parameters) => statement.run(parameters),
        get: (parameters) => statement.get(parameters),
        all: (parameters) => statement.all(parameters),
        each: (parameters) => statement.iterate(parameters),
      };
    },
    exec: (sql) => void database.exec(sql),
    close: () => database.close(),
  };
};

/** Blobs come as a buffer or as an array buffer, depending on how the row was read. */
export const blobOf = (value: unknown): Uint8Array => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return value instanceof Uint8Array ? value : new Uint8Array(0);
};
