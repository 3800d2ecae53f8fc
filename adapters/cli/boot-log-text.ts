import type { BootClaims, BootLogFinding } from '../../domain/boot-log/claims.js';
import type { DescribedMeasurement } from '../../domain/boot-log/describe-log.js';
import type { DescribedField } from '../../domain/boot-log/described-field.js';
import type { BootLogDocument } from './boot-log-document.js';
import { type Paint, printable, tableOf } from './terminal.js';

const MARKS = { 'covered-by-digest': '=', claim: '~' } as const;
const MOST = 100;

const cut = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST - 3)}...` : text);

const fieldText = (paint: Paint, { name, value, coverage }: DescribedField): string => {
  const text = `${name} ${MARKS[coverage]} ${cut(printable(value))}`;
  return coverage === 'claim' ? paint.dim(text) : text;
};

const measurementRow =
  (paint: Paint, bank: string) =>
  ({ index, pcr, typeName, extended, digests, fields }: DescribedMeasurement): ReadonlyArray<string> => [
    String(index),
    pcr > 23 ? '-' : String(pcr),
    typeName,
    extended ? (digests.find((each) => each.bank === bank)?.digest ?? '').slice(0, 16) : paint.dim('not measured'),
    fields.map((field) => fieldText(paint, field)).join('\n'),
  ];

const registerRows = (pcrs: BootLogDocument['pcrs']): ReadonlyArray<ReadonlyArray<string>> =>
  Object.entries(pcrs).flatMap(([bank, values]) =>
    Object.entries(values)
      .filter(([, value]) => !/^(?:00)+$|^(?:ff)+$/.test(value))
      .map(([pcr, value]) => [bank, pcr, value]),
  );

const yes = (value: boolean | undefined): string => (value === undefined ? 'not measured' : value ? 'yes' : 'no');

const claimRows = (claims: BootClaims): ReadonlyArray<ReadonlyArray<string>> => {
  const { secureBoot, esxi } = claims;
  return [
    ['UEFI', yes(claims.uefi)],
    ['Secure Boot', secureBoot.state],
    [
      'keys',
      `PK ${String(secureBoot.pk.length)}, KEK ${String(secureBoot.kek.length)}, db ${String(secureBoot.db.length)}, dbx ${String(secureBoot.dbx.length)}`,
    ],
    ['firmware', claims.firmwareVersion ?? 'not measured'],
    ...secureBoot.authorities.map((each) => [
      'authority',
      `${each.variable} ${each.subject ?? each.sha256.slice(0, 16)}`,
    ]),
    ...claims.bootApplications.map((each) => ['boot application', `${each.digest.slice(0, 16)} ${each.path ?? ''}`]),
    ...claims.commandLines.map((each) => ['command line', each.text]),
    ...(esxi?.productVersions ?? []).map((each) => ['ESXi', `${each.component} ${each.version}`]),
    ...(esxi === undefined ? [] : [['ESXi modules', String(esxi.modules.length)]]),
  ].map(([name = '', value = '']) => [name, cut(printable(value))]);
};

const findingText = ({ code, pcr, event, detail }: BootLogFinding): string => {
  const where = [
    pcr === undefined ? '' : `PCR ${String(pcr)}`,
    event === undefined ? '' : `measurement ${String(event)}`,
  ];
  return `${code}  ${where.filter((part) => part !== '').join(', ')}${detail === undefined ? '' : `  ${printable(detail)}`}`;
};

const findings = (paint: Paint, found: ReadonlyArray<BootLogFinding>): string =>
  found.length === 0
    ? paint.green('Nothing contradicts itself in this log.')
    : [paint.red('What is wrong with it'), ...found.map((finding) => `  ${findingText(finding)}`)].join('\n');

/** The document for people. */
export const bootLogText = (paint: Paint, document: BootLogDocument): string => {
  const { format, banks, bank, measurements, pcrs } = document;
  const head = `${format} log, banks ${banks.join(', ')}, ${String(measurements.length)} measurements (digests in ${bank})`;
  return [
    paint.bold(head),
    `"=" is covered by the digest, "~" is a claim that nothing vouches for`,
    '',
    tableOf(paint, ['#', 'PCR', 'type ~', 'digest', 'says'], measurements.map(measurementRow(paint, bank))),
    '',
    paint.bold('Replayed registers (those that were extended)'),
    tableOf(paint, ['bank', 'PCR', 'value'], registerRows(pcrs)),
    '',
    paint.bold('What it says, if a quote covers these registers'),
    tableOf(paint, ['claim', 'value'], claimRows(document.claims)),
    '',
    findings(paint, document.findings),
  ].join('\n');
};
