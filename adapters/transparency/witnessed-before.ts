import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { verifyConsistency } from '../../domain/ledger/merkle-proof.js';
import type { ProveConsistency } from '../../domain/transparency/cosigner.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import type { SigningEngines } from '../../domain/transparency/sign-note.js';
import type { ProofFault } from '../../domain/transparency/tree-proof.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { openWitnessed, type WitnessedTree } from '../../domain/transparency/witnessed-tree.js';
import { type CosignedCheckpoints, readCosigned } from './cosigned-file.js';

export interface WitnessedOptions extends SigningEngines {
  readonly file: string;
  /** More of them, kept where other nodes keep theirs as well; what `isLate` may be left out. Undefined: there are none. */
  readonly shared?:
    | ((isLate: (checkpoint: Uint8Array) => boolean) => TE.TaskEither<PlaceUnavailable, CosignedCheckpoints>)
    | undefined;
  /** Undefined: no witness was ever asked. */
  readonly policy: () => WitnessPolicy | undefined;
  readonly published: () => SignedCheckpoint | undefined;
  readonly prove: ProveConsistency;
}

export type WitnessedFault = ProofFault<PlaceUnavailable>;

/** What was published continues it: then this ledger's first entries are those that the witnesses saw. */
const isOfThisLog =
  ({ hashing, prove }: WitnessedOptions, { checkpoint }: SignedCheckpoint) =>
  (tree: WitnessedTree): TE.TaskEither<WitnessedFault, boolean> =>
    tree.size > checkpoint.size
      ? TE.right(false)
      : pipe(
          prove(tree.size, checkpoint.size),
          TE.map((proof) => verifyConsistency(hashing, tree, checkpoint, proof)),
        );

/** The largest tree of this log that enough witnesses had cosigned before a time, of those that were kept. */
export const witnessedBefore =
  (options: WitnessedOptions) =>
  (since: string): TE.TaskEither<WitnessedFault, WitnessedTree | undefined> => {
    const [policy, published] = [options.policy(), options.published()];
    if (policy === undefined || published === undefined) return TE.right(undefined);
    const opened = (bytes: Uint8Array | undefined): WitnessedTree | undefined => {
      const tree = bytes === undefined ? undefined : openWitnessed(options.verifyEd25519, policy, bytes);
      return tree !== undefined && E.isRight(tree) ? tree.right : undefined;
    };
    const isLate = (bytes: Uint8Array): boolean => (opened(bytes)?.at ?? '') >= since;
    const earlier = (bytes: Uint8Array | undefined): WitnessedTree | undefined => {
      const tree = opened(bytes);
      return tree !== undefined && tree.at < since ? tree : undefined;
    };
    const newestOf = (kept: CosignedCheckpoints): TE.TaskEither<WitnessedFault, WitnessedTree | undefined> => {
      const at = kept.findLastIndex((bytes) => earlier(bytes) !== undefined);
      const tree = earlier(kept[at]);
      return tree === undefined
        ? TE.right(undefined)
        : pipe(
            isOfThisLog(options, published)(tree),
            TE.flatMap((is) => (is ? TE.right(tree) : newestOf(kept.slice(0, at)))),
          );
    };
    return pipe(
      TE.Do as TE.TaskEither<WitnessedFault, object>,
      TE.bind('kept', (): TE.TaskEither<WitnessedFault, CosignedCheckpoints> => readCosigned(options.file)),
      TE.bind(
        'shared',
        (): TE.TaskEither<WitnessedFault, CosignedCheckpoints> => options.shared?.(isLate) ?? TE.right([]),
      ),
      TE.bind('own', ({ kept }) => newestOf([...kept, published.bytes])),
      TE.bind('others', ({ shared }) => newestOf(shared)),
      TE.map(({ own, others }) => ((others?.size ?? -1) > (own?.size ?? -1) ? others : own)),
    );
  };
