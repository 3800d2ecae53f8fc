import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { millisOf } from '../../domain/encoding/instant.js';
import type { TreeHead } from '../../domain/ledger/merkle-proof.js';
import type { Clock } from '../../domain/ports.js';
import { openCheckpoint } from '../../domain/transparency/checkpoint.js';
import { formatNote, formatSignatureLines, type NoteSignature } from '../../domain/transparency/note.js';
import type { PlaceUnavailable, RecordConflict } from '../../domain/transparency/ports.js';
import {
  cosignNote,
  keyOfSigner,
  type NoteSigner,
  type SigningEngines,
  type SigningFault,
} from '../../domain/transparency/sign-note.js';
import {
  checkAdvance,
  type LogKeys,
  readRequest,
  type SignedRequest,
  type WitnessRefusal,
} from '../../domain/transparency/witness-decision.js';
import { originHash, type WitnessStore } from './witness-store.js';

export interface WitnessEngines extends SigningEngines {
  readonly signer: NoteSigner;
  readonly logKeys: LogKeys;
  readonly store: WitnessStore;
  readonly clock: Clock;
  /** Runs the works of one log one after another. */
  readonly inTurn: <A>(key: string, work: () => Promise<A>) => () => Promise<A>;
}

export type AddCheckpointFault =
  | WitnessRefusal
  | PlaceUnavailable
  | RecordConflict
  | SigningFault
  /** The stored checkpoint is none that this witness cosigned: somebody edited it. */
  | { readonly _tag: 'StateDamaged' };

interface Known {
  readonly bytes: Uint8Array | undefined;
  readonly head: TreeHead | undefined;
}

/** State is trusted only under the witness's own cosignature. */
const readKnown = (engines: WitnessEngines, origin: string, hash: string): TE.TaskEither<AddCheckpointFault, Known> =>
  pipe(
    engines.store(hash).read(),
    TE.mapLeft((fault): AddCheckpointFault => fault),
    TE.flatMapEither((bytes): E.Either<AddCheckpointFault, Known> => {
      if (bytes === undefined) return E.right({ bytes, head: undefined });
      const key = keyOfSigner(engines.hashing, engines.signer, 'cosignature-v1');
      const opened = E.isLeft(key) ? key : openCheckpoint(engines.verifyEd25519, [key.right], bytes);
      return E.isRight(opened) && opened.right.checkpoint.origin === origin
        ? E.right({ bytes, head: opened.right.checkpoint })
        : E.left({ _tag: 'StateDamaged' });
    }),
  );

/** The log's verified signatures stay with the cosignature, so that monitors get both. */
const cosignAndStore = (
  engines: WitnessEngines,
  hash: string,
  known: Known,
  { request, signatures }: SignedRequest,
): TE.TaskEither<AddCheckpointFault, NoteSignature> => {
  const { text } = request.note;
  const time = Math.floor(millisOf(engines.clock.now()) / 1000);
  return pipe(
    cosignNote(engines, engines.signer)(text, time),
    TE.mapLeft((fault): AddCheckpointFault => fault),
    TE.flatMap((cosignature) =>
      pipe(
        engines
          .store(hash)
          .compareAndSwap(
            known.bytes,
            formatNote({ text, signatures: [...signatures.map(({ line }) => line), cosignature] }),
          ),
        TE.bimap(
          (fault): AddCheckpointFault => fault,
          () => cosignature,
        ),
      ),
    ),
  );
};

const advance = (
  engines: WitnessEngines,
  hash: string,
  signed: SignedRequest,
): TE.TaskEither<AddCheckpointFault, NoteSignature> =>
  pipe(
    readKnown(engines, signed.checkpoint.origin, hash),
    TE.flatMap((known) =>
      pipe(
        TE.fromEither(checkAdvance(engines.hashing, known.head, signed)),
        TE.mapLeft((fault): AddCheckpointFault => fault),
        TE.flatMap(() => cosignAndStore(engines, hash, known, signed)),
      ),
    ),
  );

/**
 * C2SP tlog-witness, add-checkpoint: signature lines for the answer, once the new state is durable. Deciding and storing
 * are one step for each log, in this process by turns and between processes by the record's compare-and-swap.
 */
export const addCheckpoint = (engines: WitnessEngines, body: Uint8Array): TE.TaskEither<AddCheckpointFault, string> =>
  pipe(
    TE.fromEither(readRequest(engines.verifyEd25519, engines.logKeys, body)),
    TE.mapLeft((fault): AddCheckpointFault => fault),
    TE.flatMap((signed) => {
      const hash = originHash(engines.hashing, signed.checkpoint.origin);
      return engines.inTurn(hash, advance(engines, hash, signed));
    }),
    TE.map((cosignature) => formatSignatureLines([cosignature])),
  );
