import { join } from 'node:path';
import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { authorityOptionsOf } from './authority-options.js';
import { badInput, type CliFailure } from './failure.js';
import { type KeyPlace, ownPlace, passphraseIn } from './key-changes.js';
import type { Online } from './online.js';
import { passphraseOf } from './passphrase.js';

/** Options of everything that the authority key has to sign. */
export const withAuthorityKey = (command: Command): Command =>
  command
    .option('--keys <folder>', 'folder of the signer that has the keys, if they are not in the data folder')
    .option('--keys-passphrase-file <file>', 'file with the passphrase of its keys')
    .option('--authority-key <file>', 'file of the authority key, if it is kept apart')
    .option('--authority-passphrase-file <file>', 'file with its passphrase')
    .option('--request-out <file>', 'write a request to sign elsewhere, instead of signing');

export const placeOf = (
  { options }: Online,
  env: Readonly<Record<string, string | undefined>>,
): TE.TaskEither<CliFailure, KeyPlace> => {
  const authority = authorityOptionsOf(options, env);
  const [keys, secret] = [options['keys'], options['keysPassphraseFile']];
  if (typeof keys === 'string') {
    return typeof secret === 'string'
      ? pipe(
          passphraseIn(secret),
          TE.map((passphrase) => ({ file: join(keys, 'keys.json'), passphrase })),
        )
      : TE.left(badInput('PassphraseMissing', '--keys needs --keys-passphrase-file FILE'));
  }
  return pipe(
    passphraseOf(authority),
    TE.flatMapEither((passphrase) => ownPlace(authority.dir, passphrase)),
  );
};
