import type { EndedPrimaryKeyRow, KeyProviderRow } from './key-provider-row.js';
import { type KeyLedgerRows, type KeyRow, keyRow, keys } from './key-row.js';
import type { Act } from './reference-row.js';

export type KeyState =
  | 'usable'
  | 'revoked'
  | 'primary-key-revoked'
  | 'primary-key-compromised'
  | 'primary-key-destroyed';

type Providers = ReadonlyMap<string, KeyProviderRow>;

const endOf = (providers: Providers, { provider, primaryKey }: KeyRow): EndedPrimaryKeyRow | undefined =>
  providers.get(provider)?.endedPrimaryKeys.find((each) => each.primaryKey === primaryKey);

/** Whether anybody could still get this key, as far as it depends on the key and on what wraps it. */
export const keyStateAt = (providers: Providers, row: KeyRow): KeyState => {
  if (row.revoked !== null) return 'revoked';
  const ended = endOf(providers, row);
  return ended === undefined ? 'usable' : `primary-key-${ended.end}`;
};

/** Under which other ids the same key goes, one wrapping away: wrapped anew from, and as. */
const neighboursIn = (wrapped: ReadonlyArray<KeyRow>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, Array<string>>();
  const join = (one: string, other: string): void => {
    const known = found.get(one) ?? [];
    found.set(one, [...known, other]);
  };
  for (const { key, rekeyedAs } of wrapped) {
    for (const other of rekeyedAs) {
      join(key, other);
      join(other, key);
    }
  }
  return found;
};

/** Whether the same key can still be had by another primary key. */
const livesOn = (
  rows: KeyLedgerRows,
  providers: Providers,
  neighbours: ReadonlyMap<string, ReadonlyArray<string>>,
  { key, primaryKey }: KeyRow,
): boolean => {
  const seen = new Set<string>([key]);
  const waiting = [...(neighbours.get(key) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const row = keyRow(rows, next);
    if (row !== undefined && row.primaryKey !== primaryKey && keyStateAt(providers, row) === 'usable') return true;
    waiting.push(...(neighbours.get(next) ?? []));
  }
  return false;
};

export interface PrimaryKeyRow {
  readonly primaryKey: string;
  /** New keys are wrapped by it. */
  readonly current: boolean;
  /** Keys that it wrapped, revoked ones too. */
  readonly keys: number;
  /** Of them, those that nobody revoked and no other primary key unwraps: lost with it. */
  readonly keysInUse: number;
  readonly end: EndedPrimaryKeyRow['end'] | null;
  readonly revoked: EndedPrimaryKeyRow['revoked'];
  readonly destroyed: EndedPrimaryKeyRow['destroyed'];
  /** When its key servers had done the same; null: not yet, or nothing to do. */
  readonly confirmed: Act | null;
}

/** All primary keys that a provider ever wrapped with, newest first. */
export const primaryKeysAt = (
  rows: KeyLedgerRows,
  providers: Providers,
  { provider, primaryKey: current, formerPrimaryKeys, endedPrimaryKeys }: KeyProviderRow,
): ReadonlyArray<PrimaryKeyRow> => {
  const wrapped = keys(rows, { provider });
  const neighbours = neighboursIn(wrapped);
  const known = [...new Set([...(current === null ? [] : [current]), ...[...formerPrimaryKeys].reverse()])];
  return known.map((primaryKey) => {
    const own = wrapped.filter((row) => row.primaryKey === primaryKey);
    const ended = endedPrimaryKeys.find((each) => each.primaryKey === primaryKey);
    return {
      primaryKey,
      current: primaryKey === current,
      keys: own.length,
      keysInUse: own.filter((row) => row.revoked === null && !livesOn(rows, providers, neighbours, row)).length,
      end: ended?.end ?? null,
      revoked: ended?.revoked ?? null,
      destroyed: ended?.destroyed ?? null,
      confirmed: ended?.confirmed ?? null,
    };
  });
};
