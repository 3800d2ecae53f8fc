import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromUtf8 } from './encoding/bytes.js';
import type { Place } from './ledger/chain.js';
import type { Envelope } from './ledger/envelope.js';
import { leafOf } from './ledger/leaf.js';
import type { LoadFault } from './ledger/load-stream.js';
import type { Hashing, StoredEntry } from './ports.js';

/** Where a stream ends, as far as it was followed. */
export interface FollowedTip {
  readonly revision: number;
  readonly leaf: string;
}

export interface FollowedEntry {
  readonly envelope: Envelope;
  readonly tip: FollowedTip;
}

export const placeOf = ({ index, stream, revision }: StoredEntry): Place => ({ index, stream, revision });

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Only as far as the chain needs: the fields' types are not checked. */
const parse = (stored: StoredEntry): E.Either<LoadFault, Envelope> =>
  pipe(
    E.tryCatch(
      () => JSON.parse(fromUtf8(stored.bytes) ?? '') as unknown,
      () => 'must be JSON',
    ),
    E.filterOrElse(isObject, () => 'must be an object'),
    E.bimap(
      (rule): LoadFault => ({ _tag: 'NotCanonical', at: placeOf(stored), rule }),
      (value) => value as Envelope,
    ),
  );

const linkFault = (stored: StoredEntry, envelope: Envelope, tip: FollowedTip | undefined): LoadFault | undefined => {
  const at = placeOf(stored);
  const expected = (tip?.revision ?? -1) + 1;
  if (envelope.stream !== stored.stream) return { _tag: 'ForeignStream', at, found: envelope.stream };
  if (envelope.revision !== expected || stored.revision !== expected) {
    return { _tag: 'RevisionGap', at, expected, found: stored.revision };
  }
  return envelope.previous === (tip?.leaf ?? null) ? undefined : { _tag: 'PreviousMismatch', at };
};

/**
 * An entry that continues its stream's hash chain, for those who read whole ledgers fast. Form and signature are checked once,
 * at the tip: its chain holds the exact bytes of everything before it.
 */
export const followEntry = (
  hashing: Hashing,
  stored: StoredEntry,
  tip: FollowedTip | undefined,
): E.Either<LoadFault, FollowedEntry> =>
  pipe(
    parse(stored),
    E.flatMap((envelope) => {
      const fault = linkFault(stored, envelope, tip);
      if (fault !== undefined) return E.left(fault);
      return E.right({ envelope, tip: { revision: envelope.revision, leaf: leafOf(hashing, stored.bytes) } });
    }),
  );
