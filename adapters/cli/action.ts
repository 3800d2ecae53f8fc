import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type CliFailure, EXIT, type ExitCode } from './failure.js';
import { paintOf, printable, type Terminal } from './terminal.js';

/** The state of one run of the program. */
export interface Cli {
  readonly terminal: Terminal;
  readonly version: string;
  readonly exit: (code: ExitCode) => void;
}

/** Adds one subcommand to the program. */
export type AddCommand = (parent: Command, cli: Cli) => void;

export const report = (cli: Cli, failure: CliFailure, json: boolean): ExitCode => {
  const { code, message, advice } = failure;
  const paint = paintOf(cli.terminal);
  cli.terminal.err(
    json
      ? `${JSON.stringify({ error: { code, message, ...(advice === undefined ? {} : { advice }) } })}\n`
      : `${paint.red('error')}: ${printable(message)}\n${advice === undefined ? '' : `${paint.dim(advice)}\n`}`,
  );
  return failure.exit;
};

/** Runs a command's work to its exit code. */
export const perform = async (cli: Cli, json: boolean, work: TE.TaskEither<CliFailure, ExitCode>): Promise<void> => {
  const result = await work();
  cli.exit(E.isLeft(result) ? report(cli, result.left, json) : result.right);
};

export const done = EXIT.ok;
