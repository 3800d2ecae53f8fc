import * as t from 'io-ts';
import type { EventView } from '../http/codecs/reads.js';
import { type Paint, printable, tableOf, when } from './terminal.js';

type HistoryRow = Pick<EventView, 'index' | 'recordedAt' | 'stream' | 'type' | 'actor' | 'data'>;

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

/** For people. */
export const historyText = (paint: Paint, events: ReadonlyArray<HistoryRow>): string =>
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
