import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { authorityOptionsOf } from './authority-options.js';
import type { CliFailure } from './failure.js';
import { type KeyPlace, ownPlace } from './key-changes.js';
import type { Online } from './online.js';
import { passphraseOf } from './passphrase.js';

/** Options of everything that the authority key has to sign. */
export const withAuthorityKey = (command: Command): Command =>
  command
    .option('--authority-key <file>', 'file of the authority key, if it is kept apart')
    .option('--authority-passphrase-file <file>', 'file with its passphrase')
    .option('--request-out <file>', 'write a request to sign elsewhere, instead of signing');

export const placeOf = (
  { options }: Online,
  env: Readonly<Record<string, string | undefined>>,
): TE.TaskEither<CliFailure, KeyPlace> => {
  const authority = authorityOptionsOf(options, env);
  return pipe(
    passphraseOf(authority),
    TE.flatMapEither((passphrase) => ownPlace(authority.dir, passphrase)),
  );
};
