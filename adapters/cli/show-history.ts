import type { Command } from 'commander';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { HistoryAnswer } from '../http/codecs/reads.js';
import type { Operation } from '../http/permissions.js';
import type { Cli } from './action.js';
import { wholeNumber } from './as-of-options.js';
import type { CliFailure, ExitCode } from './failure.js';
import { historyText } from './history-text.js';
import { type Online, online } from './online.js';
import { segment } from './send-command.js';
import { asOfText, showAnswer } from './show-answer.js';

export const withPages = (command: Command): Command =>
  command
    .option('--limit <n>', 'how many entries, at most 500', wholeNumber, 50)
    .option('--before <n>', 'only before this revision of its stream, or this ledger entry', wholeNumber);

/** What was recorded about one thing, newest first. */
export const showHistory = (given: Online, operation: Operation, path: string): TE.TaskEither<CliFailure, ExitCode> => {
  const query = { limit: Number(given.options['limit']), cursor: given.options['before'] as number | undefined };
  return showAnswer(given, { operation, method: 'GET', path, query }, HistoryAnswer, (answer) =>
    [historyText(given.paint, answer.events), asOfText(answer)].join('\n'),
  );
};

/** `history` beside `show` and `list`, for whatever has a stream of its own. */
export const addHistory = (
  group: Command,
  cli: Cli,
  { what, operation, path }: { readonly what: string; readonly operation: Operation; readonly path: string },
): void => {
  const command = withPages(group.command(`history <${what}>`))
    .description(`everything that was recorded about a ${what}, newest first`)
    .addHelpText('after', `\nExample:\n  $ sekisho ${group.name()} history NAME --limit 20`);
  online(cli, command, (given) => showHistory(given, operation, `${path}/${segment(given.args[0])}/history`));
};
