import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  DriftAnswer,
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

const drift = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('drift <cluster>')).description(
    'how what each host applies differs from what it shall apply',
  );
  online(cli, command, (given) => {
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
