import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import type { VerifyEd25519 } from '../../domain/ports.js';
import { parseCheckpoint } from '../../domain/transparency/checkpoint.js';
import { isWorthKeeping, type KeptCheckpoint, thinned } from '../../domain/transparency/kept-checkpoints.js';
import { parseNote } from '../../domain/transparency/note.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { openWitnessed } from '../../domain/transparency/witnessed-tree.js';
import { appendCosigned, type CosignedCheckpoints, readCosigned, replaceCosigned } from './cosigned-file.js';

export interface CheckpointKeeperOptions {
  readonly file: string;
  readonly verifyEd25519: VerifyEd25519;
  /** Whose cosignatures count, with the keys that the log has now. Undefined: nothing is kept. */
  readonly policy: () => WitnessPolicy | undefined;
  /** Indexes at which keys changed. */
  readonly changes: () => ReadonlyArray<number>;
  readonly onFault: (fault: PlaceUnavailable) => void;
}

/** Keeps some of the checkpoints that were published with their quorum. */
export interface CheckpointKeeper {
  readonly offer: (checkpoint: Uint8Array) => void;
  /** Ends when everything that was offered is durable, or was left out. */
  readonly idle: () => Promise<void>;
}

interface Sized {
  readonly size: number;
  readonly bytes: Uint8Array;
}

const sizesOf = (kept: CosignedCheckpoints): ReadonlyArray<Sized> =>
  kept.flatMap((bytes) => {
    if (bytes === undefined || fromUtf8(bytes) === undefined) return [];
    const checkpoint = pipe(
      parseNote(bytes),
      E.flatMap(({ text }) => parseCheckpoint(text)),
    );
    return E.isRight(checkpoint) ? [{ size: checkpoint.right.size, bytes }] : [];
  });

/** Works one after another. A checkpoint that could not be written is given up: the next one covers what it covered. */
export const createCheckpointKeeper = (options: CheckpointKeeperOptions): CheckpointKeeper => {
  const { file, verifyEd25519, policy, changes, onFault } = options;
  let last: KeptCheckpoint | undefined;
  let begun = false;
  let work: Promise<void> = Promise.resolve();

  const opened = (bytes: Uint8Array | undefined): KeptCheckpoint | undefined => {
    const trusted = policy();
    const tree =
      bytes === undefined || trusted === undefined ? undefined : openWitnessed(verifyEd25519, trusted, bytes);
    return tree !== undefined && E.isRight(tree) ? tree.right : undefined;
  };

  /** Also where more was kept than there is room for. */
  const begin = (): TE.TaskEither<PlaceUnavailable, void> =>
    pipe(
      readCosigned(file),
      TE.flatMap((kept) => {
        const sized = sizesOf(kept);
        const fewer = thinned(sized, changes());
        last = opened(sized.at(-1)?.bytes);
        begun = true;
        return fewer.length === sized.length
          ? TE.right(undefined)
          : replaceCosigned(
              file,
              fewer.map(({ bytes }) => bytes),
            );
      }),
    );

  const keep = (bytes: Uint8Array, next: KeptCheckpoint): TE.TaskEither<PlaceUnavailable, void> =>
    pipe(
      begun ? TE.right(undefined) : begin(),
      TE.flatMap(() => {
        if (!isWorthKeeping(last, next, changes())) return TE.right(undefined);
        return pipe(
          appendCosigned(file, bytes),
          TE.map(() => {
            last = next;
          }),
        );
      }),
    );

  const take = async (bytes: Uint8Array): Promise<void> => {
    const next = opened(bytes);
    const kept = next === undefined ? E.right(undefined) : await keep(bytes, next)();
    if (E.isLeft(kept)) onFault(kept.left);
  };

  return {
    offer: (bytes) => {
      work = work.then(() => take(bytes));
    },
    idle: () => work,
  };
};
