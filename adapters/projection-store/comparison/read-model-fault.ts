import type { LoadFault } from '../../../domain/ledger/load-stream.js';

/** Where a row is in the file of the read models. */
export interface RowPlace {
  readonly table: 'versions' | 'current' | 'times' | 'tips' | 'meta';
  /** The projection; empty for what belongs to none. */
  readonly model: string;
  readonly key: string;
  /** The ledger index that a row is true from; null: no such row has one. */
  readonly index: number | null;
}

/** A row that is kept is not the one that the ledger's entries make: what was shown of it was not what happened. */
export interface RowFault extends RowPlace {
  readonly _tag: 'ReadModelRowChanged' | 'ReadModelRowMissing' | 'ReadModelRowAdded';
  /** The file. */
  readonly where: string;
}

export type ReadModelFault =
  | RowFault
  /** More entries were folded than the ledger has: some were cut off, or an old ledger was put back. */
  | {
      readonly _tag: 'ReadModelsAhead';
      readonly where: string;
      readonly folded: number;
      readonly store: number;
    }
  /** They were folded from other entries than these. The next start makes them anew. */
  | { readonly _tag: 'ReadModelsForeign'; readonly where: string; readonly folded: number }
  | LoadFault;

/** The same whatever order the rows were found in. */
export const inOrder = (faults: ReadonlyArray<RowFault>): ReadonlyArray<RowFault> => {
  const rank = ({ index, model, key }: RowFault): string => `${String(index ?? -1).padStart(16, '0')} ${model} ${key}`;
  return [...faults].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
};
