import type { Command } from 'commander';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Cli, perform } from './action.js';
import type { AuthorityClient } from './authority-client.js';
import { authorityOptionsOf, withAuthorityOptions } from './authority-options.js';
import type { CliFailure, ExitCode } from './failure.js';
import { type Paint, paintOf, progressOf } from './terminal.js';
import { withAuthority } from './with-authority.js';

/** What the work of a command that speaks to an authority gets. */
export interface Online {
  readonly client: AuthorityClient;
  readonly args: ReadonlyArray<string>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly json: boolean;
  readonly paint: Paint;
  readonly print: (text: string) => void;
  /** For long work: on a terminal, a line that the next one takes the place of; else nothing. */
  readonly progress: (text: string) => void;
}

export type OnlineWork = (online: Online) => TE.TaskEither<CliFailure, ExitCode>;

/** Gives a command the options for finding its authority, and its work. */
export const online = (cli: Cli, command: Command, work: OnlineWork): Command =>
  withAuthorityOptions(command).action(async (...given: ReadonlyArray<unknown>) => {
    const self = given.at(-1) as Command;
    const options = self.opts<Record<string, unknown>>();
    const authority = authorityOptionsOf(options, cli.terminal.env);
    const print = (text: string): void => cli.terminal.out(`${text}\n`);
    const progress = progressOf(cli.terminal);
    const common = { progress, args: self.args, options, json: authority.json, paint: paintOf(cli.terminal), print };
    await perform(
      cli,
      authority.json,
      withAuthority(cli, authority, (client) => work({ client, ...common })),
    );
  });
