import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { dataFolder } from '../../authority/data-folder.js';
import { DEFAULT_PREFIX, readStoreChoice, type StoreChoice } from '../../authority/store-file.js';
import type { CopyProgress, TellProgress } from '../../ledger-copy/copy-contents.js';
import type { CopyFault } from '../../ledger-copy/copy-fault.js';
import { type Copied, copyLedger } from '../../ledger-copy/copy-ledger.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { withJson } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode, negative, refused, unavailable } from '../failure.js';
import { openFailure } from '../open-failure.js';
import { paintOf } from '../terminal.js';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly store?: string;
  readonly storePrefix: string;
  readonly json: boolean;
}

const AGAIN = 'What was copied stays: the same command goes on from there.';
const BUSY = 'One process at a time: nothing may serve from either folder.';

const failure =
  ({ from, to }: Options) =>
  (fault: CopyFault): CliFailure => {
    const { _tag } = fault;
    if (_tag === 'TargetHoldsOther')
      return badInput(_tag, `${fault.where} ${fault.rule}`, 'Nothing is overwritten: choose another place.');
    if (_tag === 'MovedBefore')
      return refused(_tag, `the ledger of ${fault.where} was moved to another place before`, 'Copy it from there.');
    if (_tag === 'CopyDiffers')
      return negative(_tag, `${to} is no true copy: ${fault.where} ${fault.rule}`, `${from} is as it was.`);
    if (_tag === 'CheckpointDiffers')
      return negative(_tag, `${from}: ${fault.rule}`, `Run sekisho verify --dir ${from}.`);
    if (_tag === 'PlaceUnavailable') return unavailable(_tag, `${fault.where} can not be used: ${fault.detail}`, AGAIN);
    if (_tag === 'RecordConflict') return unavailable(_tag, `somebody else wrote to ${fault.where}`, AGAIN);
    if (_tag === 'StoreUnavailable') return unavailable(_tag, fault.detail, `${AGAIN} ${BUSY}`);
    return openFailure(from)(fault);
  };

const TELL_EVERY_MS = 2_000;

const lineOf = ({ what, done: copied, of }: CopyProgress): string =>
  `${what}: ${String(copied)}${of === undefined ? '' : ` of ${String(of)} (${String(Math.floor((100 * copied) / of))}%)`}\n`;

/** A line now and then, where no answer is read from. */
const tellOn = ({ terminal }: Cli): TellProgress => {
  let told = performance.now();
  return (progress) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    terminal.err(lineOf(progress));
  };
};

/** A ledger in a folder goes to the cluster that was named, by whatever means; one in a cluster only to one named here and now. */
const storeOf = (cli: Cli, options: Options): TE.TaskEither<CliFailure, StoreChoice | undefined> =>
  pipe(
    readStoreChoice(dataFolder(options.from).store),
    TE.mapLeft(openFailure(options.from)),
    TE.flatMap((before) => {
      const { store, storePrefix: prefix } = options;
      const url = store ?? (before === undefined ? cli.terminal.env['SEKISHO_STORE'] : undefined) ?? '';
      if (url !== '') return TE.right({ url, prefix });
      return before === undefined
        ? TE.left(
            badInput(
              'StoreMissing',
              `the ledger of ${options.from} is in the folder: into which cluster?`,
              'Give --store URL or SEKISHO_STORE. For a second copy to keep: sekisho backup.',
            ),
          )
        : TE.right(undefined);
    }),
  );

const textOf = (cli: Cli, { from, to }: Options, { size, root, evidence, signed }: Copied): string => {
  const { bold, green } = paintOf(cli.terminal);
  return [
    green(
      `The ledger is in ${to} now: ${String(size)} entries and ${String(evidence)} pieces of evidence, compared one by one.`,
    ),
    `Tree head of both places: ${bold(root)}`,
    signed === undefined
      ? 'No checkpoint had been signed.'
      : `The last signed checkpoint, of ${String(signed)} entries, is a beginning of it.`,
    `${from} is marked as moved: it can be read, and nothing is signed there any more.`,
    '',
    `  sekisho serve --dir ${to}`,
  ].join('\n');
};

const copy = (cli: Cli, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const { from, to, json } = options;
  return pipe(
    storeOf(cli, options),
    TE.flatMap((store) => pipe(copyLedger({ from, to, store, tell: tellOn(cli) }), TE.mapLeft(failure(options)))),
    TE.map((copied) => {
      cli.terminal.out(`${json ? JSON.stringify({ from, to, ...copied }) : textOf(cli, options, copied)}\n`);
      return done;
    }),
  );
};

const HELP = `
Copies entries, evidence, the record of checkpoints and the published one, keys, tokens and vault into a new folder; reads all of it
back, compares every entry and the tree of both places; then marks the old place as moved, so that only one can ever sign on.
No passphrase is needed. Nothing may serve from either folder; where other nodes write to a cluster, they end by themselves
when the copy is complete. After a kill or a fault the same command goes on from what is there.

Examples:
  $ SEKISHO_STORE='esdb://sekisho:PASSWORD@db1:2113,db2:2113,db3:2113' sekisho ledger copy --from ./gate --to ./gate-1
  $ sekisho ledger copy --from ./gate-1 --to ./gate-alone`;

/** Moves a ledger between a folder and EventStoreDB. */
export const addLedgerCopy: AddCommand = (parent, cli) => {
  withJson(parent.command('copy'))
    .description('move a ledger into EventStoreDB, or back into a folder, and prove that nothing changed')
    .requiredOption('--from <dir>', 'data folder of the authority as it is')
    .requiredOption('--to <dir>', 'data folder to make; that of an unfinished copy is continued')
    .option('--store <url>', 'keep the ledger in this EventStoreDB; better in SEKISHO_STORE, which others can not list')
    .option('--store-prefix <name>', 'what the names of its streams begin with there', DEFAULT_PREFIX)
    .addHelpText('after', HELP)
    .action((options: Options) => perform(cli, options.json, copy(cli, options)));
};
