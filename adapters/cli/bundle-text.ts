import type { BundleReport } from '../../domain/bundle/verify-bundle.js';
import { eventWords } from '../bundle-text/event-words.js';
import { faultWords } from '../bundle-text/fault-words.js';
import { type Mark, statementsOf } from '../bundle-text/statements.js';
import { type Paint, printable, tableOf, when } from './terminal.js';

const markText = (paint: Paint, mark: Mark): string => {
  switch (mark) {
    case 'proved':
      return paint.green('proved    ');
    case 'said':
      return paint.yellow('said      ');
    case 'open':
      return paint.dim('not shown ');
    case 'refuted':
      return paint.red('REFUTED   ');
  }
};

const WIDTH = 108;

/** Words in lines of at most `WIDTH`, each behind the same margin. */
const wrapped = (text: string, margin: string): string => {
  const lines: Array<string> = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${margin}${line}`).join('\n');
};

const eventsText = (paint: Paint, { events }: BundleReport): string =>
  tableOf(
    paint,
    ['entry', 'recorded', 'by', 'what'],
    events
      .filter(({ inPeriod }) => inPeriod)
      .map(({ recorded }) => [
        String(recorded.index),
        when(recorded.recordedAt),
        printable(recorded.actor.subject),
        printable(eventWords(recorded)),
      ]),
  );

/** A report for people: what is proved, on whose word the rest is, and the events in sentences. */
export const bundleText = (paint: Paint, report: BundleReport): string => {
  const statements = statementsOf(report).map(
    ({ mark, title, text }) => `${markText(paint, mark)}${paint.bold(title)}\n${wrapped(text, ' '.repeat(10))}`,
  );
  const more = report.faultCount - report.faults.length;
  const faults = [
    ...report.faults.map((fault) => `  ${printable(faultWords(fault))}`),
    ...(more > 0 ? [`  and ${String(more)} more`] : []),
  ];
  const events = report.faultCount > 0 ? [] : [eventsText(paint, report)];
  return [...statements, ...faults, ...events].join('\n');
};
