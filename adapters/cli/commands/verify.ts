import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { WitnessPolicy } from '../../../domain/transparency/witness-policy.js';
import { dataFolder } from '../../data-folder.js';
import { headFileOf } from '../../event-store/sqlite/head-file.js';
import { Verified } from '../../http/codecs/audit.js';
import { verifiedView } from '../../http/routes/audit.js';
import { logPlacesOf } from '../../log-places.js';
import { openLedgerFiles } from '../../open-ledger.js';
import { liveServer } from '../../server-file.js';
import { verifyLedgerFiles } from '../../verify-ledger-files.js';
import { type AddCommand, type Cli, perform } from '../action.js';
import { type AuthorityOptions, authorityOptionsOf, withAuthorityOptions } from '../authority-options.js';
import { doubtLines } from '../doubt-text.js';
import { badInput, type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { openFailure } from '../open-failure.js';
import { type Paint, paintOf, printable } from '../terminal.js';
import { policyIn, verifyBundleFile } from '../verify-bundle.js';
import { withAuthority } from '../with-authority.js';

/** How far the check is, on a terminal alone and where no answer is read from. */
const progressOn =
  ({ terminal }: Cli) =>
  (checked: number): void => {
    if (terminal.isTty && checked % 10_240 < 512) terminal.err(`\r${String(checked)} entries checked `);
  };

/** Whom the reader believes, where that is not what the folder itself says. */
interface Believed {
  readonly pinned: string | undefined;
  readonly policy: WitnessPolicy | undefined;
}

/** The files themselves, for which no passphrase and no working authority is needed. */
const offline = (cli: Cli, dir: string, { pinned, policy }: Believed): TE.TaskEither<CliFailure, Verified> => {
  const folder = dataFolder(dir);
  return TE.bracket(
    pipe(openLedgerFiles(folder), TE.mapLeft(openFailure(dir))),
    ({ store, publicKeys }) =>
      pipe(
        verifyLedgerFiles({
          store,
          headFile: headFileOf(folder.ledger),
          pinned: pinned ?? publicKeys.authority.kid,
          log: logPlacesOf(folder, { store, publicKeys }, policy),
          progress: progressOn(cli),
        }),
        TE.bimap(openFailure(dir), verifiedView),
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

const doubtText = (paint: Paint, { doubts }: Verified): ReadonlyArray<string> =>
  doubts.length === 0
    ? []
    : [
        '',
        paint.yellow('Good signatures are not enough for all of them:'),
        ...doubts.flatMap((doubt) => doubtLines(doubt).map((line) => `  ${printable(line)}`)),
        'sekisho keys doubt lists them.',
      ];

const OWN_POLICY = badInput(
  'PolicyNotAsked',
  'an authority that serves counts the witnesses of its own policy',
  'Check a copy of its folder with your policy, or a bundle.',
);

const textOf = (paint: Paint, verified: Verified): string => {
  const { size, root, faults, faultCount } = verified;
  const found =
    faultCount === 0
      ? [
          `${paint.green(`${String(size)} entries are whole:`)} every form, chain, id, time and signature.`,
          `Root ${root}`,
        ]
      : [
          paint.red(`The ledger is DAMAGED: ${String(faultCount)} findings in ${String(size)} entries.`),
          ...faults.map(({ text }) => `  ${printable(text)}`),
          ...(faultCount > faults.length ? [`  and ${String(faultCount - faults.length)} more`] : []),
        ];
  return [...found, ...doubtText(paint, verified)].join('\n');
};

const work = (
  cli: Cli,
  options: AuthorityOptions,
  believed: { readonly authority: string | undefined; readonly policy: string | undefined },
): TE.TaskEither<CliFailure, ExitCode> => {
  const serves = options.url !== undefined || liveServer(dataFolder(options.dir).server) !== undefined;
  if (serves && believed.policy !== undefined) return TE.left(OWN_POLICY);
  return pipe(
    policyIn(believed.policy),
    TE.flatMap((policy) =>
      serves ? online(cli, options) : offline(cli, options.dir, { pinned: believed.authority, policy }),
    ),
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
    .option('--policy <file>', 'whose cosignatures count (C2SP tlog-policy): what a bundle needs, what ends doubt')
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
          ? work(cli, authority, { authority: text(options['authority']), policy })
          : verifyBundleFile(cli, { file, vkey, policy, json }),
      );
    });
};
