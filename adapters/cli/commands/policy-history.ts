import type { Command } from 'commander';
import { PolicyDiffAnswer, PolicyHistoryAnswer } from '../../http/codecs/policies.js';
import type { Cli } from '../action.js';
import { wholeNumber } from '../as-of-options.js';
import { type Online, online } from '../online.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/policy';

const valueText = (value: unknown): string =>
  value === undefined ? '(no such rule)' : printable(JSON.stringify(value));

const changesText = ({ paint }: Online, changes: PolicyDiffAnswer['changes']): string =>
  changes.length === 0
    ? 'No rule differs.'
    : tableOf(
        paint,
        ['rule', 'before', 'after'],
        changes.map(({ rule, before, after }) => [
          printable(rule),
          paint.red(valueText(before)),
          paint.green(valueText(after)),
        ]),
      );

const setText = (changed: PolicyDiffAnswer['from']['changed']): string =>
  changed === null
    ? 'the built-in policy'
    : `set by ${printable(changed.by)} at ${when(changed.time)}, entry ${String(changed.index)}`;

const history = (group: Command, cli: Cli): void => {
  const command = group
    .command('history')
    .description('every policy there was, newest first, and what each changed')
    .option('--limit <n>', 'how many at most', wholeNumber, 20)
    .option('--cursor <index>', 'go on below this ledger index', wholeNumber);
  online(cli, command, (given) => {
    const { limit, cursor } = given.options;
    const query = { limit: Number(limit), ...(cursor === undefined ? {} : { cursor: Number(cursor) }) };
    return showAnswer(
      given,
      { operation: 'showPolicyHistory', method: 'GET', path: `${PATH}/history`, query },
      PolicyHistoryAnswer,
      (answer) =>
        [
          ...(answer.policies.length === 0 ? ['The built-in policy, never changed.'] : []),
          ...answer.policies.map(({ changed, changes }) => `${setText(changed)}\n${changesText(given, changes)}\n`),
          ...(answer.nextCursor === null ? [] : [`More: --cursor ${String(answer.nextCursor)}`]),
          asOfText(answer),
        ].join('\n'),
    );
  });
};

const difference = (group: Command, cli: Cli): void => {
  const command = group
    .command('diff <from> [to]')
    .description(
      'the rules that are not the same at two moments, each a ledger index or an instant; to: now, unless given',
    )
    .addHelpText('after', '\nExample:\n  $ sekisho policy diff 2026-10-01T00:00:00.000Z 2026-11-01T00:00:00.000Z');
  online(cli, command, (given) => {
    const [from, to] = given.args;
    return showAnswer(
      given,
      { operation: 'comparePolicies', method: 'GET', path: `${PATH}/diff`, query: { from, to } },
      PolicyDiffAnswer,
      (answer) =>
        [
          `Before: ${setText(answer.from.changed)}.`,
          `After: ${setText(answer.to.changed)}.`,
          changesText(given, answer.changes),
        ].join('\n'),
    );
  });
};

export const addPolicyHistory = (group: Command, cli: Cli): void => {
  history(group, cli);
  difference(group, cli);
};
