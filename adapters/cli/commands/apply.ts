import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AddCommand, Cli } from '../action.js';
import { type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { type Online, online } from '../online.js';
import { carryOut, type Outcome } from '../site/carry-out.js';
import type { Change } from '../site/change.js';
import { type Phase, planSite } from '../site/plan-site.js';
import { readPresent } from '../site/present-site.js';
import { readSite } from '../site/read-site.js';
import { outcomeText, planText } from '../site/site-text.js';

const HELP = `
The file says what there shall be: operators, tokenIssuers, principals, policy, guard, tpmCas, endorsementKeys, tpmModels,
baseImages, keyProviders, hosts, clusters, approvals. A section that it does not have is left alone. docs/site.md has every field.

  +  to be made     ~  to be changed     -  to be taken away (--prune)
  !  waits for another person, or is nothing that a file can change

Examples:
  $ sekisho plan -f site.yaml                 what would change; exit code 1 if anything would
  $ sekisho apply -f site.yaml --tokens ./new-tokens
  $ sekisho apply -f site.yaml                again: nothing is left to do
  $ sekisho export -f site.yaml               the file of what there is now`;

const withFile = (command: Command): Command =>
  command
    .requiredOption('-f, --file <file>', 'the site file, YAML or JSON')
    .option('--prune <reason>', 'also take away what the sections of the file do not have, for this reason')
    .addHelpText('after', HELP);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const planned = ({ client, options }: Online): TE.TaskEither<CliFailure, ReadonlyArray<Phase>> =>
  pipe(
    readSite(text(options['file']) ?? ''),
    TE.flatMap((site) =>
      pipe(
        readPresent(client, (section) => site[section] !== undefined),
        TE.map((present) => planSite(site, present, { prune: text(options['prune']) })),
      ),
    ),
  );

const hasSteps = ({ steps }: Change): boolean => steps.length > 0;

const view = ({ mark, kind, name, detail, secondPerson }: Change): Readonly<Record<string, unknown>> => ({
  mark,
  kind,
  name,
  detail,
  ...(secondPerson === true ? { secondPerson } : {}),
});

const plan = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    planned(given),
    TE.map((phases) => {
      const changes = phases.flat();
      given.print(given.json ? JSON.stringify({ changes: changes.map(view) }) : planText(given.paint, changes));
      return changes.some(hasSteps) ? EXIT.negative : EXIT.ok;
    }),
  );

const outcomeView = ({ change, result, failure }: Outcome): Readonly<Record<string, unknown>> => ({
  ...view(change),
  result,
  ...(failure === undefined ? {} : { code: failure.code, message: failure.message }),
});

const told = ({ json, print }: Online, outcomes: ReadonlyArray<Outcome>): ExitCode => {
  print(json ? JSON.stringify({ changes: outcomes.map(outcomeView) }) : outcomeText(outcomes));
  return outcomes.some(({ result }) => result === 'refused' || result === 'waiting') ? EXIT.refused : EXIT.ok;
};

const apply = (given: Online): TE.TaskEither<CliFailure, ExitCode> => {
  const { client, json, options, paint, print, progress } = given;
  if (options['dryRun'] === true)
    return pipe(
      plan(given),
      TE.map(() => EXIT.ok),
    );
  return pipe(
    planned(given),
    TE.flatMap((phases) => {
      const changes = phases.flat();
      if (!json) print(planText(paint, changes));
      const tokens = text(options['tokens']);
      const tell = (done: number): void => progress(`${String(done)} of ${String(changes.length)}`);
      return carryOut({ client, tokens, progress: tell }, phases);
    }),
    TE.map((outcomes) => {
      progress('');
      return told(given, outcomes);
    }),
  );
};

export const planCommand: AddCommand = (parent: Command, cli: Cli) => {
  const command = parent.command('plan').description('what applying a site file would change');
  online(cli, withFile(command), plan);
};

export const applyCommand: AddCommand = (parent: Command, cli: Cli) => {
  const command = parent
    .command('apply')
    .description('make the authority what a site file says')
    .option('--tokens <folder>', 'where the tokens of new operators are kept, each in a file of its own')
    .option('--dry-run', 'only say what would change', false);
  online(cli, withFile(command), apply);
};
