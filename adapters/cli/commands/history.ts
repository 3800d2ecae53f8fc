import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { Envelope } from '../../../domain/ledger/envelope.js';
import { EventsAnswer, type EventView, HistoryAnswer } from '../../http/codecs/reads.js';
import { type AddCommand, done } from '../action.js';
import { wholeNumber } from '../as-of-options.js';
import type { CliFailure, ExitCode } from '../failure.js';
import { type Online, online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

type Row = Pick<EventView, 'index' | 'recordedAt' | 'stream' | 'type' | 'actor' | 'data'>;

const Telling = t.partial({
  reason: t.string,
  subject: t.string,
  role: t.string,
  version: t.string,
  name: t.string,
  host: t.string,
  record: t.type({
    verdict: t.string,
    rules: t.readonlyArray(t.type({ outcome: t.string, reasons: t.readonlyArray(t.type({ code: t.string })) })),
  }),
});

/** What an event is about, in few words. */
const aboutText = (data: unknown): string => {
  if (!Telling.is(data)) return '';
  const { record, reason, ...rest } = data;
  const named = [rest.name, rest.version, rest.subject, rest.role, rest.host].filter(
    (part) => typeof part === 'string',
  );
  const codes = (record?.rules ?? [])
    .filter(({ outcome }) => outcome === 'failed')
    .flatMap(({ reasons }) => reasons.map(({ code }) => code));
  return printable([...named, ...new Set(codes), ...(reason === undefined ? [] : [`"${reason}"`])].join(' '));
};

const rowsText = (paint: Paint, events: ReadonlyArray<Row>): string =>
  tableOf(
    paint,
    ['entry', 'recorded', 'stream', 'what', 'by', 'about'],
    events.map(({ index, recordedAt, stream, type, actor, data }) => [
      String(index),
      when(recordedAt),
      stream,
      type,
      actor.subject,
      aboutText(data),
    ]),
  );

const ofHost = (given: Online): TE.TaskEither<CliFailure, ExitCode> => {
  const query = { limit: Number(given.options['limit']), cursor: given.options['before'] as number | undefined };
  const path = `/v1/hosts/${segment(given.args[0])}/history`;
  return showAnswer(given, { operation: 'showHostHistory', method: 'GET', path, query }, HistoryAnswer, (answer) =>
    [rowsText(given.paint, answer.events), asOfText(answer)].join('\n'),
  );
};

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
      given.print(given.json ? JSON.stringify(json) : [rowsText(given.paint, rows), asOfText(body)].join('\n'));
      return done;
    }),
  );
};

export const historyCommand: AddCommand = (parent, cli) => {
  const command = parent
    .command('history [host]')
    .description('what was recorded: about a host (newest first), or in the whole ledger (for auditors)')
    .option('--limit <n>', 'how many entries, at most 500', wholeNumber, 50)
    .option('--before <n>', 'only before this revision of the host, or this ledger entry', wholeNumber)
    .addHelpText('after', '\nExamples:\n  $ sekisho history web-1\n  $ sekisho history --limit 20 --as auditor-1');
  online(cli, command, (given) => (given.args[0] === undefined ? ofLedger(given) : ofHost(given)));
};
