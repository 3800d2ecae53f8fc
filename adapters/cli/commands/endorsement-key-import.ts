import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Cli } from '../action.js';
import { type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { type Entry, importEndorsementKeys, type NotTaken, readEndorsementKeys } from '../import-endorsement-keys.js';
import { inputFiles } from '../input-files.js';
import { type Online, online } from '../online.js';
import { printable, tableOf } from '../terminal.js';

const WHY: Readonly<Record<string, string>> = {
  revoked: 'was revoked: list it by itself if that is what you want (endorsement-key trust)',
  taken: 'another key has this name',
};

const refusedOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<NotTaken> =>
  entries.flatMap(({ name, outcome, rule }) =>
    outcome === 'listed' || outcome === 'known' ? [] : [{ what: name, why: rule ?? WHY[outcome] ?? outcome }],
  );

/** What came of an import, for people; shared with the import of a whole installation. */
export const importedKeysText = (
  { paint }: Online,
  entries: ReadonlyArray<Entry>,
  notTaken: ReadonlyArray<NotTaken>,
): string => {
  const count = (outcome: string): string => String(entries.filter((each) => each.outcome === outcome).length);
  const rows = [...notTaken, ...refusedOf(entries)].map(({ what, why }) => [printable(what), printable(why)]);
  return [
    `${count('listed')} endorsement keys listed, ${count('known')} were listed already.`,
    ...(rows.length === 0 ? [] : [tableOf(paint, ['not taken', 'why'], rows)]),
  ].join('\n');
};

export const allTaken = (entries: ReadonlyArray<Entry>, notTaken: ReadonlyArray<NotTaken>): boolean =>
  notTaken.length + refusedOf(entries).length === 0;

const work = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    inputFiles(given.args),
    TE.flatMap(readEndorsementKeys),
    TE.bindTo('read'),
    TE.bind('entries', ({ read }) => importEndorsementKeys(given, read.keys)),
    TE.map(({ read: { notTaken }, entries }) => {
      given.print(given.json ? JSON.stringify({ entries, notTaken }) : importedKeysText(given, entries, notTaken));
      return allTaken(entries, notTaken) ? EXIT.ok : EXIT.negative;
    }),
  );

const HELP = `
Files hold certificates or bare public keys in PEM, any number of them, or one certificate in DER. A file's name without its
ending names its key; of several, a number behind it. Keys that are listed already are left alone, so it can be run again.
Exit code 1: something was not taken.

Examples:
  $ sekisho endorsement-key import keys/
  $ sekisho endorsement-key import all-hosts.pem --json`;

export const addImport = (group: Command, cli: Cli): void => {
  const command = group
    .command('import <path...>')
    .description('put many endorsement keys on the list: files, or folders of files')
    .addHelpText('after', HELP);
  online(cli, command, work);
};
