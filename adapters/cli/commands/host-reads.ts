import type { Command } from 'commander';
import { HostAnswer, HostsAnswer } from '../../http/codecs/reads.js';
import { HostTrustHistoryAnswer } from '../../http/codecs/trust-history.js';
import type { Cli } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { hostsText, hostText, timelineText } from '../host-text.js';
import { online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';

const list = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('list'))
    .description('all hosts with their trust')
    .option(
      '--state <state>',
      'only those that are trusted, refused, stale, quarantined, enrolled, certified or retired',
    );
  online(cli, command, (given) => {
    const { state } = given.options;
    const query = { ...asOfQuery(given.options), limit: 500, ...(typeof state === 'string' ? { state } : {}) };
    return showAnswer(
      given,
      { operation: 'listHosts', method: 'GET', path: '/v1/hosts', query },
      HostsAnswer,
      (answer) =>
        [
          answer.hosts.length === 0 ? 'No hosts.' : hostsText(given.paint, answer.hosts),
          ...(answer.nextCursor === null ? [] : ['There are more; GET /v1/hosts has pages.']),
          asOfText(answer),
        ].join('\n'),
    );
  });
};

const show = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('show <host>'))
    .description('whether a host is trusted, and why or why not')
    .addHelpText(
      'after',
      '\nExamples:\n  $ sekisho host show web-1\n  $ sekisho host show web-1 --at 2026-01-27T09:00:00Z      was it trusted last Tuesday?',
    );
  online(cli, command, (given) =>
    showAnswer(
      given,
      {
        operation: 'showHost',
        method: 'GET',
        path: `/v1/hosts/${segment(given.args[0])}`,
        query: { ...asOfQuery(given.options) },
      },
      HostAnswer,
      (answer) => `${hostText(given.paint, answer.host)}\n${asOfText(answer)}`,
    ),
  );
};

const timeline = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('timeline <host>'))
    .description('what the trust of a host was since it was enrolled: each state, since when and why')
    .addHelpText(
      'after',
      '\nExamples:\n  $ sekisho host timeline web-1\n  $ sekisho host timeline web-1 --at 2026-01-27T09:00:00Z',
    );
  online(cli, command, (given) =>
    showAnswer(
      given,
      {
        operation: 'showHostTrustHistory',
        method: 'GET',
        path: `/v1/hosts/${segment(given.args[0])}/trust-history`,
        query: { ...asOfQuery(given.options) },
      },
      HostTrustHistoryAnswer,
      (answer) => `${timelineText(given.paint, answer)}\n${asOfText(answer)}`,
    ),
  );
};

export const addHostReads = (group: Command, cli: Cli): void => {
  list(group, cli);
  show(group, cli);
  timeline(group, cli);
};
