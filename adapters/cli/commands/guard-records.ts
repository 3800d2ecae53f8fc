import { Argument, type Command, Option } from 'commander';
import { Question } from '../../../domain/guard/question.js';
import { DecisionsAnswer, GuardPolicyAnswer } from '../../http/codecs/guard-decisions.js';
import type { Cli } from '../action.js';
import { asOfQuery, instant, withAsOf } from '../as-of-options.js';
import { decisionsText, guardPolicyText } from '../guard-text.js';
import { online } from '../online.js';
import { sendCommand } from '../send-command.js';
import { showAnswer } from '../show-answer.js';

const PATH = '/v1/guard/policy';

const policy = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('policy')).description('which answers are kept, and of whom how many');
  online(cli, command, (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(
      given,
      { operation: 'showGuardPolicy', method: 'GET', path: PATH, query },
      GuardPolicyAnswer,
      (answer) => guardPolicyText(given.paint, answer),
    );
  });
};

const keep = (group: Command, cli: Cli): void => {
  const command = group
    .command('keep')
    .addArgument(new Argument('<answers>', 'all, refusals or none').choices(['all', 'refusals', 'none']))
    .description('say which answers are kept from now on')
    .requiredOption('--reason <text>', 'why, for those who read the history')
    .addHelpText('after', '\nExample:\n  $ sekisho guard keep all --reason "audit of the autumn"');
  online(cli, command, (given) =>
    sendCommand(given, {
      operation: 'changeGuardPolicy',
      method: 'PUT',
      path: PATH,
      body: { record: given.args[0], reason: given.options['reason'] },
    }),
  );
};

const FILTERS = ['workload', 'host', 'ask', 'allowed', 'from', 'to', 'cursor'] as const;
const ASKS = Question.types.map(({ type }) => type.props.ask.value);

const decisions = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('decisions'))
    .description('answers that were kept, newest first')
    .option('--workload <id>', 'about this workload')
    .option('--host <host>', 'about this host')
    .addOption(new Option('--ask <kind>', 'of this kind').choices(ASKS))
    .addOption(new Option('--allowed <yes|no>', 'with this outcome').choices(['yes', 'no']))
    .option('--from <instant>', 'given at this time or later', instant)
    .option('--to <instant>', 'given at this time or earlier', instant)
    .option('--cursor <text>', 'go on where the page before ended')
    .addHelpText(
      'after',
      '\nExamples:\n  $ sekisho guard decisions --workload vm-42\n  $ sekisho guard decisions --allowed no --host esx-01 --at 2026-01-27T09:00:00Z',
    );
  online(cli, command, (given) => {
    const chosen = FILTERS.flatMap((name) => {
      const value = given.options[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    const query = { ...asOfQuery(given.options), ...Object.fromEntries(chosen) };
    const call = { operation: 'listGuardDecisions', method: 'GET', path: '/v1/guard/decisions', query } as const;
    return showAnswer(given, call, DecisionsAnswer, (answer) => decisionsText(given.paint, answer));
  });
};

export const addGuardRecords = (group: Command, cli: Cli): void => {
  policy(group, cli);
  keep(group, cli);
  decisions(group, cli);
};
