import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import { equalBytes, fromBase64, toHex } from '../encoding/bytes.js';
import { hostStream } from '../host/host-id.js';
import type { Doubt } from '../ledger/doubt.js';
import { AUTHORITY_STREAM, type Keyring } from '../ledger/keyring.js';
import type { EntryEngines } from '../ledger/ledger.js';
import type { ReplayDeps } from '../replay/replay-verdict.js';
import { authorityOfOrigin } from '../transparency/origin.js';
import { openByPolicy, type TrustedCheckpoint } from '../transparency/policy-check.js';
import { rootFromShared } from '../transparency/shared-proof.js';
import { makeVerifierKey, type VerifierKey } from '../transparency/verifier-key.js';
import type { WitnessPolicy } from '../transparency/witness-policy.js';
import type { Bundle, BundleScope } from './bundle.js';
import { blobsOfBundle } from './bundle-blobs.js';
import { doubtsOf } from './bundle-doubts.js';
import type { BundleFault } from './bundle-fault.js';
import type { BundleTree } from './bundle-tree.js';
import { type Completeness, completenessOf, headFaults, periodFault } from './completeness.js';
import { type BundleEvent, type BundleVerdict, replayBundle } from './replay-bundle.js';
import { type StreamHeads, verifyStreamHeads } from './stream-heads.js';
import { type Progress, type Walked, walkEntries } from './walk-entries.js';

/** Whom the reader of a bundle believes, before any of it was read. */
export interface BundleTrust {
  /** The log's key; its name says which authority key is believed. */
  readonly key: VerifierKey;
  /** Whose cosignatures the checkpoint needs; undefined: nobody's. */
  readonly policy: WitnessPolicy | undefined;
}

/** What a bundle proves. Nothing of it counts unless `faultCount` is 0. */
export interface BundleReport {
  readonly scope: BundleScope;
  readonly authority: string;
  readonly tree: BundleTree | undefined;
  readonly events: ReadonlyArray<BundleEvent>;
  readonly verdicts: ReadonlyArray<BundleVerdict>;
  readonly host: Completeness | undefined;
  /** The authority's own stream: whether a key may have been retired that seems to be in use. */
  readonly keys: Completeness | undefined;
  readonly saidAt: string | undefined;
  readonly doubts: ReadonlyArray<Doubt>;
  /** Entries of other streams, which show what is not there. */
  readonly others: number;
  readonly faults: ReadonlyArray<BundleFault>;
  readonly faultCount: number;
}

export interface VerifyBundleDeps extends EntryEngines, Omit<ReplayDeps, 'evidence'> {
  readonly progress?: (what: 'entries' | 'verdicts') => Progress;
}

const MOST_FAULTS = 100;

/** Keys that the authority introduced for its log sign for it as well as the one that is believed. */
const introducedKeys = ({ hashing }: EntryEngines, keyring: Keyring, given: VerifierKey): ReadonlyArray<VerifierKey> =>
  [...keyring.values()]
    .filter(({ purpose }) => purpose === 'log')
    .flatMap(({ publicKey }) => {
      const key = makeVerifierKey(hashing, { name: given.name, type: 'ed25519', publicKey });
      return E.isRight(key) && key.right.id !== given.id ? [key.right] : [];
    });

const openTree = (
  deps: EntryEngines,
  { key, policy }: BundleTrust,
  keyring: Keyring,
  checkpoint: Uint8Array,
): E.Either<BundleFault, TrustedCheckpoint> => {
  const logs = [key, ...introducedKeys(deps, keyring, key)].map((each) => ({ key: each, url: undefined }));
  const trusted: WitnessPolicy = { witnesses: [], quorum: { _tag: 'None' }, ...policy, logs };
  return pipe(
    openByPolicy(deps.verifyEd25519, trusted, checkpoint),
    E.mapLeft((refusal) => ({ _tag: 'CheckpointRefused', refusal })),
  );
};

const treeOf = ({ key, policy }: BundleTrust, { checkpoint, log, cosignatures }: TrustedCheckpoint): BundleTree => ({
  origin: checkpoint.origin,
  size: checkpoint.size,
  root: toHex(checkpoint.root),
  cosignatures: cosignatures.map(({ witness, time }) => ({ witness: witness.name, time })),
  quorum: policy !== undefined && policy.quorum._tag !== 'None',
  signedBy: log.id === key.id ? 'given-key' : 'introduced-key',
});

const inclusionFaults = (
  { hashing }: EntryEngines,
  { proof }: Bundle,
  { leaves }: Walked,
  { checkpoint: { size, root } }: TrustedCheckpoint,
): ReadonlyArray<BundleFault> => {
  const computed = rootFromShared(hashing, size, leaves, proof.map(fromBase64));
  return computed !== undefined && equalBytes(computed, root) ? [] : [{ _tag: 'NotInTree', size }];
};

const openHeads = (
  deps: EntryEngines,
  { heads }: Bundle,
  { keyring }: Walked,
  { origin, size, root }: BundleTree,
): E.Either<BundleFault, StreamHeads | null> => {
  if (heads === null) return E.right(null);
  return heads.origin === origin && heads.size === size && heads.root === root
    ? verifyStreamHeads(deps, keyring, heads)
    : E.left({ _tag: 'HeadsOfAnotherTree', size: heads.size });
};

/** Whose ledger this is where it is not the believed authority's: its founding event is signed with a key unknown here. */
const foreignFounder = ({ entries }: Bundle, { faults }: Walked): string | undefined => {
  const [first] = faults;
  const founding = first?._tag === 'UnknownKey' && first.at.stream === AUTHORITY_STREAM && first.at.revision === 0;
  return founding && first.at.index === entries[0]?.index ? first.kid : undefined;
};

type Proved = Pick<BundleReport, 'tree' | 'host' | 'keys' | 'saidAt' | 'doubts'> & {
  readonly faults: ReadonlyArray<BundleFault>;
};

const NOTHING: Omit<Proved, 'faults'> = {
  tree: undefined,
  host: undefined,
  keys: undefined,
  saidAt: undefined,
  doubts: [],
};

const placed = (deps: EntryEngines, trust: BundleTrust, bundle: Bundle, walked: Walked): Proved => {
  const opened = openTree(deps, trust, walked.keyring, fromBase64(bundle.checkpoint));
  if (E.isLeft(opened)) return { ...NOTHING, faults: [opened.left] };
  const tree = treeOf(trust, opened.right);
  const heads = openHeads(deps, bundle, walked, tree);
  const stated = { size: tree.size, walked, heads: E.isRight(heads) ? heads.right : null };
  const stream = hostStream(bundle.scope.host);
  const host = completenessOf(stated, stream, bundle.scope);
  const cut = periodFault(stated, stream, bundle.scope);
  return {
    tree,
    host,
    keys: completenessOf(stated, AUTHORITY_STREAM),
    saidAt: stated.heads?.at,
    doubts: doubtsOf(walked, trust.policy, opened.right),
    faults: [
      ...inclusionFaults(deps, bundle, walked, opened.right),
      ...(E.isLeft(heads) ? [heads.left] : []),
      ...headFaults(stated),
      ...(host === undefined ? [{ _tag: 'HostMissing' as const, host: bundle.scope.host }] : []),
      ...(cut === undefined ? [] : [cut]),
    ],
  };
};

const quiet = (): Progress => () => T.of(undefined);

const anotherAuthority = (bundle: Bundle, believed: string, found: string): BundleReport => ({
  scope: bundle.scope,
  authority: believed,
  ...NOTHING,
  events: [],
  verdicts: [],
  others: 0,
  faults: [{ _tag: 'AnotherAuthority', believed, found }],
  faultCount: 1,
});

/**
 * Checks all of a bundle with a key and nothing else: each entry's form, chain, time, key and signature; the checkpoint with
 * its cosignatures; that its tree holds exactly these entries at these places; what they are all of; every blob's digest; and
 * every verdict, made again. A fault is a finding: the rest is checked all the same, and none of it counts.
 */
export const verifyBundle =
  (deps: VerifyBundleDeps) =>
  (trust: BundleTrust, bundle: Bundle): T.Task<BundleReport> => {
    const { progress = quiet } = deps;
    const { scope } = bundle;
    const authority = authorityOfOrigin(trust.key.name) ?? '';
    const blobs = blobsOfBundle(deps.hashing, bundle);
    return pipe(
      walkEntries(deps, authority, hostStream(scope.host), bundle, progress('entries')),
      T.flatMap((walked) => {
        const founder = foreignFounder(bundle, walked);
        if (founder !== undefined) return T.of(anotherAuthority(bundle, authority, founder));
        const proved = placed(deps, trust, bundle, walked);
        const replay = { ...deps, evidence: blobs.evidence };
        return pipe(
          replayBundle(replay, walked.linked, {
            host: scope.host,
            period: scope,
            evidence: scope.evidence,
            progress: progress('verdicts'),
          }),
          T.map(({ events, verdicts, faults: replayFaults }) => {
            const unnamed = bundle.blobs.filter(({ sha256 }) => !blobs.evidence.asked.has(sha256));
            const faults: ReadonlyArray<BundleFault> = [
              ...walked.faults,
              ...proved.faults,
              ...blobs.faults,
              ...replayFaults,
              ...(walked.faults.length > 0
                ? []
                : unnamed.map(({ sha256 }) => ({ _tag: 'BlobNotNamed' as const, sha256 }))),
            ];
            const found = { faults: faults.slice(0, MOST_FAULTS), faultCount: faults.length };
            return { scope, authority, ...proved, events, verdicts, others: walked.others.length, ...found };
          }),
        );
      }),
    );
  };
