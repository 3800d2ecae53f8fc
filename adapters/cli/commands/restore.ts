import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  MOST_POLICY_BYTES,
  parseWitnessPolicy,
  type WitnessPolicy,
} from '../../../domain/transparency/witness-policy.js';
import { restoreBackup } from '../../backup/restore-backup.js';
import type { RestoreFault } from '../../backup/restore-fault.js';
import { entryEngines } from '../../crypto/engines.js';
import { type AddCommand, type Cli, done, perform } from '../action.js';
import { makeClient } from '../authority-client.js';
import { withJson } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode, negative, unavailable } from '../failure.js';
import { readBytes } from '../input.js';
import { overNetwork } from '../transport.js';

type Options = Readonly<Record<string, unknown>>;

const SHORTER =
  'Nothing was restored. Find a newer backup, or the folder itself. If what is missing is lost for good, this log has ended: found a new authority and say so; --for-reading keeps the old history readable.';
const UNPROVEN =
  'Give --checkpoint FILE or URL (an auditor, a mirror or a witness has the newest one), or --policy FILE to ask the witnesses. --for-reading restores a copy that can not sign.';

const failure = (fault: RestoreFault): CliFailure => {
  switch (fault._tag) {
    case 'BackupUnreadable':
      return badInput(fault._tag, `the backup ${fault.rule}`);
    case 'BackupDamaged':
      return negative(fault._tag, `${fault.name} ${fault.rule}`, 'Nothing was restored. Take another backup.');
    case 'BackupTargetNotEmpty':
      return badInput(fault._tag, `${fault.folder} is not empty`, 'Nothing is overwritten: choose another folder.');
    case 'LedgerFaulty':
      return negative(
        fault._tag,
        `the ledger in it is damaged: ${String(fault.faults)} findings, first ${fault.first}`,
      );
    case 'HistoryShorter': {
      const [held, signed] = [String(fault.backup), String(fault.signed)];
      return negative(
        fault._tag,
        `the backup holds ${held} entries, and ${fault.by} knows a checkpoint of ${signed}`,
        fault.signed > fault.backup ? SHORTER : UNPROVEN,
      );
    }
    case 'HistoryDiffers':
      return negative(
        fault._tag,
        `the first ${String(fault.size)} entries of the backup are not those that were signed: there are two histories`,
        'Nothing was restored. Keep the checkpoint and the backup: together they prove the fork.',
      );
    case 'CheckpointForeign':
      return badInput(fault._tag, `the checkpoint ${fault.rule}`);
    case 'ContinuityUnproven': {
      const who = fault.unreachable.length === 0 ? '' : ` (no answer: ${fault.unreachable.join(', ')})`;
      return unavailable(fault._tag, `nothing shows that the history did not go on after this backup${who}`, UNPROVEN);
    }
  }
};

const checkpointOf = (given: unknown): TE.TaskEither<CliFailure, Uint8Array | undefined> => {
  if (typeof given !== 'string') return TE.right(undefined);
  if (!/^https?:\/\//.test(given)) return readBytes(given);
  const client = makeClient(overNetwork(given.replace(/\/checkpoint$/, '')), () => TE.right(undefined));
  return client.blob({ operation: 'logCheckpoint', method: 'GET', path: '/checkpoint' });
};

const policyOf = (file: unknown): TE.TaskEither<CliFailure, WitnessPolicy | undefined> =>
  typeof file !== 'string'
    ? TE.right(undefined)
    : pipe(
        readBytes(file, MOST_POLICY_BYTES),
        TE.flatMapEither((bytes) => parseWitnessPolicy(entryEngines.hashing, bytes)),
        TE.mapLeft((fault) =>
          fault._tag === 'Malformed' ? badInput('PolicyInvalid', `${file}: ${fault.field} ${fault.rule}`) : fault,
        ),
      );

const work = (cli: Cli, backup: string, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const dir = String(options['dir']);
  const forReading = options['forReading'] === true;
  const authority = typeof options['authority'] === 'string' ? options['authority'] : undefined;
  return pipe(
    checkpointOf(options['checkpoint']),
    TE.bindTo('checkpoint'),
    TE.bind('policy', () => policyOf(options['policy'])),
    TE.flatMap((given) => pipe(restoreBackup({ backup, dir, authority, forReading, ...given }), TE.mapLeft(failure))),
    TE.map((restored) => {
      const { size, at, provedBy } = restored;
      const text = [
        `${String(size)} entries of authority ${restored.authority}, backed up ${at}, are in ${dir}; every one was checked.`,
        provedBy.length > 0
          ? `The history is not known to have gone on without it, by: ${provedBy.join(', ')}.`
          : 'For reading only: it holds no key.',
      ];
      cli.terminal.out(`${options['json'] === true ? JSON.stringify({ dir, ...restored }) : text.join('\n')}\n`);
      return done;
    }),
  );
};

const HELP = `
An authority that goes on from an old copy signs a second history. So a backup is held against the newest checkpoint that
anybody has, or against the witnesses, before a folder is made from it.

Examples:
  $ sekisho restore /backup/2026-11-17 --dir ./authority --policy witnesses.policy
  $ sekisho restore /backup/2026-11-17 --dir ./authority --checkpoint https://mirror.example
  $ sekisho restore /backup/2026-11-17 --dir ./copy --for-reading`;

export const restoreCommand: AddCommand = (parent, cli) => {
  withJson(parent.command('restore <backup>'))
    .description('make a data folder from a backup, if the history did not go on without it')
    .requiredOption('--dir <dir>', 'the folder to make')
    .option('--checkpoint <file|url>', 'the newest checkpoint of the log that anybody has')
    .option('--policy <file>', 'witnesses to ask how far they followed the log')
    .option('--authority <kid>', 'restore this authority only')
    .option('--for-reading', 'without keys: to read and check, not to go on', false)
    .addHelpText('after', HELP)
    .action((backup: string, options: Options) => perform(cli, options['json'] === true, work(cli, backup, options)));
};
