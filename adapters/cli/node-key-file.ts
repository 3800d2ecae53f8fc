import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SigningKeysAnswer } from '../http/routes/signing-keys.js';
import { makeKey, type OpenKeyFile, openKeyFile, writeKeyFile } from '../key-store/key-store.js';
import { badInput, type CliFailure, unavailable } from './failure.js';
import { type KeyPlace, orFailure } from './key-changes.js';

const sharedIn = ({ file }: OpenKeyFile): OpenKeyFile['file']['keys'] =>
  file.keys.filter(({ purpose }) => purpose === 'log' || purpose === 'token');

/** A node signs events with a key of its own; checkpoints, tokens and challenges are the authority's on every node. */
const fresh = (own: OpenKeyFile, node: string): OpenKeyFile | undefined => {
  const made = makeKey('event', node, false);
  if (made === undefined) return undefined;
  const shared = sharedIn(own);
  const seeds = shared.flatMap(({ kid }) => {
    const seed = own.secrets.seeds[kid];
    return seed === undefined ? [] : [[kid, seed] as const];
  });
  return {
    file: { v: 2, authority: own.file.authority, keys: [...shared, made.listed], sealed: null },
    secrets: { ...own.secrets, seeds: Object.fromEntries([...seeds, [made.listed.kid, made.seed]]) },
  };
};

/** Whether a file is what `fresh` would make today, but for the node's own key, and the ledger has not seen that one. */
const stillToIntroduce = (
  found: OpenKeyFile,
  own: OpenKeyFile,
  node: string,
  { authority, keys }: SigningKeysAnswer,
): boolean => {
  const key = found.file.keys.at(-1);
  return (
    found.file.authority.kid === authority &&
    key?.node === node &&
    keys.every(({ kid }) => kid !== key.kid) &&
    sharedIn(own).every(({ kid }) => sharedIn(found).some((shared) => shared.kid === kid))
  );
};

const taken = (file: string): CliFailure =>
  badInput(
    'KeyFileExists',
    `${file} is there already, and is not what an attempt of this command left that was cut short`,
    'Nothing is overwritten: name another file.',
  );

/**
 * The key file of a node, kept before the ledger hears of its key. One that an earlier attempt left, whose key never was
 * introduced, is taken up again; any other file stays as it is.
 */
export const nodeKeyFile = (
  place: KeyPlace,
  own: OpenKeyFile,
  node: string,
  answer: SigningKeysAnswer,
): TE.TaskEither<CliFailure, OpenKeyFile> =>
  pipe(
    openKeyFile(place.file, place.passphrase),
    TE.matchE(
      ({ _tag }) =>
        _tag === 'KeyFileMissing'
          ? pipe(
              TE.fromNullable(unavailable('KeySelfCheckFailed', 'no key could be made'))(fresh(own, node)),
              TE.tap((made) => orFailure(writeKeyFile(place.file, made, place.passphrase))),
            )
          : TE.left(taken(place.file)),
      (found) => (stillToIntroduce(found, own, node, answer) ? TE.right(found) : TE.left(taken(place.file))),
    ),
  );
