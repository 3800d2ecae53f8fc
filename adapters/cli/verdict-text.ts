import type { Paint } from './terminal.js';
import { printable, tableOf } from './terminal.js';

interface ShownReason {
  readonly code: string;
  readonly subject?: string;
  readonly pcr?: number;
  readonly event?: number;
  readonly expected?: string;
  readonly actual?: string;
}

interface ShownRule {
  readonly rule: string;
  readonly outcome: string;
  readonly reasons: ReadonlyArray<ShownReason>;
  readonly because?: string;
}

export const reasonText = ({ code, subject, pcr, event, expected, actual }: ShownReason): string =>
  [
    code,
    subject,
    pcr === undefined ? undefined : `PCR ${String(pcr)}`,
    event === undefined ? undefined : `measurement ${String(event)}`,
    expected === undefined ? undefined : `expected ${expected}`,
    actual === undefined ? undefined : `found ${actual}`,
  ]
    .filter((part) => part !== undefined)
    .map((part, i) => (i === 0 ? part : printable(part)))
    .join('  ');

const outcomeText = (paint: Paint, outcome: string): string => {
  switch (outcome) {
    case 'passed':
      return paint.green('passed');
    case 'failed':
      return paint.red('FAILED');
    case 'excepted':
      return paint.yellow('excepted');
    case 'not-checked':
      return paint.yellow('not checked');
    default:
      return paint.dim('not asked for');
  }
};

const ruleRow =
  (paint: Paint) =>
  ({ rule, outcome, reasons, because }: ShownRule): ReadonlyArray<string> => [
    rule,
    outcomeText(paint, outcome),
    [...(because === undefined ? [] : [printable(because)]), ...reasons.map(reasonText)].join('\n'),
  ];

/** Every rule with its outcome; an auditor sees all of them, not the first that failed. */
export const rulesText = (paint: Paint, rules: ReadonlyArray<ShownRule>): string =>
  tableOf(paint, ['rule', 'outcome', 'why'], rules.map(ruleRow(paint)));

export const verdictText = (paint: Paint, verdict: string, notChecked: ReadonlyArray<string> = []): string => {
  if (verdict !== 'affirming') return `${paint.bold(paint.red('CONTRAINDICATED'))}: it is not to be trusted`;
  const means = notChecked.length === 0 ? 'it boots what was approved' : 'nothing that was checked speaks against it';
  return `${paint.bold(paint.green('AFFIRMING'))}: ${means}`;
};
