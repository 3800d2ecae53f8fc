import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import type { Keyring } from '../../domain/ledger/keyring.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import { openCheckpoint } from '../../domain/transparency/checkpoint.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import { CHECKPOINT_PATH } from '../../domain/transparency/read-signed.js';
import { knownLogKeys } from '../authority/log-key.js';
import { entryEngines } from '../crypto/engines.js';
import type { PublicKeys } from '../key-store/key-file.js';
import type { CopyFault } from './copy-fault.js';
import type { CopyPlace } from './copy-place.js';

const opened = (publicKeys: PublicKeys, keyring: Keyring, bytes: Uint8Array): E.Either<CopyFault, SignedCheckpoint> => {
  const keys = knownLogKeys(keyring, publicKeys);
  const note = openCheckpoint(entryEngines.verifyEd25519, keys, bytes);
  return E.isRight(note) && keys.some(({ name }) => name === note.right.checkpoint.origin)
    ? E.right({ checkpoint: note.right.checkpoint, bytes })
    : E.left({ _tag: 'CheckpointDiffers', rule: 'the record is no checkpoint that a key of this log signed' });
};

/** The checkpoint that was signed last, with keys as the copied entries introduce them. Undefined: none yet. */
export const lastSigned = (
  source: CopyPlace,
  target: CopyPlace,
  publicKeys: PublicKeys,
): TE.TaskEither<CopyFault, SignedCheckpoint | undefined> =>
  pipe(
    source.record.read(),
    TE.mapLeft((fault): CopyFault => fault),
    TE.flatMap((bytes) =>
      bytes === undefined
        ? TE.right(undefined)
        : pipe(
            loadKeyring({ ...entryEngines, store: target.events }, publicKeys.authority.kid),
            TE.mapLeft((fault): CopyFault => fault),
            TE.flatMapEither((keyring) => opened(publicKeys, keyring, bytes)),
          ),
    ),
  );

const copyRecord = (target: CopyPlace, bytes: Uint8Array): TE.TaskEither<CopyFault, void> =>
  pipe(
    target.record.read(),
    TE.mapLeft((fault): CopyFault => fault),
    TE.flatMap((there): TE.TaskEither<CopyFault, void> => {
      if (there === undefined) return target.record.compareAndSwap(undefined, bytes);
      return equalBytes(there, bytes)
        ? TE.right(undefined)
        : TE.left({ _tag: 'TargetHoldsOther', where: target.name, rule: 'has a record of other checkpoints' });
    }),
  );

/** The record first: what is published must never be more than it knows. */
export const copyLog = (
  source: CopyPlace,
  target: CopyPlace,
  last: SignedCheckpoint | undefined,
): TE.TaskEither<CopyFault, void> =>
  last === undefined
    ? TE.right(undefined)
    : pipe(
        copyRecord(target, last.bytes),
        TE.flatMap(() => source.published.read(CHECKPOINT_PATH)),
        TE.flatMap((bytes) =>
          bytes === undefined ? TE.right(undefined) : target.published.write([{ path: CHECKPOINT_PATH, bytes }]),
        ),
        TE.mapLeft((fault): CopyFault => fault),
      );
