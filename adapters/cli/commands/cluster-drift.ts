import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  DriftAnswer,
  DriftHistoryAnswer,
  type DriftTransition,
  JobAnswer,
  type JobView,
  RemediationAnswer,
  TopologyAnswer,
} from '../../http/codecs/cluster-services.js';
import { type AddCommand, type Cli, done } from '../action.js';
import { asOfQuery, wholeNumber, withAsOf } from '../as-of-options.js';
import { type Online, online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

/** Unknown is never good. */
const healthText = (paint: Paint, health: string): string =>
  health === 'OK' ? paint.green(health) : paint.red(health === 'NONE' ? 'NONE (unknown)' : health);

const driftText = ({ paint }: Online, answer: DriftAnswer): string =>
  [
    `${printable(answer.cluster)}: ${healthText(paint, answer.health)}`,
    ...(answer.desired === null ? ['Nothing is desired of its hosts.'] : []),
    tableOf(
      paint,
      ['host', 'health', 'since', 'said by', 'differences'],
      answer.hosts.map(({ host, health, since, by, differences }) => [
        printable(host),
        healthText(paint, health),
        when(since),
        by ?? '-',
        printable(differences.map(({ service, what }) => `${service}: ${what}`).join('\n')) || '-',
      ]),
    ),
    asOfText(answer),
  ].join('\n');

const turned = (paint: Paint, before: string | null, after: string | null): string => {
  if (after === null) return 'left';
  const now = healthText(paint, after);
  if (before === null) return `joined: ${now}`;
  return before === after ? now : `${healthText(paint, before)} -> ${now}`;
};

const serviceText = ({ service, after, what }: DriftTransition['services'][number]): string =>
  `${service}: ${what.length === 0 ? (after ?? 'no more') : what.join(', ')}`;

const historyText = ({ paint }: Online, answer: DriftHistoryAnswer): string =>
  [
    answer.transitions.length === 0
      ? 'Nothing changed yet.'
      : tableOf(
          paint,
          ['time', 'entry', 'host', 'health', 'services', 'by'],
          answer.transitions.map(({ host, before, after, services, cause }) => [
            when(cause.time),
            `${String(cause.index)} ${cause.type}`,
            printable(host),
            turned(paint, before, after),
            printable(services.map(serviceText).join('\n')) || '-',
            printable(cause.by),
          ]),
        ),
    ...(answer.nextCursor === null ? [] : [`Older: --before ${String(answer.nextCursor)}`]),
    asOfText(answer),
  ].join('\n');

const showHistory = (given: Online): ReturnType<typeof showAnswer> => {
  const { limit, before } = given.options as { readonly limit?: number; readonly before?: number };
  const path = `/v1/clusters/${segment(given.args[0])}/drift/history`;
  const query = { ...asOfQuery(given.options), limit, cursor: before };
  const call = { operation: 'showDriftHistory', method: 'GET', path, query } as const;
  return showAnswer(given, call, DriftHistoryAnswer, (answer) => historyText(given, answer));
};

const drift = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('drift <cluster>'))
    .description('how what each host applies differs from what it shall apply')
    .option('--history', 'every change of it instead, newest first, with the event that made it', false)
    .option('--limit <n>', 'with --history: how many changes, at most 500', wholeNumber, 50)
    .option('--before <n>', 'with --history: only before this ledger entry', wholeNumber)
    .addHelpText('after', '\nExample:\n  $ sekisho cluster drift east-1 --history --limit 20');
  online(cli, command, (given) => {
    if (given.options['history'] === true) return showHistory(given);
    const path = `/v1/clusters/${segment(given.args[0])}/drift`;
    const query = { ...asOfQuery(given.options) };
    return showAnswer(given, { operation: 'showDrift', method: 'GET', path, query }, DriftAnswer, (answer) =>
      driftText(given, answer),
    );
  });
};

const remediate = (group: Command, cli: Cli): void => {
  const command = group
    .command('remediate <cluster>')
    .description('have the hosts that differ apply what is desired; the others are left alone')
    .option('--seconds <n>', 'how long they have; an hour unless told', wholeNumber);
  online(cli, command, (given) =>
    pipe(
      given.client.call(
        {
          operation: 'remediateCluster',
          method: 'POST',
          path: `/v1/clusters/${segment(given.args[0])}/remediate`,
          body: { seconds: given.options['seconds'] },
        },
        RemediationAnswer,
      ),
      TE.map(({ body }) => {
        given.print(given.json ? JSON.stringify(body) : `Job ${body.job} began. Next: sekisho job show ${body.job}`);
        return done;
      }),
    ),
  );
};

const services = (each: TopologyAnswer['authorities'][number]['services']): string =>
  printable(
    each.map(({ kind, hostname, port, group }) => `${kind} ${hostname}:${String(port)} (${group})`).join('\n'),
  ) || '-';

const topologyText = ({ paint }: Online, answer: TopologyAnswer): string =>
  [
    tableOf(
      paint,
      ['authority', 'status', 'site', 'hosts', 'services', 'used by'],
      answer.authorities.map((row) => [
        printable(row.id),
        row.status,
        printable(row.site ?? '-'),
        String(row.hosts),
        services(row.services),
        printable(row.usedBy.join(', ')) || '-',
      ]),
    ),
    tableOf(
      paint,
      ['trusted', 'status', 'site', 'hosts', 'drift', 'uses'],
      answer.trusted.map(({ id, status, site, hosts, health, desired }) => [
        printable(id),
        status,
        printable(site ?? '-'),
        String(hosts),
        healthText(paint, health),
        desired === null ? '-' : printable(desired.from ?? `file ${String(desired.file).slice(0, 16)}`),
      ]),
    ),
    asOfText(answer),
  ].join('\n');

export const addClusterDrift = (group: Command, cli: Cli): void => {
  const topology = withAsOf(group.command('topology')).description('who serves whom: authorities, services, clusters');
  online(cli, topology, (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(
      given,
      { operation: 'showTopology', method: 'GET', path: '/v1/topology', query },
      TopologyAnswer,
      (answer) => topologyText(given, answer),
    );
  });
  drift(group, cli);
  remediate(group, cli);
};

const jobCells = (job: JobView): ReadonlyArray<string> => [
  job.kind,
  printable(job.cluster),
  job.status,
  `${String(job.done)} of ${String(job.hosts)}`,
  when(job.deadline),
  printable(job.waiting.join(', ')) || '-',
];

export const jobCommand: AddCommand = (parent, cli) => {
  const group = parent.command('job').description('work that takes its time');
  online(cli, withAsOf(group.command('show <job>')).description('how far a job is, and who is waited for'), (given) =>
    showAnswer(
      given,
      {
        operation: 'showJob',
        method: 'GET',
        path: `/v1/jobs/${segment(given.args[0])}`,
        query: { ...asOfQuery(given.options) },
      },
      JobAnswer,
      (answer) =>
        [
          tableOf(
            given.paint,
            ['job', 'cluster', 'status', 'done', 'until', answer.job.ended === null ? 'waiting for' : 'not done'],
            [jobCells(answer.job)],
          ),
          asOfText(answer),
        ].join('\n'),
    ),
  );
};
