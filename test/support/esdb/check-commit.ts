/** What an append expects of its stream. */
export type Expected = 'any' | 'no_stream' | 'stream_exists' | bigint;

export interface CommitState {
  /** -1: no such stream. */
  readonly current: bigint;
  readonly deleted: boolean;
  readonly softDeleted: boolean;
  readonly idAt: (revision: bigint) => string | undefined;
}

export type CommitDecision =
  | { readonly _tag: 'Ok' }
  | { readonly _tag: 'Deleted' }
  | { readonly _tag: 'WrongExpectedVersion' }
  | { readonly _tag: 'CorruptedIdempotency' }
  | { readonly _tag: 'Idempotent'; readonly last: bigint };

/** Behind the stream's end: the same ids at the same places are the first answer again. */
const compareIds = (state: CommitState, expected: bigint, ids: ReadonlyArray<string>): CommitDecision => {
  const different = ids.findIndex((id, i) => state.idAt(expected + 1n + BigInt(i)) !== id);
  if (different > 0) return { _tag: 'CorruptedIdempotency' };
  if (different === 0) {
    return expected === -1n && state.softDeleted ? { _tag: 'Ok' } : { _tag: 'WrongExpectedVersion' };
  }
  return ids.length === 0
    ? { _tag: 'WrongExpectedVersion' }
    : { _tag: 'Idempotent', last: expected + BigInt(ids.length) };
};

/**
 * The rules of the server's IndexWriter.CheckCommit for one node: what is exact, what is idempotent, what is refused. The
 * weak expectations here know no ids at all; the server remembers recent ones.
 */
export const checkCommit = (state: CommitState, expected: Expected, ids: ReadonlyArray<string>): CommitDecision => {
  if (state.deleted) return { _tag: 'Deleted' };
  if (expected === 'any') return { _tag: 'Ok' };
  if (expected === 'stream_exists') {
    if (state.softDeleted) return { _tag: 'Deleted' };
    return state.current < 0n ? { _tag: 'WrongExpectedVersion' } : { _tag: 'Ok' };
  }
  const exact = expected === 'no_stream' ? -1n : expected;
  if (exact > state.current) return { _tag: 'WrongExpectedVersion' };
  return exact === state.current ? { _tag: 'Ok' } : compareIds(state, exact, ids);
};
