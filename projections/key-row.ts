import type { KeyOperation } from '../domain/key-release/events.js';
import type { Mark } from './host-trust-row.js';
import type { Act } from './reference-row.js';

/** A key by its ciphertext under a primary key. */
export interface KeyRow {
  readonly kind: 'key';
  readonly key: string;
  readonly provider: string;
  readonly primaryKey: string;
  readonly origin: 'generated' | 'wrapped' | 'rekeyed' | 'registered';
  /** Whom it was made for; null: it was registered. */
  readonly host: string | null;
  readonly created: Act;
  /** Ids of the same key under other primary keys. */
  readonly rekeyedAs: ReadonlyArray<string>;
  readonly revoked: (Act & { readonly reason: string }) | null;
}

/** That a host had a key. Each delivery makes a version of its own: the row's history is who had what, when, on which verdict. */
export interface HoldingRow {
  readonly kind: 'holding';
  readonly host: string;
  readonly key: string;
  readonly provider: string;
  readonly first: Mark;
  readonly last: Mark;
  readonly count: number;
  /** Of the last delivery. */
  readonly operation: KeyOperation;
  readonly purpose: string | null;
  readonly release: string;
  readonly verdict: { readonly index: number; readonly revision: number };
}

export type KeyLedgerRow = KeyRow | HoldingRow;
export type KeyLedgerRows = ReadonlyMap<string, KeyLedgerRow>;

export const keyRowKey = (key: string): string => `key/${key}`;
export const holdingKey = (host: string, key: string): string => `holding/${host}/${key}`;

export const keyRow = (rows: KeyLedgerRows, key: string): KeyRow | undefined => {
  const row = rows.get(keyRowKey(key));
  return row?.kind === 'key' ? row : undefined;
};

/** Who held what; absent fields choose all. */
export const holdings = (
  rows: KeyLedgerRows,
  chosen: {
    readonly host?: string | undefined;
    readonly key?: string | undefined;
    readonly provider?: string | undefined;
  },
): ReadonlyArray<HoldingRow> =>
  [...rows.values()].filter(
    (row): row is HoldingRow =>
      row.kind === 'holding' &&
      row.host === (chosen.host ?? row.host) &&
      row.key === (chosen.key ?? row.key) &&
      row.provider === (chosen.provider ?? row.provider),
  );

export const keys = (
  rows: KeyLedgerRows,
  chosen: { readonly provider?: string | undefined; readonly primaryKey?: string | undefined },
): ReadonlyArray<KeyRow> =>
  [...rows.values()].filter(
    (row): row is KeyRow =>
      row.kind === 'key' &&
      row.provider === (chosen.provider ?? row.provider) &&
      row.primaryKey === (chosen.primaryKey ?? row.primaryKey),
  );
