import { Command, CommanderError } from 'commander';
import type { AddCommand, Cli } from './action.js';
import { EXIT, type ExitCode } from './failure.js';
import type { Terminal } from './terminal.js';

const HELP = `
What to do first:
  $ sekisho init --dir ./authority          founds an authority and makes its operators' tokens
  $ sekisho serve --dir ./authority         serves hosts and operators on http://127.0.0.1:8750
  $ sekisho host enrol web-1 --dir ./authority
  $ sekisho agent --url http://127.0.0.1:8750 --host web-1      on the host

Without any authority, to debug a host:
  $ sekisho boot-log show binary_bios_measurements
  $ sekisho appraise evidence.json --image image.json

Commands with --dir work whether or not the authority serves; --url speaks to one elsewhere.

Exit codes:
  0  done; appraise: affirming; verify, replay: no difference
  1  a negative result: contraindicated, a difference, damage
  2  usage, or input that can not be used
  3  the authority refused: not allowed, conflict, unknown
  4  the authority can not be reached or opened`;

/** The whole command line, over a terminal that tests can watch. */
const programOf = (cli: Cli, commands: ReadonlyArray<AddCommand>): Command => {
  const program = new Command('sekisho')
    .description('An open trust authority with a memory: judges hosts from TPM 2.0 evidence and keeps every verdict.')
    .version(cli.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', HELP)
    .showHelpAfterError('Add --help for how to use it.')
    .configureOutput({ writeOut: cli.terminal.out, writeErr: cli.terminal.err })
    .enablePositionalOptions()
    .exitOverride();
  for (const add of commands) add(program, cli);
  return program;
};

const exitOf = (error: unknown): ExitCode => {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
};

/** Runs one command line to its exit code. `argv` is without node and script. */
export const runCli = async (
  terminal: Terminal,
  version: string,
  commands: ReadonlyArray<AddCommand>,
  argv: ReadonlyArray<string>,
): Promise<ExitCode> => {
  let code: ExitCode = EXIT.ok;
  const cli: Cli = {
    terminal,
    version,
    exit: (given) => {
      code = given;
    },
  };
  try {
    await programOf(cli, commands).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return exitOf(error);
  }
};
