import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { dataFolder } from '../../authority/data-folder.js';
import { lockFolder } from '../../authority/folder-lock.js';
import { liveServer } from '../../authority/server-file.js';
import { type CarryFault, exportVault, importVault, type SealedVault } from '../../key-vault/carry-vault.js';
import { type Cli, done, perform } from '../action.js';
import { authorityOptionsOf, DEFAULT_DIR, withJson } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode, refused, unavailable } from '../failure.js';
import { passphraseIn } from '../key-changes.js';
import { passphraseOf } from '../passphrase.js';

type Options = Readonly<Record<string, unknown>>;
type Carried = TE.TaskEither<CliFailure, ReadonlyArray<string>>;

const failure = (fault: CarryFault): CliFailure => {
  switch (fault._tag) {
    case 'VaultMissing':
      return badInput(fault._tag, `there is no vault at ${fault.file}`);
    case 'VaultExists':
      return badInput(fault._tag, `${fault.file} is there already`, 'Nothing is overwritten: choose another name.');
    case 'VaultDiffers':
      return refused(
        fault._tag,
        `this node has another secret as ${fault.name}`,
        'If the one in the file is the newer one: --replace. Of a software provider, that ends primary keys made here.',
      );
    case 'VaultPassphraseWrong':
      return badInput(fault._tag, `the passphrase does not open ${fault.file}`);
    case 'VaultUnreadable':
      return badInput(fault._tag, `${fault.file} ${fault.rule}`);
    case 'VaultUnavailable':
      return unavailable(fault._tag, `the vault ${fault.rule}`);
    case 'SecretMissing':
      return unavailable(fault._tag, 'a secret vanished from the vault');
  }
};

const vaultOf = (cli: Cli, options: Options): TE.TaskEither<CliFailure, SealedVault> => {
  const { dir, passphraseFile } = authorityOptionsOf(options, cli.terminal.env);
  return pipe(
    passphraseOf({ dir, passphraseFile }),
    TE.flatMap(
      TE.fromNullable(
        badInput('PassphraseMissing', 'the vault is sealed under a passphrase', 'Give --passphrase-file FILE.'),
      ),
    ),
    TE.map((passphrase) => ({ file: dataFolder(dir).vault, passphrase })),
  );
};

/** A serving node would write its own vault over what is put into the file. */
const stopped = (cli: Cli, options: Options): TE.TaskEither<CliFailure, void> => {
  const { dir } = authorityOptionsOf(options, cli.terminal.env);
  return liveServer(dataFolder(dir).server) === undefined
    ? TE.right(undefined)
    : TE.left(refused('NodeServes', `a node serves from ${dir}`, 'Stop it, import, and start it again.'));
};

const told = (cli: Cli, options: Options, what: string, work: Carried): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    work,
    TE.map((names) => {
      const text = [`${String(names.length)} secrets ${what}:`, ...names.map((name) => `  ${name}`)].join('\n');
      cli.terminal.out(`${options['json'] === true ? JSON.stringify({ secrets: names }) : text}\n`);
      return done;
    }),
  );

const carryOut = (cli: Cli, options: Options): Carried =>
  pipe(
    vaultOf(cli, options),
    TE.bindTo('from'),
    TE.bind('passphrase', () => passphraseIn(String(options['nodePassphraseFile']))),
    TE.flatMap(({ from, passphrase }) =>
      pipe(exportVault(from, { file: String(options['out']), passphrase }), TE.mapLeft(failure)),
    ),
  );

const locked = (cli: Cli, options: Options): TE.TaskEither<CliFailure, () => void> => {
  const { dir } = authorityOptionsOf(options, cli.terminal.env);
  return pipe(
    lockFolder(dataFolder(dir)),
    TE.mapLeft(() => refused('FolderInUse', `another process has ${dir}`, 'Stop it, import, and start it again.')),
  );
};

const bringIn = (cli: Cli, file: string, options: Options): Carried =>
  pipe(
    stopped(cli, options),
    TE.flatMap(() => vaultOf(cli, options)),
    TE.flatMap((to) =>
      TE.bracket(
        locked(cli, options),
        () => pipe(importVault({ ...to, file }, to, options['replace'] === true), TE.mapLeft(failure)),
        (unlock) => TE.fromIO(unlock),
      ),
    ),
  );

const located = (command: Command): Command =>
  withJson(command)
    .option('--dir <dir>', `data folder of the node (SEKISHO_DIR, else ./${DEFAULT_DIR})`)
    .option('--passphrase-file <file>', 'file with the passphrase of the data folder, if init was given one');

const EXPORT_HELP = `
Secrets of key providers: credentials, client keys, primary keys of software providers. The file is sealed under the passphrase of the
node that it goes to; remove it when it was imported. A vault that changes later has to be exported again.

Example:
  $ sekisho node export-vault --out gate-2.vault --node-passphrase-file pass-2 --dir ./gate-1`;

const IMPORT_HELP = `
The node must not be serving. What else its vault has stays; another secret of the same name is replaced with --replace only.

Example:
  $ sekisho node import-vault gate-2.vault --passphrase-file pass-2 --dir ./gate-2`;

/** What a node knows of key providers that the ledger must not hold goes to another node as a sealed file. */
export const addVaultCommands = (node: Command, cli: Cli): void => {
  located(node.command('export-vault'))
    .description("write the secrets of this node's key providers, sealed for another node")
    .requiredOption('--out <file>', 'file to write')
    .requiredOption('--node-passphrase-file <file>', "file with the other node's passphrase")
    .addHelpText('after', EXPORT_HELP)
    .action((options: Options) =>
      perform(cli, options['json'] === true, told(cli, options, 'exported', carryOut(cli, options))),
    );
  located(node.command('import-vault <file>'))
    .description('put secrets that another node exported into the vault of this one')
    .option('--replace', 'let the file win where this node has another secret of the same name', false)
    .addHelpText('after', IMPORT_HELP)
    .action((file: string, options: Options) =>
      perform(cli, options['json'] === true, told(cli, options, 'imported', bringIn(cli, file, options))),
    );
};
