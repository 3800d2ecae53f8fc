import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Cli } from '../action.js';
import { type CliFailure, EXIT, type ExitCode } from '../failure.js';
import type { NotTaken } from '../import-endorsement-keys.js';
import { type ImportedCa, importTpmCas, readTpmCas } from '../import-tpm-cas.js';
import { inputFiles } from '../input-files.js';
import { type Online, online } from '../online.js';
import { printable, tableOf } from '../terminal.js';

export const importedCasText = (
  { paint }: Online,
  cas: ReadonlyArray<ImportedCa>,
  notTaken: ReadonlyArray<NotTaken>,
): string => {
  const rows = cas.map(({ name, subject, count, outcome, why }) => [
    printable(name),
    String(count),
    printable(subject),
    outcome === 'trusted' ? paint.green(outcome) : outcome,
    printable(why ?? ''),
  ]);
  return [
    tableOf(paint, ['name', 'certificates', 'subject', '', ''], rows),
    ...notTaken.map(({ what, why }) => printable(`${what} was not taken: it ${why}`)),
  ].join('\n');
};

const work = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    inputFiles(given.args),
    TE.flatMap(readTpmCas),
    TE.bindTo('read'),
    TE.bind('cas', ({ read }) => importTpmCas(given, read.chains)),
    TE.map(({ read: { notTaken }, cas }) => {
      given.print(given.json ? JSON.stringify({ cas, notTaken }) : importedCasText(given, cas, notTaken));
      return notTaken.length > 0 || cas.some(({ outcome }) => outcome === 'refused') ? EXIT.negative : EXIT.ok;
    }),
  );

const HELP = `
Each root in a file is trusted with the intermediates below it, under the file's name without its ending (of several roots, with
a number and the root's common name behind it). Exit code 1: something was not taken.

Example:
  $ sekisho tpm-ca import vendors/`;

export const addImport = (group: Command, cli: Cli): void => {
  const command = group
    .command('import <path...>')
    .description("trust many TPM makers' CAs: PEM files, or folders of them")
    .addHelpText('after', HELP);
  online(cli, command, work);
};
