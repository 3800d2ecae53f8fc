import { MOST_ENTRY_BYTES } from '../../domain/ledger/envelope.js';
import type { Append, StoreError } from '../../domain/ports.js';

/** A stream as an append meets it. */
export interface StreamState {
  /** -1: no such stream. */
  readonly lastRevision: number;
  /** Id of the entry at a revision. */
  readonly idAt: (revision: number) => string | undefined;
  /** Whether the store holds this id anywhere. */
  readonly holds: (id: string) => boolean;
}

export type AppendCheck =
  | { readonly _tag: 'Write' }
  /** Everything is already there, from `expectedRevision + 1` on. */
  | { readonly _tag: 'AlreadyWritten' }
  | Extract<StoreError, { readonly _tag: 'Conflict' }>;

/** An append that no store takes, whatever it holds. */
export const refusedAppend = ({ stream, entries }: Append): StoreError | undefined => {
  const what = `append to ${stream}`;
  if (entries.length === 0) return { _tag: 'StoreRefused', what, rule: 'must hold an entry' };
  if (entries.some((entry) => entry.bytes.length > MOST_ENTRY_BYTES)) {
    return { _tag: 'StoreRefused', what, rule: `an entry is at most ${MOST_ENTRY_BYTES} bytes` };
  }
  return new Set(entries.map((entry) => entry.id)).size === entries.length
    ? undefined
    : { _tag: 'StoreRefused', what, rule: 'ids must differ' };
};

/**
 * The rule of exact expected revisions, the same for every store: behind the tip, all ids the same is the first answer
 * again and anything else a conflict; at the tip, an id held elsewhere is a conflict too, since its command was carried out.
 */
export const checkAppend = (
  { stream, expectedRevision: expected, entries }: Append,
  state: StreamState,
): AppendCheck => {
  const conflict: AppendCheck = { _tag: 'Conflict', stream, expected, actual: state.lastRevision };
  if (expected > state.lastRevision) return conflict;
  if (expected === state.lastRevision) {
    return entries.some((entry) => state.holds(entry.id)) ? conflict : { _tag: 'Write' };
  }
  return entries.every((entry, i) => state.idAt(expected + 1 + i) === entry.id) ? { _tag: 'AlreadyWritten' } : conflict;
};
