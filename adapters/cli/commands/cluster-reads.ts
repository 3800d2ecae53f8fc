import type { Command } from 'commander';
import {
  ClusterAnswer,
  ClustersAnswer,
  type ClusterView,
  MembershipAnswer,
  type MemberView,
} from '../../http/codecs/clusters.js';
import type { Cli } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { type Online, online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { addHistory } from '../show-history.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/clusters';

const statusText = (paint: Paint, { status }: ClusterView): string =>
  status === 'enabled' ? paint.green(status) : paint.red(status);

const clusterCells = (paint: Paint, row: ClusterView): ReadonlyArray<string> => [
  printable(row.id),
  row.kind,
  statusText(paint, row),
  String(row.hosts),
  printable(row.site ?? '-'),
  printable(row.displayName ?? '-'),
  row.changed === null ? '-' : printable(`${when(row.changed.time)} by ${row.changed.by}: ${row.changed.reason}`),
];

const clustersText = (paint: Paint, rows: ReadonlyArray<ClusterView>): string =>
  tableOf(
    paint,
    ['cluster', 'kind', 'status', 'hosts', 'site', 'name', 'since'],
    rows.map((row) => clusterCells(paint, row)),
  );

const memberCells = (paint: Paint, { host, state, reasons, joined }: MemberView): ReadonlyArray<string> => [
  printable(host),
  state === 'trusted' ? paint.green(state) : paint.red(state),
  printable(reasons.join(', ')) || '-',
  printable(`${when(joined.time)} by ${joined.by}`),
];

const list = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('list')).description('all clusters');
  online(cli, command, (given) =>
    showAnswer(
      given,
      { operation: 'listClusters', method: 'GET', path: PATH, query: { ...asOfQuery(given.options) } },
      ClustersAnswer,
      (answer) =>
        [
          answer.clusters.length === 0 ? 'No clusters.' : clustersText(given.paint, answer.clusters),
          asOfText(answer),
        ].join('\n'),
    ),
  );
};

const shown = ({ paint }: Online, answer: ClusterAnswer): string =>
  [
    clustersText(paint, [answer.cluster]),
    '',
    answer.hosts.length === 0
      ? 'No hosts.'
      : tableOf(
          paint,
          ['host', 'trust', 'reasons', 'joined'],
          answer.hosts.map((member) => memberCells(paint, member)),
        ),
    ...(answer.nextCursor === null ? [] : [`There are more: --cursor ${String(answer.nextCursor)}.`]),
    asOfText(answer),
  ].join('\n');

const show = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('show <cluster>'))
    .description('a cluster and its hosts, with their trust')
    .option('--cursor <n>', 'go on behind so many hosts')
    .addHelpText(
      'after',
      '\nExamples:\n  $ sekisho cluster show east-1\n  $ sekisho cluster show east-1 --at 2026-01-27T09:00:00Z      who was in it last Tuesday?',
    );
  online(cli, command, (given) => {
    const { cursor } = given.options;
    const query = { ...asOfQuery(given.options), limit: 500, ...(typeof cursor === 'string' ? { cursor } : {}) };
    const path = `${PATH}/${segment(given.args[0])}`;
    return showAnswer(given, { operation: 'showCluster', method: 'GET', path, query }, ClusterAnswer, (answer) =>
      shown(given, answer),
    );
  });
};

const membershipText = ({ paint }: Online, answer: MembershipAnswer): string =>
  [
    answer.cluster === null
      ? `${printable(answer.host)} is in no cluster.`
      : `${printable(answer.host)} is in ${printable(answer.cluster)}${answer.served ? '' : ', which is not served'}.`,
    ...(answer.memberships.length === 0
      ? []
      : [
          tableOf(
            paint,
            ['cluster', 'joined', 'until'],
            answer.memberships.map(({ cluster, joined, until }) => [
              printable(cluster),
              printable(`${when(joined.time)} by ${joined.by}`),
              until === null ? '-' : `entry ${String(until)}`,
            ]),
          ),
        ]),
    asOfText(answer),
  ].join('\n');

const ofHost = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('of <host>')).description('which cluster a host is in, and was in before');
  online(cli, command, (given) => {
    const path = `/v1/hosts/${segment(given.args[0])}/cluster`;
    const query = { ...asOfQuery(given.options) };
    return showAnswer(given, { operation: 'showHostCluster', method: 'GET', path, query }, MembershipAnswer, (answer) =>
      membershipText(given, answer),
    );
  });
};

export const addClusterReads = (group: Command, cli: Cli): void => {
  list(group, cli);
  show(group, cli);
  ofHost(group, cli);
  addHistory(group, cli, { what: 'cluster', operation: 'showClusterHistory', path: PATH });
};
