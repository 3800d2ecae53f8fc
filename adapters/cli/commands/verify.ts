import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { WitnessPolicy } from '../../../domain/transparency/witness-policy.js';
import { dataFolder } from '../../authority/data-folder.js';
import { logPlacesOf } from '../../authority/log-places.js';
import { openLedgerFiles } from '../../authority/open-ledger.js';
import { liveServer } from '../../authority/server-file.js';
import { type VerifyFault, verifyLedgerFiles } from '../../authority/verify-ledger-files.js';
import { headFileOf } from '../../event-store/sqlite/head-file.js';
import { Verified } from '../../http/codecs/audit.js';
import { verifiedView } from '../../http/routes/audit.js';
import { type AddCommand, type Cli, perform } from '../action.js';
import { type AuthorityOptions, authorityOptionsOf, withAuthorityOptions } from '../authority-options.js';
import { badInput, type CliFailure, EXIT, type ExitCode, unavailable } from '../failure.js';
import { openFailure } from '../open-failure.js';
import { paintOf } from '../terminal.js';
import { policyIn, verifyBundleFile } from '../verify-bundle.js';
import { verifiedText, verifyProgress } from '../verify-text.js';
import { withAuthority } from '../with-authority.js';

const verifyFailure =
  (dir: string) =>
  (fault: VerifyFault): CliFailure =>
    fault._tag === 'VerificationBroken'
      ? unavailable(
          fault._tag,
          `nothing was found out: ${fault.detail}`,
          'Run it again; with --workers 1 it needs no threads.',
        )
      : openFailure(dir)(fault);

interface Asked {
  /** Whom the reader believes, where that is not what the folder itself says. */
  readonly authority: string | undefined;
  /** A file. */
  readonly policy: string | undefined;
  readonly workers: number;
}

/** The files themselves, for which no passphrase and no working authority is needed. */
const offline = (
  cli: Cli,
  dir: string,
  { authority, workers }: Asked,
  policy: WitnessPolicy | undefined,
): TE.TaskEither<CliFailure, Verified> => {
  const folder = dataFolder(dir);
  const progress = verifyProgress(cli, () => performance.now());
  return TE.bracket(
    pipe(openLedgerFiles(folder), TE.mapLeft(openFailure(dir))),
    ({ store, publicKeys }) =>
      pipe(
        verifyLedgerFiles({
          store,
          headFile: headFileOf(folder.ledger),
          pinned: authority ?? publicKeys.authority.kid,
          log: logPlacesOf(folder, { store, publicKeys }, policy),
          readModels: folder.projections,
          workers,
          progress: progress.step,
        }),
        TE.bimap(verifyFailure(dir), verifiedView),
      ),
    ({ store }) =>
      TE.fromTask(async () => {
        progress.end();
        await store.close();
      }),
  );
};

const online = (cli: Cli, options: AuthorityOptions): TE.TaskEither<CliFailure, Verified> =>
  withAuthority(cli, options, (client) =>
    pipe(
      client.call({ operation: 'verify', method: 'POST', path: '/v1/verify' }, Verified),
      TE.map(({ body }) => body),
    ),
  );

const OWN_POLICY = badInput(
  'PolicyNotAsked',
  'an authority that serves counts the witnesses of its own policy',
  'Check a copy of its folder with your policy, or a bundle.',
);

const work = (cli: Cli, options: AuthorityOptions, asked: Asked): TE.TaskEither<CliFailure, ExitCode> => {
  const serves = options.url !== undefined || liveServer(dataFolder(options.dir).server) !== undefined;
  if (serves && asked.policy !== undefined) return TE.left(OWN_POLICY);
  return pipe(
    policyIn(asked.policy),
    TE.flatMap((policy) => (serves ? online(cli, options) : offline(cli, options.dir, asked, policy))),
    TE.map((verified) => {
      cli.terminal.out(`${options.json ? JSON.stringify(verified) : verifiedText(paintOf(cli.terminal), verified)}\n`);
      return verified.faultCount === 0 ? EXIT.ok : EXIT.negative;
    }),
  );
};

const HELP = `
With a FILE that sekisho bundle wrote, checks that file with the key given and nothing else: no data folder, no network.

Works on a copy of the folder as well, without the passphrase. Exit code 1 when anything is damaged; what is damaged is named
by its entry, stream and rule, and never repaired. The read models are made again from the entries and compared, row by row:
where they differ, delete projections.db, and the next start makes them anew. A running authority checks itself, on all cores.

Examples:
  $ sekisho verify --dir ./authority
  $ sekisho verify --dir ./copy --authority 3f2a9c0d51b7e846 --workers 8
  $ sekisho verify web-1.bundle --vkey sekisho/3f2a9c0d51b7e846+... --policy witnesses.policy`;

const MOST_WORKERS = 256;

const parseWorkers = (value: string): number => {
  const workers = Number(value);
  if (!Number.isInteger(workers) || workers < 1 || workers > MOST_WORKERS)
    throw new InvalidArgumentError(`It must be 1 to ${String(MOST_WORKERS)}.`);
  return workers;
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const verifyCommand: AddCommand = (parent, cli) => {
  withAuthorityOptions(parent.command('verify'))
    .argument('[file]', 'a bundle; without one, the whole ledger')
    .description('check every entry of the ledger, its signed head and its read models, or a bundle')
    .option('--vkey <key>', 'for a bundle: the key of the log that is believed')
    .option('--policy <file>', 'whose cosignatures count (C2SP tlog-policy): what a bundle needs, what ends doubt')
    .option('--authority <kid>', 'believe this authority key only; default: the one in the folder')
    .option('--workers <count>', 'threads that check entries; default: one for each core', parseWorkers)
    .addHelpText('after', HELP)
    .action((file: string | undefined, options: Readonly<Record<string, unknown>>) => {
      const authority = authorityOptionsOf(options, cli.terminal.env);
      const { json } = authority;
      const [vkey, policy] = [text(options['vkey']), text(options['policy'])];
      return perform(
        cli,
        json,
        file === undefined
          ? work(cli, authority, {
              authority: text(options['authority']),
              policy,
              workers: typeof options['workers'] === 'number' ? options['workers'] : availableParallelism(),
            })
          : verifyBundleFile(cli, { file, vkey, policy, json }),
      );
    });
};
