import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { exportKeys } from '../../key-store/change-keys.js';
import { openKeyFile, openKeyStore } from '../../key-store/key-store.js';
import { type SignerNotServed, serveSigner } from '../../signer/serve-signer.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { authorityOptionsOf, DEFAULT_DIR } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode, unavailable } from '../failure.js';
import { orFailure, ownPlace, passphraseIn } from '../key-changes.js';
import { untilAsked } from '../listening.js';
import { openFailure } from '../open-failure.js';
import { passphraseOf } from '../passphrase.js';

type Options = Readonly<Record<string, unknown>>;

const keyFileIn = (options: Options): string => join(String(options['keys']), 'keys.json');

const privateFolder = (folder: string): TE.TaskEither<CliFailure, unknown> =>
  TE.tryCatch(
    () => mkdir(folder, { recursive: true, mode: 0o700 }),
    () => unavailable('FileFault', `${folder} can not be made`),
  );

/** The authority key stays: it is needed for changes of keys alone, and may be kept away from every network. */
const init = (cli: Cli, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const authority = authorityOptionsOf(options, cli.terminal.env);
  const file = keyFileIn(options);
  return pipe(
    passphraseOf(authority),
    TE.flatMapEither((passphrase) => ownPlace(authority.dir, passphrase)),
    TE.bindTo('own'),
    TE.bind('passphrase', () => passphraseIn(String(options['newPassphraseFile']))),
    TE.bind('opened', ({ own }) => orFailure(openKeyFile(own.file, own.passphrase))),
    TE.let('moved', ({ opened: { file: content, secrets } }) =>
      content.keys.filter(({ kid, purpose }) => purpose !== 'authority' && secrets.seeds[kid] !== undefined),
    ),
    TE.filterOrElse(
      ({ moved }) => moved.length > 0,
      () => badInput('NothingToMove', `the data folder ${authority.dir} holds no key that a signer could have`),
    ),
    TE.tap(() => privateFolder(String(options['keys']))),
    TE.tap(({ own, passphrase, moved }) =>
      orFailure(
        exportKeys(
          own,
          { file, passphrase },
          moved.map(({ kid }) => kid),
        ),
      ),
    ),
    TE.map(({ moved }) => {
      const lines = [
        ...moved.map(({ kid, purpose }) => `Key ${kid} (${purpose}) is in ${file} and no longer in the data folder.`),
        'Backups made before still hold them, and so does a server until it is started again. Now:',
        `  sekisho signer serve --keys ${String(options['keys'])} --socket SOCKET --passphrase-file FILE`,
        `  sekisho serve --dir ${authority.dir} --signer SOCKET`,
      ];
      cli.terminal.out(`${lines.join('\n')}\n`);
      return done;
    }),
  );
};

const notServed = (fault: SignerNotServed): CliFailure =>
  fault._tag === 'SocketFault'
    ? unavailable(fault._tag, `the socket ${fault.path} ${fault.rule}`)
    : openFailure('')(fault);

const serve = (cli: Cli, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const [file, socket] = [keyFileIn(options), String(options['socket'])];
  return pipe(
    passphraseIn(String(options['passphraseFile'])),
    TE.flatMap((passphrase) => {
      const asked = untilAsked();
      return pipe(
        TE.fromTask<E.Either<SignerNotServed, () => Promise<void>>, CliFailure>(() =>
          serveSigner(socket, { open: openKeyStore(file, passphrase) }),
        ),
        TE.flatMapEither(E.mapLeft(notServed)),
        TE.flatMap((stop) =>
          TE.fromTask(async () => {
            cli.terminal.out(`The signer serves ${file} on ${socket}. End it with Ctrl+C.\n`);
            await asked;
            await stop();
            return done;
          }),
        ),
      );
    }),
  );
};

const HELP = `
A process of its own that has the keys which sign events, checkpoints and tokens, and signs nothing else with them. Whoever
gets the data folder and its passphrase then has no signing key. docs/operations.md has the protocol, for signers of your own
that keep keys in a hardware module or a key service.

Examples:
  $ sekisho signer init --dir ./authority --keys ./signer --new-passphrase-file signer.pass
  $ sekisho signer serve --keys ./signer --socket ./signer/socket --passphrase-file signer.pass
  $ sekisho serve --dir ./authority --signer ./signer/socket`;

/** Keys in a process of their own. */
export const signerCommand: AddCommand = (parent, cli) => {
  const signer = parent
    .command('signer')
    .description('keep the signing keys in a process of their own')
    .addHelpText('after', HELP);
  signer
    .command('init')
    .description(
      'move the keys for events, checkpoints and tokens out of the data folder; nobody may serve it meanwhile',
    )
    .requiredOption('--keys <folder>', 'folder of the signer; it is made')
    .requiredOption('--new-passphrase-file <file>', 'file with the passphrase that seals the keys there')
    .option('--dir <dir>', `data folder of the authority (SEKISHO_DIR, else ./${DEFAULT_DIR})`)
    .option('--passphrase-file <file>', 'file with the passphrase of the keys, if init was given one')
    .action((options: Options) => perform(cli, false, init(cli, options)));
  signer
    .command('serve')
    .description('sign for an authority of the same user, over a socket')
    .requiredOption('--keys <folder>', 'folder that signer init made')
    .requiredOption('--socket <path>', 'where to listen; only its owner can connect')
    .requiredOption('--passphrase-file <file>', 'file with the passphrase of these keys')
    .action((options: Options) => perform(cli, false, serve(cli, options)));
};
