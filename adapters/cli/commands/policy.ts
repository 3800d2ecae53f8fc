import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { PolicyAnswer } from '../../http/codecs/reads.js';
import type { AddCommand, Cli } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { badInput, type CliFailure, type ExitCode } from '../failure.js';
import { type Online, online } from '../online.js';
import { sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { tableOf, when } from '../terminal.js';
import { wantedPolicy } from '../wanted-policy.js';
import { addPolicyHistory } from './policy-history.js';

const PATH = '/v1/policy';

const valueText = (value: unknown): string =>
  Array.isArray(value) && value.every((each) => typeof each !== 'object') ? value.join(', ') : JSON.stringify(value);

const show = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('show')).description('the appraisal policy for evidence');
  online(cli, command, (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(given, { operation: 'showPolicy', method: 'GET', path: PATH, query }, PolicyAnswer, (answer) =>
      [
        tableOf(
          given.paint,
          ['rule', 'value'],
          Object.entries(answer.policy).map(([name, value]) => [name, valueText(value)]),
        ),
        answer.changed === null
          ? 'The built-in policy.'
          : `Set by ${answer.changed.by} at ${when(answer.changed.time)}, revision ${String(answer.revision)}.`,
        asOfText(answer),
      ].join('\n'),
    );
  });
};

const change = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    given.client.call({ operation: 'showPolicy', method: 'GET', path: PATH }, PolicyAnswer),
    TE.flatMap(({ body, etag }) =>
      pipe(
        wantedPolicy(given.options, body.policy),
        TE.flatMap((policy) =>
          policy === undefined
            ? TE.left(badInput('NothingToSet', 'give either --file FILE or --set name=value'))
            : sendCommand(given, {
                operation: 'changePolicy',
                method: 'PUT',
                path: PATH,
                body: policy,
                ...(etag === undefined ? {} : { ifMatch: etag }),
              }),
        ),
      ),
    ),
  );

export const policyCommand: AddCommand = (parent, cli) => {
  const group = parent.command('policy').description('the appraisal policy for evidence');
  show(group, cli);
  addPolicyHistory(group, cli);
  const set = group
    .command('set')
    .description('change the policy, if nobody else changes it meanwhile')
    .option('--file <file>', 'the whole policy, as policy show --json writes it')
    .option('--set <name=value...>', 'single rules')
    .addHelpText(
      'after',
      '\nExamples:\n  $ sekisho policy set --set evidenceMaxAgeSeconds=86400 requireEndorsementKeys=true\n  $ sekisho policy set --file policy.json',
    );
  online(cli, set, change);
};
