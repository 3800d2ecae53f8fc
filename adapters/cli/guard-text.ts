import type { AdviceAnswer, GuardAnswer } from '../http/codecs/guard.js';
import type { DecisionsAnswer, GuardPolicyAnswer, KeptDecision } from '../http/codecs/guard-decisions.js';
import { asOfText } from './show-answer.js';
import { type Paint, printable, tableOf, when } from './terminal.js';

type Reasons = GuardAnswer['reasons'];

const reasonLines = (reasons: Reasons): ReadonlyArray<string> =>
  reasons.map(({ code, part, about }) => printable(`  ${code}  ${part} ${about}`));

const ageText = ({ age, most }: GuardAnswer['freshness']): string =>
  age === null
    ? 'What is known was never whole.'
    : `What is known is ${String(age)} ms old, of ${String(most)} that it may be.`;

const truthLines = (answer: Pick<GuardAnswer, 'asOf' | 'freshness'>): ReadonlyArray<string> => [
  asOfText(answer),
  ...(answer.freshness.age !== null && answer.freshness.age <= answer.freshness.most
    ? []
    : [ageText(answer.freshness)]),
];

const keyLines = (key: GuardAnswer['key']): ReadonlyArray<string> => {
  if (key === null) return [];
  const { allowed, provider, host, reasons } = key;
  return [
    printable(
      allowed
        ? `Keys of ${provider} are released to ${host}.`
        : `No key of ${provider} is released to ${host}: ${reasons.join(', ')}.`,
    ),
  ];
};

/** A yes or a no with all that it leans on. */
export const answerText = (paint: Paint, answer: GuardAnswer): string => {
  const { allowed, reasons, until, recorded, key } = answer;
  return [
    allowed ? paint.green('Yes.') : paint.red('No:'),
    ...reasonLines(reasons),
    ...keyLines(key),
    ...(until === null ? [] : [`Until ${when(until)}, if nothing happens.`]),
    ...(recorded === null ? [] : [`Kept in entry ${String(recorded)}.`]),
    ...truthLines(answer),
  ].join('\n');
};

const elsewhereText = ({ count, first }: AdviceAnswer['elsewhere']): string =>
  count === 0
    ? 'No other host of its cluster is protected.'
    : `Protected in its cluster: ${printable(first.join(', '))}${count > first.length ? `, and ${String(count - first.length)} more` : ''}.`;

export const adviceText = (paint: Paint, answer: AdviceAnswer): string =>
  [
    answer.protected
      ? paint.green(`${printable(answer.host)} is inside the protected area: nothing to do.`)
      : paint.red(`${printable(answer.host)} is outside the protected area:`),
    ...reasonLines(answer.reasons),
    ...(answer.actions.length === 0 ? [] : [`Advice: ${answer.actions.join(', ')}.`, elsewhereText(answer.elsewhere)]),
    ...truthLines(answer),
  ].join('\n');

/** Questions are shown as they were asked: an open record, read with care. */
const field = (question: Readonly<Record<string, unknown>>, name: string): string =>
  typeof question[name] === 'string' ? question[name] : '';

const placesOf = (question: Readonly<Record<string, unknown>>): string =>
  'host' in question ? field(question, 'host') : `${field(question, 'from')} -> ${field(question, 'to')}`;

const workloadOf = ({ workload }: Readonly<Record<string, unknown>>): string =>
  typeof workload === 'object' && workload !== null && 'id' in workload && typeof workload.id === 'string'
    ? workload.id
    : '-';

const decisionCells = (paint: Paint, { entry, at, asker, question, allowed, reasons }: KeptDecision) => [
  String(entry),
  when(at),
  printable(asker),
  printable(field(question, 'ask')),
  printable(workloadOf(question)),
  printable(placesOf(question)),
  allowed ? paint.green('yes') : paint.red('no'),
  printable(reasons.map(({ code }) => code).join(', ')) || '-',
];

export const decisionsText = (paint: Paint, answer: DecisionsAnswer): string =>
  [
    answer.decisions.length === 0
      ? 'No answers were found.'
      : tableOf(
          paint,
          ['entry', 'time', 'asked by', 'ask', 'workload', 'host', 'answer', 'reasons'],
          answer.decisions.map((decision) => decisionCells(paint, decision)),
        ),
    ...(answer.nextCursor === null ? [] : [`There may be more: --cursor ${answer.nextCursor}`]),
    asOfText(answer),
  ].join('\n');

const KEPT: Readonly<Record<string, string>> = {
  all: 'Every answer is kept.',
  refusals: 'Every no is kept.',
  none: 'No answer is kept.',
};

export const guardPolicyText = (paint: Paint, answer: GuardPolicyAnswer): string => {
  const { record, changed, askers } = answer;
  return [
    KEPT[record] ?? printable(record),
    ...(changed === null ? [] : [printable(`Since ${when(changed.time)}, by ${changed.by}: ${changed.reason}`)]),
    ...(askers.length === 0
      ? []
      : [
          tableOf(
            paint,
            ['asked by', 'yes', 'no', 'not kept', 'last'],
            askers.map(({ subject, allowed, refused, unrecorded, last }) => [
              printable(subject),
              String(allowed),
              String(refused),
              String(unrecorded),
              when(last.time),
            ]),
          ),
        ]),
    asOfText(answer),
  ].join('\n');
};
