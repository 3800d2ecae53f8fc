import { type Explanation as Explained, Explanation } from '../../http/codecs/reads.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, wholeNumber, withAsOf } from '../as-of-options.js';
import { online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';
import { reasonText, rulesText, verdictText } from '../verdict-text.js';

const act = (word: string, given: { readonly by: string; readonly time: string; readonly index: number } | null): string =>
  given === null ? '' : `${word} by ${given.by} at ${when(given.time)} (entry ${String(given.index)})`;

const imageText = ({ image }: Explained['reference']): string =>
  image === null
    ? 'none fits'
    : [`${image.version} (${image.digest.slice(0, 16)})`, act('proposed', image.proposed), act('approved', image.approved)]
        .filter((part) => part !== '')
        .join('\n');

const textOf = (paint: Paint, answer: Explained): string => {
  const { verdict, evidence, reference, host } = answer;
  const { tpmCa } = reference;
  const rows = [
    ['judged', `${when(verdict.at)} by appraiser ${String(verdict.appraiser)}, counts until ${when(verdict.notAfter)}`],
    ['recorded', `entry ${String(verdict.index)}, revision ${String(verdict.revision)} of host/${host}`],
    ['evidence', evidence.evidence],
    ['claims', evidence.claims],
    ['challenge', evidence.challenge ?? '-'],
    ['reference values', `${reference.stream} revision ${String(reference.revision)}`],
    ['base image', printable(imageText(reference))],
    ['TPM CA', tpmCa === null ? '-' : printable(`${tpmCa.name}: ${tpmCa.subject}\n${act('trusted', tpmCa.trusted)}`)],
    ['endorsement key', reference.endorsementKey ?? '-'],
    ['exceptions', verdict.exceptions.join(', ') || '-'],
  ];
  return [
    paint.bold(`Verdict on ${host}, graded ${verdict.grade}`),
    verdictText(paint, verdict.verdict),
    ...verdict.reasons.map((reason) => `  ${reasonText(reason)}`),
    '',
    rulesText(paint, verdict.rules),
    '',
    tableOf(paint, ['made from', ''], rows),
    asOfText(answer),
  ].join('\n');
};

export const explainCommand: AddCommand = (parent, cli) => {
  const command = withAsOf(parent.command('explain <host>'))
    .description('a verdict down to its rules, its evidence, and who approved what it was compared with')
    .option('--revision <n>', "which verdict, by revision of the host's stream; default: the newest", wholeNumber)
    .addHelpText('after', '\nExamples:\n  $ sekisho explain web-1\n  $ sekisho explain web-1 --revision 7 --json');
  online(cli, command, (given) => {
    const which = given.options['revision'] ?? 'latest';
    const path = `/v1/hosts/${segment(given.args[0])}/verdicts/${String(which)}`;
    const query = { ...asOfQuery(given.options) };
    return showAnswer(given, { operation: 'explainVerdict', method: 'GET', path, query }, Explanation, (answer) =>
      textOf(given.paint, answer),
    );
  });
};
