import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { dataFolder } from '../../data-folder.js';
import { headFileOf } from '../../event-store/sqlite/head-file.js';
import { Verified } from '../../http/codecs/audit.js';
import { findingView } from '../../http/routes/audit.js';
import { logPlacesOf } from '../../log-places.js';
import { openLedgerFiles } from '../../open-ledger.js';
import { liveServer } from '../../server-file.js';
import { verifyLedgerFiles } from '../../verify-ledger-files.js';
import { type AddCommand, type Cli, perform } from '../action.js';
import { type AuthorityOptions, authorityOptionsOf, withAuthorityOptions } from '../authority-options.js';
import { type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { openFailure } from '../open-failure.js';
import { type Paint, paintOf, printable } from '../terminal.js';
import { verifyBundleFile } from '../verify-bundle.js';
import { withAuthority } from '../with-authority.js';

/** How far the check is, on a terminal alone and where no answer is read from. */
const progressOn =
  ({ terminal }: Cli) =>
  (checked: number): void => {
    if (terminal.isTty && checked % 10_240 < 512) terminal.err(`\r${String(checked)} entries checked `);
  };

/** The files themselves, for which no passphrase and no working authority is needed. */
const offline = (cli: Cli, dir: string, pinned: string | undefined): TE.TaskEither<CliFailure, Verified> => {
  const folder = dataFolder(dir);
  return TE.bracket(
    pipe(openLedgerFiles(folder), TE.mapLeft(openFailure(dir))),
    ({ store, publicKeys }) =>
      pipe(
        verifyLedgerFiles({
          store,
          headFile: headFileOf(folder.ledger),
          pinned: pinned ?? publicKeys.authority.kid,
          log: logPlacesOf(folder, { store, publicKeys }),
          progress: progressOn(cli),
        }),
        TE.bimap(openFailure(dir), ({ faults, ...rest }) => ({ ...rest, faults: faults.map(findingView) })),
      ),
    ({ store }) => TE.fromTask(store.close),
  );
};

const online = (cli: Cli, options: AuthorityOptions): TE.TaskEither<CliFailure, Verified> =>
  withAuthority(cli, options, (client) =>
    pipe(
      client.call({ operation: 'verify', method: 'POST', path: '/v1/verify' }, Verified),
      TE.map(({ body }) => body),
    ),
  );

const textOf = (paint: Paint, { size, root, faults, faultCount }: Verified): string =>
  faultCount === 0
    ? `${paint.green(`${String(size)} entries are whole:`)} every form, chain, id, time and signature.\nRoot ${root}`
    : [
        paint.red(`The ledger is DAMAGED: ${String(faultCount)} findings in ${String(size)} entries.`),
        ...faults.map(({ text }) => `  ${printable(text)}`),
        ...(faultCount > faults.length ? [`  and ${String(faultCount - faults.length)} more`] : []),
      ].join('\n');

const work = (
  cli: Cli,
  options: AuthorityOptions,
  authority: string | undefined,
): TE.TaskEither<CliFailure, ExitCode> => {
  const serves = options.url !== undefined || liveServer(dataFolder(options.dir).server) !== undefined;
  return pipe(
    serves ? online(cli, options) : offline(cli, options.dir, authority),
    TE.map((verified) => {
      cli.terminal.out(`${options.json ? JSON.stringify(verified) : textOf(paintOf(cli.terminal), verified)}\n`);
      return verified.faultCount === 0 ? EXIT.ok : EXIT.negative;
    }),
  );
};

const HELP = `
With a FILE that sekisho bundle wrote, checks that file with the key given and nothing else: no data folder, no network.

Works on a copy of the folder as well, without the passphrase. Exit code 1 when anything is damaged; what is damaged is named
by its entry, stream and rule, and never repaired.

Examples:
  $ sekisho verify --dir ./authority
  $ sekisho verify --dir ./copy --authority 3f2a9c0d51b7e846
  $ sekisho verify web-1.bundle --vkey sekisho/3f2a9c0d51b7e846+... --policy witnesses.policy`;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const verifyCommand: AddCommand = (parent, cli) => {
  withAuthorityOptions(parent.command('verify'))
    .argument('[file]', 'a bundle; without one, the whole ledger')
    .description('check every entry of the ledger and its signed head, or a bundle')
    .option('--vkey <key>', 'for a bundle: the key of the log that is believed')
    .option('--policy <file>', 'for a bundle: whose cosignatures its checkpoint needs (C2SP tlog-policy)')
    .option('--authority <kid>', 'believe this authority key only; default: the one in the folder')
    .addHelpText('after', HELP)
    .action((file: string | undefined, options: Readonly<Record<string, unknown>>) => {
      const authority = authorityOptionsOf(options, cli.terminal.env);
      const { json } = authority;
      const [vkey, policy] = [text(options['vkey']), text(options['policy'])];
      return perform(
        cli,
        json,
        file === undefined
          ? work(cli, authority, text(options['authority']))
          : verifyBundleFile(cli, { file, vkey, policy, json }),
      );
    });
};
