import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Joined, joinCluster } from '../../authority/join.js';
import { DEFAULT_PREFIX } from '../../authority/store-file.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { DEFAULT_DIR, withJson } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode } from '../failure.js';
import { readText } from '../input.js';
import { openFailure } from '../open-failure.js';
import { paintOf } from '../terminal.js';
import { addVaultCommands } from './node-vault.js';

interface Options {
  readonly dir?: string;
  readonly keys: string;
  readonly passphraseFile: string;
  readonly store?: string;
  readonly storePrefix: string;
  readonly json: boolean;
}

const urlOf = (cli: Cli, { store }: Options): TE.TaskEither<CliFailure, string> => {
  const url = store ?? cli.terminal.env['SEKISHO_STORE'] ?? '';
  return url === ''
    ? TE.left(badInput('StoreMissing', 'a node joins through the store', 'Give --store URL or SEKISHO_STORE.'))
    : TE.right(url);
};

const print = (cli: Cli, dir: string, options: Options, joined: Joined): ExitCode => {
  const paint = paintOf(cli.terminal);
  const { name, kid, size } = joined;
  const text = [
    `${dir} is a node of ${paint.bold(name)}, whose key id is ${paint.bold(kid)}. Its copy of the ledger has ${size} entries.`,
    '',
    `  sekisho serve --dir ${dir} --passphrase-file ${options.passphraseFile}`,
  ].join('\n');
  cli.terminal.out(`${options.json ? JSON.stringify({ dir, ...joined }) : text}\n`);
  return done;
};

const join = (cli: Cli, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const dir = options.dir ?? cli.terminal.env['SEKISHO_DIR'] ?? DEFAULT_DIR;
  const { keys, storePrefix: prefix } = options;
  return pipe(
    urlOf(cli, options),
    TE.bindTo('url'),
    TE.bind('passphrase', () => readText(options.passphraseFile)),
    TE.flatMap(({ url, passphrase }) =>
      pipe(
        joinCluster({ dir, keys, store: { url, prefix }, passphrase: passphrase.replace(/\r?\n$/, '') }),
        TE.mapLeft(openFailure(dir)),
      ),
    ),
    TE.map((joined) => print(cli, dir, options, joined)),
  );
};

const HELP = `
The key file is made by sekisho signing-key add-node, where the authority key is; the passphrase goes another way than the file. The file holds an
event key of this node's own, and what all nodes share: the log key, the token key, and the key of the challenges, so that a
challenge from one node can be answered at another.

Example:
  $ SEKISHO_STORE='esdb://sekisho:PASSWORD@db1:2113,db2:2113,db3:2113' \\
      sekisho node join --keys gate-2.json --passphrase-file pass-2 --dir ./gate-2`;

export const nodeCommand: AddCommand = (parent, cli) => {
  const node = parent.command('node').description('nodes of an authority whose ledger is in EventStoreDB');
  withJson(node.command('join'))
    .description('make the data folder of one more node')
    .option('--dir <dir>', `the folder to make (SEKISHO_DIR, else ./${DEFAULT_DIR})`)
    .requiredOption('--keys <file>', 'key file that was made for this node')
    .requiredOption('--passphrase-file <file>', 'file with the passphrase that opens it')
    .option('--store <url>', 'connection string of the cluster; better in SEKISHO_STORE, which others can not list')
    .option('--store-prefix <name>', 'what the names of its streams begin with there', DEFAULT_PREFIX)
    .addHelpText('after', HELP)
    .action((options: Options) => perform(cli, options.json, join(cli, options)));
  addVaultCommands(node, cli);
};
