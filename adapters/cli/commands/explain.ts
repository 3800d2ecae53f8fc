import { Explanation } from '../../http/codecs/reads.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, wholeNumber, withAsOf } from '../as-of-options.js';
import { online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';
import { reasonText, rulesText, verdictText } from '../verdict-text.js';

type Attributed = NonNullable<Explanation['certification']>;

const act = (word: string, given: Pick<Attributed, 'by' | 'time' | 'index'> | null): string =>
  given === null ? '' : `${word} by ${given.by} at ${when(given.time)} (entry ${String(given.index)})`;

const lines = (...parts: ReadonlyArray<string>): string => printable(parts.filter((part) => part !== '').join('\n'));

const madeFrom = (answer: Explanation): ReadonlyArray<ReadonlyArray<string>> => {
  const { verdict, evidence, basis, image, tpmCa, policy, certification, host } = answer;
  return [
    ['judged', `${when(verdict.at)} by appraiser ${String(answer.appraiser)}, counts until ${when(verdict.notAfter)}`],
    ['recorded', `entry ${String(verdict.index)}, revision ${String(verdict.revision)} of host/${host}`],
    ['evidence', evidence.evidence],
    ['claims', evidence.claims],
    ['challenge', evidence.challenge],
    ['attestation key', act('certified', certification) || '-'],
    ['endorsement key', answer.endorsementKey ?? '-'],
    ['reference values', `${basis.stream || 'none'} revision ${String(basis.revision)}`],
    ['policy', act('set', policy.changed) || 'built-in'],
    [
      'base image',
      image === null
        ? 'none fits'
        : lines(image.version, act('proposed', image.proposed), act('approved', image.approved)),
    ],
    ['TPM CA', tpmCa === null ? '-' : lines(tpmCa.name, act('trusted', tpmCa.trusted))],
    ['exceptions', verdict.exceptions.join(', ') || '-'],
  ];
};

const textOf = (paint: Paint, answer: Explanation): string => {
  const { verdict, host, findings } = answer;
  return [
    paint.bold(`Verdict on ${host}, graded ${verdict.grade}`),
    verdictText(paint, verdict.verdict),
    ...verdict.reasons.map((reason) => `  ${reasonText(reason)}`),
    '',
    rulesText(paint, verdict.rules),
    '',
    tableOf(paint, ['made from', ''], madeFrom(answer)),
    ...findings.map((finding) => paint.red(printable(JSON.stringify(finding)))),
    asOfText(answer),
  ].join('\n');
};

export const explainCommand: AddCommand = (parent, cli) => {
  const command = withAsOf(parent.command('explain <host>'))
    .description('a verdict down to its rules, its evidence, and who approved what it was compared with')
    .option('--revision <n>', "which verdict, by revision of the host's stream; default: the newest", wholeNumber)
    .addHelpText('after', '\nExamples:\n  $ sekisho explain web-1\n  $ sekisho explain web-1 --revision 7 --json');
  online(cli, command, (given) => {
    const { revision } = given.options;
    const which = typeof revision === 'number' ? String(revision) : 'latest';
    const path = `/v1/hosts/${segment(given.args[0])}/verdicts/${which}`;
    const query = { ...asOfQuery(given.options) };
    return showAnswer(given, { operation: 'explainVerdict', method: 'GET', path, query }, Explanation, (answer) =>
      textOf(given.paint, answer),
    );
  });
};
