import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { utf8 } from '../../domain/encoding/bytes.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { makePrivateFolder, readIfThere, writePrivate } from '../access/private-files.js';
import { entryEngines } from '../crypto/engines.js';
import type { DataFolder } from './data-folder.js';
import type { OpenError } from './open-error.js';

export interface GivenPolicy {
  readonly file: string;
  readonly text: string;
}

const parsed = ({ file, text }: GivenPolicy): TE.TaskEither<OpenError, WitnessPolicy> =>
  pipe(
    TE.fromEither(parseWitnessPolicy(entryEngines.hashing, utf8(text))),
    TE.mapLeft((fault) => ({ _tag: 'PolicyInvalid', file, fault })),
  );

const keep = ({ log, logPolicy }: DataFolder, { text }: GivenPolicy): TE.TaskEither<OpenError, void> =>
  pipe(
    makePrivateFolder(log),
    TE.flatMap(() => writePrivate(logPolicy, text)),
  );

/**
 * The policy of whose cosignatures a checkpoint needs; one that is given is kept in the folder, so that no process that
 * opens it later publishes what the witnesses have not seen.
 */
export const logPolicyOf = (
  folder: DataFolder,
  given: GivenPolicy | undefined,
): TE.TaskEither<OpenError, WitnessPolicy | undefined> =>
  given !== undefined
    ? pipe(
        parsed(given),
        TE.tap(() => keep(folder, given)),
      )
    : pipe(
        readIfThere(folder.logPolicy),
        TE.mapLeft((fault): OpenError => fault),
        TE.flatMap((text) => (text === undefined ? TE.right(undefined) : parsed({ file: folder.logPolicy, text }))),
      );
