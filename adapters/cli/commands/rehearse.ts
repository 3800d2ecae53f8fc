import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type HostRehearsal, RehearsalAnswer, type WouldBeChange } from '../../http/codecs/rehearsals.js';
import type { AddCommand } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import { type CliFailure, EXIT, type ExitCode } from '../failure.js';
import { type Online, online } from '../online.js';
import { asOfText } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';
import { reasonText } from '../verdict-text.js';
import { withWouldBe, wouldBeOf } from '../would-be-options.js';

/** All pages of one moment. */
type Whole = Pick<typeof RehearsalAnswer._A, 'asOf' | 'judgedAt' | 'hostCount' | 'hosts'>;

const PAGE = 100;

const rehearsed = (
  given: Online,
  change: WouldBeChange,
  moment: { readonly at?: string; readonly index?: number },
  before: ReadonlyArray<HostRehearsal>,
): TE.TaskEither<CliFailure, Whole> =>
  pipe(
    given.client.call(
      {
        operation: 'rehearse',
        method: 'POST',
        path: '/v1/rehearsals',
        body: { change, ...moment, cursor: before.length, limit: PAGE },
      },
      RehearsalAnswer,
    ),
    TE.flatMap(({ body }) => {
      const hosts = [...before, ...body.hosts];
      given.progress(`${String(hosts.length)} of ${String(body.hostCount)} hosts judged`);
      if (body.nextCursor !== null) {
        const same = moment.index === undefined ? { at: body.judgedAt } : moment;
        return rehearsed(given, change, same, hosts);
      }
      given.progress('');
      return TE.right({ asOf: body.asOf, judgedAt: body.judgedAt, hostCount: body.hostCount, hosts });
    }),
  );

const HEAD = ['host', 'evidence', 'would be', 'image', 'why'];

const effectText = (paint: Paint, effect: string): string => {
  switch (effect) {
    case 'would-fail':
      return paint.red('REFUSED (passes now)');
    case 'fails':
      return paint.yellow('refused (as now)');
    case 'would-pass':
      return paint.green('trusted (fails now)');
    case 'passes':
      return 'trusted (as now)';
    default:
      return paint.yellow('unknown');
  }
};

const whyOf = ({ evidence, then, findings }: HostRehearsal): string => {
  if (evidence === null) return 'no evidence with its present attestation key';
  return then === null
    ? findings.map((each) => printable(JSON.stringify(each))).join('\n')
    : then.reasons.map(reasonText).join('\n');
};

const counted = ({ hosts }: Whole, effect: string): string =>
  String(hosts.filter((each) => each.effect === effect).length);

const textOf = ({ paint, options }: Online, whole: Whole): string => {
  const shown = whole.hosts.filter(({ effect }) => options['all'] === true || effect !== 'passes');
  const rows = shown.map((each) => [
    printable(each.host),
    when(each.evidence?.at),
    effectText(paint, each.effect),
    printable(each.then?.image?.version ?? '-'),
    whyOf(each),
  ]);
  const counts = [
    `${counted(whole, 'would-fail')} would fail that pass now`,
    `${counted(whole, 'would-pass')} would pass that fail now`,
    `${counted(whole, 'passes')} pass as now`,
    `${counted(whole, 'fails')} fail as now`,
    `${counted(whole, 'unknown')} unknown`,
  ];
  return [
    ...(rows.length === 0 ? [] : [tableOf(paint, HEAD, rows)]),
    `${String(whole.hostCount)} hosts: ${counts.join(', ')}.`,
    `Judged for ${when(whole.judgedAt)}. Nothing was recorded.`,
    asOfText(whole),
  ].join('\n');
};

const HELP = `
Each host's newest evidence is judged by the reference values as they are and as they would be, by the appraiser that its verdict
names. Exit code 1: a host that passes now would fail.

Examples:
  $ sekisho rehearse --image esxi-8.0.4.json --only-these
  $ sekisho rehearse --approve esxi-8.0.4 --withdraw esxi-8.0.3
  $ sekisho rehearse --set requireListedTpmModel=true --at 2026-11-01`;

export const rehearseCommand: AddCommand = (parent, cli) => {
  const command = withAsOf(withWouldBe(parent.command('rehearse')))
    .description('which hosts would fail if the policy, images, CAs or keys were changed; nothing is recorded')
    .option('--all', 'list hosts that pass now and then, too', false)
    .addHelpText('after', HELP);
  online(
    cli,
    command,
    (given): TE.TaskEither<CliFailure, ExitCode> =>
      pipe(
        wouldBeOf(given),
        TE.flatMap((change) => rehearsed(given, change, asOfQuery(given.options), [])),
        TE.map((whole) => {
          given.print(given.json ? JSON.stringify(whole) : textOf(given, whole));
          return whole.hosts.some(({ effect }) => effect === 'would-fail') ? EXIT.negative : EXIT.ok;
        }),
      ),
  );
};
