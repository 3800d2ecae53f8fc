import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Envelope } from '../../../domain/ledger/envelope.js';
import { EventsAnswer } from '../../http/codecs/reads.js';
import { type AddCommand, done } from '../action.js';
import type { CliFailure, ExitCode } from '../failure.js';
import { historyText } from '../history-text.js';
import { type Online, online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText } from '../show-answer.js';
import { showHistory, withPages } from '../show-history.js';

const ofHost = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  showHistory(given, 'showHostHistory', `/v1/hosts/${segment(given.args[0])}/history`);

const eventOf = (bytes: string): unknown => JSON.parse(Buffer.from(bytes, 'base64').toString('utf8'));

/** The whole ledger is for auditors; its newest entries come last. */
const ofLedger = (given: Online): TE.TaskEither<CliFailure, ExitCode> => {
  const limit = Number(given.options['limit']);
  const at = (from: number | undefined) => ({
    operation: 'listEvents' as const,
    method: 'GET' as const,
    path: '/v1/events',
    query: { from, limit },
  });
  return pipe(
    given.client.call(at(undefined), EventsAnswer),
    TE.flatMap(({ body }) =>
      given.client.call(at(Math.max(0, Number(given.options['before'] ?? body.asOf.index + 1) - limit)), EventsAnswer),
    ),
    TE.map(({ body }) => {
      const events = body.events.map(({ index, bytes }) => ({ index, envelope: eventOf(bytes) }));
      const rows = events.flatMap(({ index, envelope }) => (Envelope.is(envelope) ? [{ index, ...envelope }] : []));
      const json = { asOf: body.asOf, events };
      given.print(given.json ? JSON.stringify(json) : [historyText(given.paint, rows), asOfText(body)].join('\n'));
      return done;
    }),
  );
};

export const historyCommand: AddCommand = (parent, cli) => {
  const command = withPages(parent.command('history [host]'))
    .description('what was recorded: about a host (newest first), or in the whole ledger (for auditors)')
    .addHelpText('after', '\nExamples:\n  $ sekisho history web-1\n  $ sekisho history --limit 20 --as auditor-1');
  online(cli, command, (given) => (given.args[0] === undefined ? ofLedger(given) : ofHost(given)));
};
