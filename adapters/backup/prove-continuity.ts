import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { equalBytes } from '../../domain/encoding/bytes.js';
import { loadKeyring } from '../../domain/ledger/load-keyring.js';
import { openCheckpoint } from '../../domain/transparency/checkpoint.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import type { DataFolder } from '../authority/data-folder.js';
import { knownLogKeys } from '../authority/log-key.js';
import type { LedgerFiles } from '../authority/open-ledger.js';
import { entryEngines } from '../crypto/engines.js';
import { createFileCheckpointRecord } from '../transparency/file-checkpoint-record.js';
import { largestKnown } from './ask-witnesses.js';
import { type GrownTree, growInMemory } from './grow-in-memory.js';
import { type RestoreFault, type RestoreWork, unreadable } from './restore-fault.js';

const checkpointIn = (
  files: LedgerFiles,
  keyring: Parameters<typeof knownLogKeys>[0],
  bytes: Uint8Array,
): E.Either<RestoreFault, SignedCheckpoint> =>
  pipe(
    openCheckpoint(entryEngines.verifyEd25519, knownLogKeys(keyring, files.publicKeys), bytes),
    E.bimap(
      ({ _tag }): RestoreFault => ({ _tag: 'CheckpointForeign', rule: `is none of this log (${_tag})` }),
      ({ checkpoint }) => ({ checkpoint, bytes }),
    ),
  );

/** What was signed must be a beginning of what the backup holds. */
const holds = (
  tree: (size: number) => RestoreWork<GrownTree>,
  size: number,
  signed: SignedCheckpoint,
  by: string,
): RestoreWork<void> =>
  signed.checkpoint.size > size
    ? TE.left({ _tag: 'HistoryShorter', backup: size, signed: signed.checkpoint.size, by })
    : pipe(
        tree(signed.checkpoint.size),
        TE.flatMap(({ root }) =>
          equalBytes(root, signed.checkpoint.root)
            ? TE.right(undefined)
            : TE.left<RestoreFault>({ _tag: 'HistoryDiffers', size: signed.checkpoint.size }),
        ),
      );

export interface ContinuityOptions {
  /** The newest checkpoint that anybody has. */
  readonly checkpoint: Uint8Array | undefined;
  /** Witnesses to ask how far they followed. */
  readonly policy: WitnessPolicy | undefined;
  /** For reading and checking only: the copy can't sign, so nothing has to be proved. */
  readonly forReading: boolean;
}

/**
 * Holds the history against its own record, the given checkpoint and the witnesses, and sets the record to the newest. Answers
 * with what it was held against.
 */
export const proveContinuity = (
  folder: DataFolder,
  files: LedgerFiles,
  options: ContinuityOptions,
  size: number,
): RestoreWork<ReadonlyArray<string>> => {
  const store = files.store.events;
  const record = createFileCheckpointRecord(folder.logRecord);
  const tree = (upTo: number): RestoreWork<GrownTree> =>
    pipe(
      growInMemory(store, upTo),
      TE.mapLeft(({ _tag }) => unreadable(`holds a ledger that can not be read (${_tag})`)),
    );
  return pipe(
    loadKeyring({ ...entryEngines, store }, files.publicKeys.authority.kid),
    TE.mapLeft(({ _tag }) => unreadable(`holds keys that can not be read (${_tag})`)),
    TE.bindTo('keyring'),
    TE.bind('last', () =>
      pipe(
        record.read(),
        TE.mapLeft(() => unreadable('holds no readable record')),
      ),
    ),
    TE.bind('given', ({ keyring }) =>
      options.checkpoint === undefined
        ? TE.right(undefined)
        : TE.fromEither(checkpointIn(files, keyring, options.checkpoint)),
    ),
    TE.bind('own', ({ keyring, last }) =>
      last === undefined ? TE.right(undefined) : TE.fromEither(checkpointIn(files, keyring, last)),
    ),
    TE.tap(({ own }) => (own === undefined ? TE.right(undefined) : holds(tree, size, own, 'the record'))),
    TE.tap(({ given }) => (given === undefined ? TE.right(undefined) : holds(tree, size, given, 'the checkpoint'))),
    TE.bind('asked', ({ own, given }) => {
      const newest = (given?.checkpoint.size ?? -1) > (own?.checkpoint.size ?? -1) ? given : own;
      const { policy } = options;
      return policy === undefined || newest === undefined
        ? TE.right({ proved: [], unreachable: [], ahead: undefined })
        : pipe(
            tree(size),
            TE.flatMap(({ prove: proof }) => TE.fromTask(largestKnown(policy, newest, proof))),
          );
    }),
    TE.tap(({ asked: { ahead } }) =>
      ahead === undefined
        ? TE.right(undefined)
        : TE.left<RestoreFault>({ _tag: 'HistoryShorter', backup: size, signed: ahead.size, by: ahead.witness }),
    ),
    // The record goes forward to what was signed last: nothing smaller is ever signed again.
    TE.tap(({ own, given, last }) =>
      given !== undefined && given.checkpoint.size > (own?.checkpoint.size ?? -1)
        ? pipe(
            record.compareAndSwap(last, given.bytes),
            TE.mapLeft(() => unreadable('takes no record')),
          )
        : TE.right(undefined),
    ),
    TE.flatMap(({ given, asked }) => {
      const proved = [...(given === undefined ? [] : ['checkpoint']), ...asked.proved];
      return proved.length > 0 || options.forReading
        ? TE.right(proved)
        : TE.left<RestoreFault>({ _tag: 'ContinuityUnproven', unreachable: asked.unreachable });
    }),
  );
};
