import type { Database, SqlRow } from '../database.js';
import type { Memory, RowVersion } from '../fold.js';
import { inOrder, type RowFault } from './read-model-fault.js';
import { sameRow } from './same-row.js';

/** All rows that there ever were, against those that the entries make, without holding either. */
export interface HistoryComparison {
  /** What the next entries make, in their order. */
  readonly take: (versions: ReadonlyArray<RowVersion>) => void;
  /** `whole`: nothing more will come, so whatever else is kept was added; else only what is from before index `end` is. */
  readonly finish: (whole: boolean, end: number) => ReadonlyArray<RowFault>;
}

/** Rows stand in the file in the order in which they were folded. So many may be out of it before they are all told. */
const MOST_APART = 10_000;

interface Row {
  readonly projection: number;
  readonly key: string;
  readonly from: number;
  readonly row: string | null;
}

const NO_ROW = { projection: -1, key: '', from: -1 };

/** A column of another type is none that was written: no fold makes the row that comes of it. */
const rowOf = ([projection, key, from, row]: SqlRow): Row => {
  const place =
    typeof projection === 'number' && typeof key === 'string' && typeof from === 'number'
      ? { projection, key, from }
      : { ...NO_ROW, key: String(key).slice(0, 128) };
  return { ...place, row: typeof row === 'string' ? row : row === null ? null : 'not a text' };
};

const nameOf = ({ projection, key, from }: Row): string => `${String(from)} ${String(projection)} ${key}`;

export const compareHistory = (database: Database, where: string, { folded }: Memory): HistoryComparison => {
  const kept = database
    .prepare('SELECT projection, key, from_index, row FROM versions ORDER BY rowid')
    .each([])
    [Symbol.iterator]();
  const [wanted, found] = [new Map<string, Row>(), new Map<string, Row>()];
  const changed: Array<RowFault> = [];
  const told = (_tag: RowFault['_tag'], { projection, key, from }: Row): RowFault => {
    const model = folded[projection]?.projection.name ?? String(projection);
    return { _tag, where, table: 'versions', model, key, index: from };
  };
  const settle = (row: Row, mine: Map<string, Row>, others: Map<string, Row>): void => {
    const name = nameOf(row);
    const other = others.get(name);
    if (other === undefined) mine.set(name, row);
    else if (!sameRow(row.row, other.row)) changed.push(told('ReadModelRowChanged', row));
    others.delete(name);
  };
  /** Beyond the limit nothing more is held against anything: what is apart already is told. */
  const tooFarApart = (): boolean => wanted.size > MOST_APART || found.size > MOST_APART;
  const nextKept = (): boolean => {
    const next = kept.next();
    if (next.done !== true) settle(rowOf(next.value), found, wanted);
    return next.done !== true;
  };
  return {
    take: (versions) => {
      for (const { projection, key, from, row } of versions) {
        if (tooFarApart()) return;
        settle({ projection, key, from, row }, wanted, found);
        nextKept();
      }
    },
    finish: (whole, end) => {
      while (whole && !tooFarApart() && nextKept());
      const added = [...found.values()].filter(({ from }) => whole || from < end);
      return inOrder([
        ...changed,
        ...[...wanted.values()].map((row) => told('ReadModelRowMissing', row)),
        ...added.map((row) => told('ReadModelRowAdded', row)),
      ]);
    },
  };
};
