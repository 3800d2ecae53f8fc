import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { WhatIfAnswer } from '../../http/codecs/consequences.js';
import type { AddCommand } from '../action.js';
import { EXIT } from '../failure.js';
import { type Online, online } from '../online.js';
import { printable, tableOf, when } from '../terminal.js';
import { reasonText } from '../verdict-text.js';
import { withWouldBe, wouldBeOf } from '../would-be-options.js';
import { withPeriod } from './blast-radius.js';

const MOST_SHOWN = 40;

const textOf = ({ paint }: Online, answer: WhatIfAnswer): string => {
  const { judged, verdicts, verdictCount, deliveries, deliveryCount, unjudged, unjudgedCount } = answer;
  const rows = verdicts
    .slice(0, MOST_SHOWN)
    .map(({ index, at, host, was, would, reasons }) => [
      String(index),
      when(at),
      printable(host),
      `${was} -> ${would}`,
      reasons.map(reasonText).join('\n'),
    ]);
  const keys = deliveries
    .slice(0, MOST_SHOWN)
    .map(({ index, at, host, key }) => [String(index), when(at), printable(host), key]);
  return [
    ...(rows.length === 0 ? [] : [tableOf(paint, ['entry', 'recorded', 'host', 'verdict', 'why'], rows)]),
    ...(keys.length === 0 ? [] : ['', tableOf(paint, ['entry', 'recorded', 'host', 'key delivered'], keys)]),
    ...unjudged
      .slice(0, MOST_SHOWN)
      .map(({ host, index, finding }) => printable(`${host} entry ${String(index)}: ${JSON.stringify(finding)}`)),
    `${String(judged)} verdicts judged again: ${String(verdictCount)} would have come out otherwise; ${String(deliveryCount)} keys were delivered on those that would have been refusals; ${String(unjudgedCount)} could not be judged.`,
  ].join('\n');
};

const HELP = `
As if the change had been made before the period. Each verdict is judged again at its own time, by its own appraiser and with
the reference values that it was made by, changed. Exit code 1: a verdict would have come out otherwise, or could not be judged.

Examples:
  $ sekisho what-if --withdraw esxi-8.0.3 --from 2026-10-01
  $ sekisho what-if --revoke-ca maker --set requireCertificateValidation=true --json`;

export const whatIfCommand: AddCommand = (parent, cli) => {
  const command = withPeriod(withWouldBe(parent.command('what-if')))
    .description('which past verdicts and key releases would have come out otherwise')
    .addHelpText('after', HELP);
  online(cli, command, (given) =>
    pipe(
      wouldBeOf(given),
      TE.flatMap((change) => {
        const { from, to } = given.options;
        const body = { change, from, to };
        return given.client.call({ operation: 'whatIf', method: 'POST', path: '/v1/what-if', body }, WhatIfAnswer);
      }),
      TE.map(({ body }) => {
        given.print(given.json ? JSON.stringify(body) : textOf(given, body));
        return body.verdictCount + body.unjudgedCount === 0 ? EXIT.ok : EXIT.negative;
      }),
    ),
  );
};
