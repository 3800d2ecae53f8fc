import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { openKeys, signerAt } from '../../authority/open-keys.js';
import { type BackupFault, makeBackup } from '../../backup/make-backup.js';
import { envOf } from '../../config/settings.js';
import { systemClock } from '../../system.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { authorityOptionsOf, DEFAULT_DIR, withJson } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode, unavailable } from '../failure.js';
import { ownPlace } from '../key-changes.js';
import { openFailure } from '../open-failure.js';
import { passphraseOf } from '../passphrase.js';

type Options = Readonly<Record<string, unknown>>;

const failure = (fault: BackupFault): CliFailure => {
  switch (fault._tag) {
    case 'BackupTargetNotEmpty':
      return badInput(fault._tag, `${fault.folder} is not empty`, 'Nothing is overwritten: choose another folder.');
    case 'LedgerElsewhere':
      return badInput(fault._tag, `the ledger ${fault.rule}`, 'To have it in a folder: sekisho ledger copy.');
    case 'BackupFailed':
      return unavailable(fault._tag, `the backup was not finished: ${fault.detail}`, 'Remove it and try again.');
    case 'SignerUnavailable':
      return unavailable(fault._tag, `the backup can not be signed: ${fault.detail}`);
  }
};

const work = (cli: Cli, target: string, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const authority = authorityOptionsOf(options, cli.terminal.env);
  const withKeys = options['withKeys'] === true;
  return pipe(
    passphraseOf(authority),
    TE.flatMapEither((passphrase) => ownPlace(authority.dir, passphrase)),
    TE.flatMap((own) => {
      const signer = signerAt(cli.terminal.env[envOf('signer')]);
      return pipe(openKeys({ ...own, signer }), TE.mapLeft(openFailure(authority.dir)));
    }),
    TE.flatMap((keys) =>
      pipe(makeBackup({ dir: authority.dir, target, keys, withKeys, at: systemClock.now() }), TE.mapLeft(failure)),
    ),
    TE.map(({ files, keys }) => {
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      const what = `${String(files.length)} files, ${String(Math.ceil(bytes / 1024))} KiB`;
      const held = keys
        ? 'It holds the key file: whoever has it and the passphrase signs as the authority.'
        : 'It holds no secret key: keep the key file apart (--with-keys puts it in).';
      cli.terminal.out(
        `${authority.json ? JSON.stringify({ target, files: files.length, bytes, keys }) : `The backup is in ${target} (${what}).\n${held}`}\n`,
      );
      return done;
    }),
  );
};

const HELP = `
May be made while the authority serves: it is one consistent moment of the ledger, with the log's record and a signed manifest.
Read models and tiles are left out, they are made again.

Example:
  $ sekisho backup /backup/2026-11-17 --dir ./authority --with-keys`;

export const backupCommand: AddCommand = (parent, cli) => {
  withJson(parent.command('backup <folder>'))
    .description('copy the authority into an empty folder, while it serves')
    .option('--dir <dir>', `data folder of the authority (SEKISHO_DIR, else ./${DEFAULT_DIR})`)
    .option('--passphrase-file <file>', 'file with the passphrase of the keys, if init was given one')
    .option('--with-keys', 'put the key file in, sealed as it is', false)
    .addHelpText('after', HELP)
    .action((folder: string, options: Options) => perform(cli, options['json'] === true, work(cli, folder, options)));
};
