import type { BundleEvent } from '../../../domain/bundle/replay-bundle.js';
import type { BundleReport } from '../../../domain/bundle/verify-bundle.js';
import { eventWords } from '../../bundle-text/event-words.js';
import { faultWords } from '../../bundle-text/fault-words.js';
import { type Mark, type Statement, statementsOf } from '../../bundle-text/statements.js';

type Child = Node | string;

/** Elements are made, never parsed: text of a bundle stays text. */
const el = (
  tag: string,
  attributes: Readonly<Record<string, string>>,
  ...children: ReadonlyArray<Child>
): HTMLElement => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const MARKS: Readonly<Record<Mark, string>> = {
  proved: 'Proved',
  said: 'On its word',
  open: 'Not shown',
  refuted: 'Refuted',
};

const statement = ({ mark, title, text }: Statement): HTMLElement =>
  el(
    'li',
    { class: `statement ${mark}` },
    el('span', { class: 'mark' }, MARKS[mark]),
    el('div', {}, el('h3', {}, title), el('p', {}, text)),
  );

const when = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;

const OUTCOMES = {
  same: ['made again: the same', 'proved'],
  different: ['made again: DIFFERENT', 'refuted'],
  'not-made-again': ['not made again', 'open'],
} as const;

/** The authority's own subject is its key id, which the events say anyway. */
const actorOf = ({ actor: { subject, role } }: BundleEvent['recorded']): ReadonlyArray<Child> =>
  role === 'authority' ? ['the authority'] : [subject, el('small', {}, role.replaceAll('-', ' '))];

const eventRow = ({ verdicts }: BundleReport, { recorded }: BundleEvent): HTMLElement => {
  const made = verdicts.find(({ index }) => index === recorded.index);
  const [label, mark] = made === undefined ? ['', ''] : OUTCOMES[made.outcome];
  const kind = made === undefined ? '' : made.verdict;
  return el(
    'tr',
    { class: kind },
    el('td', { class: 'number' }, String(recorded.index)),
    el('td', { class: 'time' }, when(recorded.recordedAt)),
    el('td', {}, ...actorOf(recorded)),
    el('td', {}, eventWords(recorded), ...(label === '' ? [] : [el('small', { class: mark }, label)])),
  );
};

const eventTable = (report: BundleReport, events: ReadonlyArray<BundleEvent>): HTMLElement =>
  el(
    'div',
    { class: 'scroll' },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, ...['Entry', 'Recorded', 'By', 'What'].map((title) => el('th', {}, title)))),
      el('tbody', {}, ...events.map((event) => eventRow(report, event))),
    ),
  );

const section = (title: string, ...children: ReadonlyArray<Child>): HTMLElement =>
  el('section', {}, el('h2', {}, title), ...children);

const eventSections = (report: BundleReport): ReadonlyArray<HTMLElement> => {
  const asked = report.events.filter(({ inPeriod }) => inPeriod);
  const others = report.events.filter(({ inPeriod }) => !inPeriod);
  return [
    section(`What was recorded about ${report.scope.host}`, eventTable(report, asked)),
    ...(others.length === 0
      ? []
      : [section('What it rests on: who approved what, and whose keys count', eventTable(report, others))]),
  ];
};

const fact = (name: string, value: string): ReadonlyArray<HTMLElement> => [el('dt', {}, name), el('dd', {}, value)];

const facts = ({ scope, tree, authority }: BundleReport, name: string): HTMLElement =>
  el(
    'dl',
    {},
    ...fact('File', name),
    ...fact('Host', scope.host),
    ...fact('Period', `${scope.from ?? 'the beginning'} – ${scope.to ?? 'the end of the log'}`),
    ...fact('Authority key', authority),
    ...(tree === undefined ? [] : fact('Log', `${tree.origin}, ${String(tree.size)} entries, root ${tree.root}`)),
  );

const banner = ({ faultCount }: BundleReport): HTMLElement =>
  faultCount === 0
    ? el('div', { class: 'banner good', id: 'banner' }, el('strong', {}, 'Proved.'), ' Every check passed.')
    : el(
        'div',
        { class: 'banner bad', id: 'banner' },
        el('strong', {}, 'Refused.'),
        ` ${String(faultCount)} ${faultCount === 1 ? 'check' : 'checks'} failed: nothing in this file counts.`,
      );

/** The report as a person reads it: the answer first, then what is proved and on whose word, then every event in words. */
export const reportView = (report: BundleReport, name: string): HTMLElement => {
  const bad = report.faultCount > 0;
  return el(
    'article',
    {},
    banner(report),
    ...(bad
      ? [
          section(
            'What failed',
            el('ul', { class: 'faults' }, ...report.faults.map((f) => el('li', {}, faultWords(f)))),
          ),
        ]
      : []),
    facts(report, name),
    section('What this file shows', el('ul', { class: 'statements' }, ...statementsOf(report).map(statement))),
    ...(bad ? [] : eventSections(report)),
  );
};
