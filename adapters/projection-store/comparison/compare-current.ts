import type { Database } from '../database.js';
import type { Memory } from '../fold.js';
import { inOrder, type RowFault, type RowPlace } from './read-model-fault.js';
import { sameRow } from './same-row.js';

/** What is kept of now, as `name` of a row and its text; null: the row is known to be gone. */
type Rows = ReadonlyMap<string, string | null>;

const NUL = '\u0000';

const differences = (
  wanted: Rows,
  kept: Iterable<readonly [string, string | null]>,
  told: (_tag: RowFault['_tag'], name: string) => RowFault,
): ReadonlyArray<RowFault> => {
  const missing = new Set(wanted.keys());
  const faults: Array<RowFault> = [];
  for (const [name, row] of kept) {
    const expected = wanted.get(name);
    if (expected === undefined) faults.push(told('ReadModelRowAdded', name));
    else if (!sameRow(expected, row)) faults.push(told('ReadModelRowChanged', name));
    missing.delete(name);
  }
  return [...faults, ...[...missing].map((name) => told('ReadModelRowMissing', name))];
};

const currentRows = ({ folded }: Memory): Rows =>
  new Map(
    folded.flatMap(({ rows, keys }, position) =>
      [...keys].map((key) => [`${String(position)}${NUL}${key}`, rows.has(key) ? JSON.stringify(rows.get(key)) : null]),
    ),
  );

function* keptCurrent(database: Database): Generator<readonly [string, string | null]> {
  for (const [projection, key, row] of database.prepare('SELECT projection, key, row FROM current').each([])) {
    yield [`${String(projection)}${NUL}${String(key)}`, typeof row === 'string' || row === null ? row : 'not a text'];
  }
}

const tipRows = ({ tips }: Memory): Rows =>
  new Map([...tips].map(([stream, { revision, leaf }]) => [stream, JSON.stringify([revision, leaf])]));

function* keptTips(database: Database): Generator<readonly [string, string]> {
  for (const [stream, revision, leaf] of database.prepare('SELECT stream, revision, leaf FROM tips').each([])) {
    yield [String(stream), JSON.stringify([revision, leaf])];
  }
}

/** The rows of now, and where each stream ends, against what all entries up to here make. */
export const compareCurrent = (database: Database, where: string, memory: Memory): ReadonlyArray<RowFault> => {
  const placeOf = (name: string): RowPlace => {
    const [position = '', key = ''] = name.split(NUL);
    const model = memory.folded[Number(position)]?.projection.name ?? position;
    return { table: 'current', model, key, index: null };
  };
  return inOrder([
    ...differences(currentRows(memory), keptCurrent(database), (_tag, name) => ({ _tag, where, ...placeOf(name) })),
    ...differences(tipRows(memory), keptTips(database), (_tag, stream) => {
      return { _tag, where, table: 'tips', model: '', key: stream, index: null };
    }),
  ]);
};
