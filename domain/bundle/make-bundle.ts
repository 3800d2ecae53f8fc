import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { toBase64, toHex } from '../encoding/bytes.js';
import { leafOf } from '../ledger/leaf.js';
import type { LedgerReader } from '../ledger/ledger.js';
import type { Clock, EventSigner, StoredEntry, StoreError } from '../ports.js';
import { createHistory, type VerdictCase } from '../replay/history.js';
import { type ReplayDeps, replayVerdict } from '../replay/replay-verdict.js';
import type { SignedCheckpoint } from '../transparency/log-state.js';
import { type ProofFault, type ReadTile, sharedFromTiles } from '../transparency/tree-proof.js';
import {
  type Bundle,
  type BundleScope,
  formatBundle,
  MOST_BLOBS,
  MOST_BUNDLE_BYTES,
  MOST_BUNDLE_ENTRIES,
} from './bundle.js';
import { watchEvidence } from './bundle-blobs.js';
import { type BundleRequest, type Chosen, chooseEntries, type HostUnknown } from './choose-entries.js';
import type { BundleTooLarge, ChooseFault, ChosenEntry } from './read-chosen.js';
import { type StreamHead, type StreamHeads, signStreamHeads } from './stream-heads.js';

export interface MakeBundleDeps extends LedgerReader, ReplayDeps {
  readonly clock: Clock;
  /** Answers for where streams end. Where it can't sign, nobody answers, and the bundle shows that. */
  readonly signer: () => EventSigner;
}

/** The published log, as far as a bundle needs it. */
export interface BundleLog<F> {
  readonly published: SignedCheckpoint;
  readonly readTile: ReadTile<F>;
}

export type MakeBundleFault<F> =
  | ChooseFault
  | ProofFault<F>
  | HostUnknown
  /** Something that was recorded can't be spelt; never the case for what this program wrote. */
  | { readonly _tag: 'EvidenceUnstorable'; readonly rule: string };

const isIn = ({ from, to }: BundleScope, at: string): boolean => at >= (from ?? at) && at <= (to ?? at);

/** The verdicts of the period, each with what was known before it. */
const casesOf = ({ host, reference }: Chosen, scope: BundleScope): ReadonlyArray<VerdictCase> => {
  const { take } = createHistory();
  return [...reference, ...host]
    .toSorted((a, b) => a.stored.index - b.stored.index)
    .flatMap(({ recorded }) => {
      const verdict = take(recorded);
      return verdict !== undefined && isIn(scope, recorded.recordedAt) ? [verdict] : [];
    });
};

/** Exactly what making the verdicts again reads, found by making them. */
const readBlobs = (
  deps: MakeBundleDeps,
  chosen: Chosen,
  scope: BundleScope,
): TE.TaskEither<StoreError | BundleTooLarge, Bundle['blobs']> => {
  if (!scope.evidence) return TE.right([]);
  const evidence = watchEvidence(deps.evidence);
  return pipe(
    casesOf(chosen, scope),
    TE.traverseSeqArray(replayVerdict({ ...deps, evidence })),
    TE.mapLeft((fault): StoreError | BundleTooLarge => fault),
    TE.filterOrElseW(
      () => evidence.asked.size <= MOST_BLOBS,
      (): BundleTooLarge => ({ _tag: 'BundleTooLarge', what: 'blobs', most: MOST_BLOBS }),
    ),
    TE.flatMap(() => pipe([...evidence.asked].sort(), TE.traverseSeqArray(readBlob(deps)))),
    TE.map((blobs) => blobs.flat()),
  );
};

/** What is missing or damaged is left out: whoever verifies the bundle is told, by the verdict that needs it. */
const readBlob =
  ({ evidence }: MakeBundleDeps) =>
  (sha256: string): TE.TaskEither<StoreError, Bundle['blobs']> =>
    pipe(
      evidence.get(sha256),
      TE.map((bytes) => (bytes === undefined || bytes.length === 0 ? [] : [{ sha256, bytes: toBase64(bytes) }])),
      TE.orElse(
        (fault): TE.TaskEither<StoreError, Bundle['blobs']> =>
          fault._tag === 'StoreUnavailable' ? TE.left(fault) : TE.right([]),
      ),
    );

const headOf = ({ hashing }: LedgerReader, entries: ReadonlyArray<ChosenEntry>): ReadonlyArray<StreamHead> => {
  const last = entries.at(-1)?.stored;
  return last === undefined
    ? []
    : [{ stream: last.stream, revision: last.revision, leaf: leafOf(hashing, last.bytes) }];
};

/** Where the host's events were cut at the end of the period, nobody has to say that there are no more. */
const stateHeads = (
  deps: MakeBundleDeps,
  { host, authority }: Chosen,
  { to }: BundleScope,
  { checkpoint }: SignedCheckpoint,
): TE.TaskEither<string, StreamHeads | null> => {
  const signer = deps.signer();
  // A key that came into use behind this tree would be nobody's to those who have no more than it.
  if ((deps.keyring().get(signer.kid)?.from ?? Number.MAX_SAFE_INTEGER) >= checkpoint.size) return TE.right(null);
  const last = host.at(-1)?.recorded.recordedAt ?? '';
  const heads = [...headOf(deps, authority), ...(to !== null && last > to ? [] : headOf(deps, host))];
  const { origin, size, root } = checkpoint;
  const stated = { origin, size, root: toHex(root), at: deps.clock.now(), heads };
  return pipe(
    signStreamHeads({ canonicalize: deps.canonicalize, signer }, stated),
    TE.orElse(
      (fault): TE.TaskEither<string, StreamHeads | null> =>
        typeof fault === 'string' ? TE.left(fault) : TE.right(null),
    ),
  );
};

const entriesOf = ({ host, authority, reference, tail }: Chosen): ReadonlyArray<StoredEntry> => {
  const chosen = [...authority, ...reference, ...host].map(({ stored }) => stored);
  const byIndex = new Map([...chosen, ...tail].map((stored) => [stored.index, stored]));
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
};

const spell = <F>(deps: MakeBundleDeps, bundle: Bundle): E.Either<MakeBundleFault<F>, Uint8Array> =>
  pipe(
    formatBundle(deps.canonicalize, bundle),
    E.mapLeft((rule): MakeBundleFault<F> => ({ _tag: 'EvidenceUnstorable', rule })),
    E.filterOrElse(
      (bytes) => bytes.length <= MOST_BUNDLE_BYTES,
      (): MakeBundleFault<F> => ({ _tag: 'BundleTooLarge', what: 'bytes', most: MOST_BUNDLE_BYTES }),
    ),
  );

/** A file that proves, with the log's key alone, everything of a host that was recorded in a period, up to the checkpoint. */
export const makeBundle =
  <F>(deps: MakeBundleDeps, { published, readTile }: BundleLog<F>) =>
  (request: BundleRequest): TE.TaskEither<MakeBundleFault<F>, Uint8Array> => {
    const { scope } = request;
    const { size } = published.checkpoint;
    return pipe(
      TE.Do,
      TE.bindW('chosen', () => chooseEntries(deps, size, request)),
      TE.let('entries', ({ chosen }) => entriesOf(chosen)),
      TE.filterOrElseW(
        ({ entries }) => entries.length <= MOST_BUNDLE_ENTRIES,
        (): MakeBundleFault<F> => ({ _tag: 'BundleTooLarge', what: 'entries', most: MOST_BUNDLE_ENTRIES }),
      ),
      TE.bindW('proof', ({ entries }) =>
        sharedFromTiles(
          deps.hashing,
          readTile,
          entries.map(({ index }) => index),
          size,
        ),
      ),
      TE.bindW('blobs', ({ chosen }) => readBlobs(deps, chosen, scope)),
      TE.bindW('heads', ({ chosen }) =>
        pipe(
          stateHeads(deps, chosen, scope, published),
          TE.mapLeft((rule): MakeBundleFault<F> => ({ _tag: 'EvidenceUnstorable', rule })),
        ),
      ),
      TE.flatMapEither(({ entries, proof, blobs, heads }) =>
        spell<F>(deps, {
          format: 'sekisho-bundle/1',
          scope,
          checkpoint: toBase64(published.bytes),
          proof: proof.map(toBase64),
          entries: entries.map(({ index, bytes }) => ({ index, bytes: toBase64(bytes) })),
          heads,
          blobs,
        }),
      ),
    );
  };
