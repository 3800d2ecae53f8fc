import * as E from 'fp-ts/lib/Either.js';
import type { StoreError } from '../../domain/ports.js';
import type { Database } from './database.js';
import type { Folded, Memory } from './fold.js';

type Read<A> = E.Either<StoreError, A>;

/** A row and the ledger indexes that it was true from and until; `until` undefined: it still is. */
export interface RowSpan<Row> {
  readonly row: Row | null;
  readonly from: number;
  readonly until: number | undefined;
}

/** One projection, now and as of any ledger index that was folded. */
export interface View<Row> {
  readonly now: () => ReadonlyMap<string, Row>;
  /** Undefined: there was no such row then. */
  readonly rowAt: (key: string, index: number) => Read<Row | undefined>;
  /** All rows of then; one indexed reading each. */
  readonly rowsAt: (index: number) => Read<ReadonlyMap<string, Row>>;
  /** Newest first, from before `before` on. */
  readonly history: (key: string, before: number, limit: number) => Read<ReadonlyArray<RowSpan<Row>>>;
}

const attempt = <A>(where: string, read: () => A): Read<A> =>
  E.tryCatch(read, () => ({
    _tag: 'StoreDamaged',
    where,
    rule: 'must be readable; it is made anew when it is deleted',
  }));

const ROW_AT =
  'SELECT row FROM versions WHERE projection = ? AND key = ? AND from_index <= ? ORDER BY from_index DESC LIMIT 1';
const HISTORY =
  'SELECT from_index, row FROM versions WHERE projection = ? AND key = ? AND from_index < ? ORDER BY from_index DESC LIMIT ?';
const NEXT = 'SELECT min(from_index) FROM versions WHERE projection = ? AND key = ? AND from_index >= ?';

export const createView = <Row>(database: Database, where: string, memory: Memory, position: number): View<Row> => {
  const [rowAt, history, next] = [database.prepare(ROW_AT), database.prepare(HISTORY), database.prepare(NEXT)];
  const folded = memory.folded[position] as Omit<Folded, 'rows'> & { readonly rows: Map<string, Row> };
  const read = (row: unknown): Row | null => (typeof row === 'string' ? (JSON.parse(row) as Row) : null);
  const then = (key: string, index: number): Row | undefined =>
    index >= memory.next - 1 ? folded.rows.get(key) : (read(rowAt.get([position, key, index])?.[0]) ?? undefined);
  const spans = (key: string, before: number, limit: number): ReadonlyArray<RowSpan<Row>> => {
    const later = next.get([position, key, before])?.[0];
    let until = typeof later === 'number' ? later : undefined;
    return history.all([position, key, before, limit]).map(([from, row]) => {
      const span = { row: read(row), from: Number(from), until };
      until = span.from;
      return span;
    });
  };
  return {
    now: () => folded.rows,
    rowAt: (key, index) => attempt(where, () => then(key, index)),
    rowsAt: (index) =>
      index >= memory.next - 1
        ? E.right(folded.rows)
        : attempt(where, () => {
            const pairs = [...folded.keys].map((key) => [key, then(key, index)] as const);
            return new Map(pairs.filter((pair): pair is [string, Row & {}] => pair[1] !== undefined));
          }),
    history: (key, before, limit) => attempt(where, () => spans(key, before, limit)),
  };
};
