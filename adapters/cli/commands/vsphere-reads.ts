import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { InventoriesAnswer, InventoryAnswer, type InventoryView } from '../../http/codecs/inventories.js';
import type { Cli } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { EXIT } from '../failure.js';
import { online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { addHistory } from '../show-history.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

const PATH = '/v1/inventories';

const isWell = ({ blind, silent }: InventoryView): boolean => blind === null && !silent;

const healthText = (paint: Paint, view: InventoryView): string => {
  const { blind, silent } = view;
  if (blind !== null) return paint.red(`BLIND since ${when(blind.since)}: ${printable(blind.reason)}`);
  return silent ? paint.red('SILENT') : paint.green('read');
};

const statusTable = (paint: Paint, views: ReadonlyArray<InventoryView>): string =>
  tableOf(
    paint,
    ['vCenter', 'health', 'last recorded', 'hosts', 'findings', 'product'],
    views.map((view) => [
      view.id,
      healthText(paint, view),
      when(view.read?.time),
      String(view.hosts),
      String(view.findings),
      printable(view.server?.product ?? '-'),
    ]),
  );

const status = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('status')).description(
    'whether each vCenter is still read; exit code 1 if one is not',
  );
  online(cli, command, (given) => {
    const query = { ...asOfQuery(given.options) };
    return pipe(
      given.client.call({ operation: 'listInventories', method: 'GET', path: PATH, query }, InventoriesAnswer),
      TE.map(({ body }) => {
        const text =
          body.inventories.length === 0 ? 'No vCenter was ever read.' : statusTable(given.paint, body.inventories);
        given.print(given.json ? JSON.stringify(body) : [text, asOfText(body)].join('\n'));
        return body.inventories.every(isWell) ? EXIT.ok : EXIT.negative;
      }),
    );
  });
};

const WHAT: Readonly<Record<string, string>> = {
  NotEnrolled: 'is not enrolled here: sekisho host enrol',
  GoneFromServer: 'has gone from the vCenter: sekisho host retire, if it is no more',
  OtherCluster: 'is in another cluster here: sekisho cluster add-host',
  NoTpm20: 'has no TPM 2.0, says the vCenter',
  VerdictsDiffer: 'is judged otherwise by the vCenter: sekisho explain',
};

const showText = (paint: Paint, answer: InventoryAnswer): string => {
  const hosts = answer.hosts.map(({ name, cluster, tpm, verdict, seen, gone }) => [
    printable(name),
    printable(cluster ?? '-'),
    tpm,
    verdict,
    gone === null ? when(seen.time) : paint.red(`gone ${when(gone.time)}`),
  ]);
  const findings = answer.findings.map(({ code, host, there, here }) => [
    paint.yellow(code),
    printable(host),
    printable(there ?? '-'),
    printable(here ?? '-'),
    WHAT[code] ?? '',
  ]);
  return [
    statusTable(paint, [answer.inventory]),
    hosts.length === 0 ? 'No hosts.' : tableOf(paint, ['host', 'cluster', 'TPM', "vCenter's verdict", 'since'], hosts),
    findings.length === 0
      ? 'The vCenter and this authority say the same.'
      : tableOf(paint, ['finding', 'host', 'there', 'here', ''], findings),
    asOfText(answer),
  ].join('\n\n');
};

const show = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('show').argument('<name>', 'what the vCenter is called here')).description(
    'hosts as a vCenter tells them, and where it and this authority do not say the same',
  );
  online(cli, command, (given) =>
    showAnswer(
      given,
      {
        operation: 'showInventory',
        method: 'GET',
        path: `${PATH}/${segment(given.args[0])}`,
        query: { ...asOfQuery(given.options) },
      },
      InventoryAnswer,
      (answer) => showText(given.paint, answer),
    ),
  );
};

export const addVsphereReads = (group: Command, cli: Cli): void => {
  status(group, cli);
  show(group, cli);
  addHistory(group, cli, { what: 'vcenter', operation: 'showInventoryHistory', path: PATH });
};
