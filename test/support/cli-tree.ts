import { Command } from 'commander';
import type { Cli } from '../../adapters/cli/action.js';
import { COMMANDS } from '../../adapters/cli/commands.js';

const SILENT: Cli = {
  terminal: { out: () => undefined, err: () => undefined, env: {}, isTty: false },
  version: '0.0.0',
  exit: () => undefined,
};

const namesIn = (command: Command, path: ReadonlyArray<string>): ReadonlyArray<string> =>
  command.commands.flatMap((each) => {
    const here = [...path, each.name()];
    return [here.join(' '), ...namesIn(each, here)];
  });

/** Every command that the program offers, without `sekisho` before it: from the same tree that its help is made from. */
export const commandNames = (): ReadonlySet<string> => {
  const program = new Command('sekisho');
  for (const add of COMMANDS) add(program, SILENT);
  return new Set(namesIn(program, []));
};
