import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseBootLog } from '../../../domain/boot-log/parse-boot-log.js';
import { nodeHashing } from '../../crypto/node/hashing.js';
import { type ComparedRegisters, compareRegisters } from '../../vcenter-report/compare-registers.js';
import { type EventLogInfo, readEventLogInfo } from '../../vcenter-report/event-log-info.js';
import { type Cli, perform } from '../action.js';
import { withJson } from '../authority-options.js';
import { badInput, type CliFailure, EXIT } from '../failure.js';
import { readJson } from '../input.js';
import { type Paint, paintOf, printable, tableOf } from '../terminal.js';

interface Comparison extends ComparedRegisters {
  readonly truncated: boolean;
  readonly otherBanks: ReadonlyArray<string>;
}

const compared = (file: string, info: EventLogInfo): E.Either<CliFailure, Comparison> =>
  pipe(
    parseBootLog(info.log),
    E.bimap(
      ({ code, offset, rule }) => badInput(code, `${file}: data ${rule} (offset ${String(offset)})`),
      (log) => {
        const { truncated, otherBanks } = info;
        return { ...compareRegisters(nodeHashing, log, info), truncated, otherBanks };
      },
    ),
  );

const textOf = (paint: Paint, { compared: number, differ, truncated, otherBanks }: Comparison): string =>
  [
    differ.length === 0
      ? `${String(number)} registers: both readings of the log lead to the same.`
      : tableOf(
          paint,
          ['bank', 'PCR', 'says the API', 'says the log'],
          differ.map(({ bank, pcr, theirs, ours }) => [bank, String(pcr), theirs, ours ?? 'no such bank']),
        ),
    ...(truncated
      ? [paint.red('The log is truncated: what came after it is in the registers, and not in the log.')]
      : []),
    ...(otherBanks.length === 0 ? [] : [`Not compared: ${printable(otherBanks.join(', '))}.`]),
    'No quote is behind either of them: this says nothing about the host.',
  ].join('\n');

/** Nothing compared is no agreement. */
const isWhole = ({ compared: number, differ, truncated }: Comparison): boolean =>
  number > 0 && differ.length === 0 && !truncated;

const HELP = `
The file is what GET /api/vcenter/trusted-infrastructure/hosts/HOST/hardware/tpm/TPM/event-log answers (vSphere 8.0 and later).

Examples:
  $ sekisho boot-log compare event-log.json
  $ jq -r .data event-log.json | base64 -d > host.log && sekisho boot-log show host.log`;

export const addBootLogCompare = (group: Command, cli: Cli): void => {
  withJson(group.command('compare <file>'))
    .description(
      "hold a host's event log of the automation API (JSON) against our own replay; exit code 1 if they differ",
    )
    .addHelpText('after', HELP)
    .action((file: string, { json }: { readonly json: boolean }) =>
      perform(
        cli,
        json,
        pipe(
          readJson(file),
          TE.flatMapEither((document) =>
            pipe(
              readEventLogInfo(document),
              E.mapLeft((rule) => badInput('EventLogInvalid', `${file}: ${rule}`)),
            ),
          ),
          TE.flatMapEither((info) => compared(file, info)),
          TE.map((comparison) => {
            cli.terminal.out(`${json ? JSON.stringify(comparison) : textOf(paintOf(cli.terminal), comparison)}\n`);
            return isWhole(comparison) ? EXIT.ok : EXIT.negative;
          }),
        ),
      ),
    );
};
