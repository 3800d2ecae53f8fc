import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { ChainTip } from '../../../../domain/ledger/chain.js';
import type { Keyring } from '../../../../domain/ledger/keyring.js';
import type { EntryEngines } from '../../../../domain/ledger/ledger.js';
import { loadKeyring } from '../../../../domain/ledger/load-keyring.js';
import { type LinkedEntry, linkEntry, verifySignature } from '../../../../domain/ledger/verify-entry.js';
import type { EventStore, StoredEntry, StoreError } from '../../../../domain/ports.js';
import { ledgerFaultText } from '../../../text/ledger-fault-text.js';

const PAGE = 500;

/** Every entry of the stream up to this one: each names the one before it by its hash. */
const readTo = (
  store: EventStore,
  stream: string,
  revision: number,
): TE.TaskEither<StoreError, ReadonlyArray<StoredEntry>> => {
  const from = (at: number): TE.TaskEither<StoreError, ReadonlyArray<StoredEntry>> =>
    pipe(
      store.readStream(stream, at, Math.min(PAGE, revision - at + 1)),
      TE.flatMap((page) =>
        page.length === 0 || at + page.length > revision
          ? TE.right(page)
          : pipe(
              from(at + page.length),
              TE.map((rest) => [...page, ...rest]),
            ),
      ),
    );
  return from(0);
};

const linkAll = (
  engines: EntryEngines,
  entries: ReadonlyArray<StoredEntry>,
  keyring: Keyring,
): E.Either<string, LinkedEntry> => {
  let tip: ChainTip | null = null;
  let last: LinkedEntry | undefined;
  for (const stored of entries) {
    const linked = linkEntry(engines, stored, tip);
    if (E.isLeft(linked)) return E.left(ledgerFaultText(linked.left));
    last = linked.right;
    tip = last.tip;
  }
  if (last === undefined) return E.left('the server gave no entry of this stream');
  const entry = last;
  return pipe(
    verifySignature(engines, entry, keyring),
    E.bimap(ledgerFaultText, () => entry),
  );
};

export interface CheckedStream {
  readonly entry: LinkedEntry;
  readonly keys: number;
}

/** Left: why the entry does not stand at its place in an unbroken stream, signed by a key of the authority that is pinned. */
export const checkStream = (
  engines: EntryEngines,
  store: EventStore,
  authority: string,
  { stream, revision, index }: Pick<StoredEntry, 'stream' | 'revision' | 'index'>,
): TE.TaskEither<string, CheckedStream> =>
  pipe(
    loadKeyring({ ...engines, store }, authority),
    TE.mapLeft(ledgerFaultText),
    TE.bindTo('keyring'),
    TE.bind('entries', () => pipe(readTo(store, stream, revision), TE.mapLeft(ledgerFaultText))),
    TE.flatMapEither(({ keyring, entries }) =>
      pipe(
        linkAll(engines, entries, keyring),
        E.filterOrElse(
          ({ stored }) => stored.index === index && stored.revision === revision,
          () => 'the stream does not have this entry at its place',
        ),
        E.map((entry) => ({ entry, keys: keyring.size })),
      ),
    ),
  );
