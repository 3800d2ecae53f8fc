import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { readIfThere } from '../access/private-files.js';
import { dataFolder } from '../authority/data-folder.js';
import { badInput, type CliFailure } from './failure.js';
import { readText } from './input.js';

const trimEnd = (text: string): string => text.replace(/\r?\n$/, '');

/** From the file given, else the one that `init` left in the folder; undefined: the folder opens for reading only. */
export const passphraseOf = (options: {
  readonly dir: string;
  readonly passphraseFile: string | undefined;
}): TE.TaskEither<CliFailure, string | undefined> =>
  options.passphraseFile !== undefined
    ? pipe(readText(options.passphraseFile), TE.map(trimEnd))
    : pipe(
        readIfThere(dataFolder(options.dir).passphrase),
        TE.bimap(
          ({ file, rule }) => badInput('PassphraseUnreadable', `${file} ${rule}`),
          (text) => (text === undefined ? undefined : trimEnd(text)),
        ),
      );
