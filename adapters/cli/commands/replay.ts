import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Replayed } from '../../http/codecs/audit.js';
import type { AddCommand } from '../action.js';
import { instant } from '../as-of-options.js';
import { EXIT } from '../failure.js';
import { online } from '../online.js';
import { type Paint, printable } from '../terminal.js';

const madeAgain = ({ checked, releases, decisions }: typeof Replayed._A): string =>
  [
    `${String(checked)} verdicts`,
    ...(releases === 0 ? [] : [`${String(releases)} decisions about keys`]),
    ...(decisions === 0 ? [] : [`${String(decisions)} answers of the guard`]),
  ]
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1');

const textOf = (paint: Paint, answer: typeof Replayed._A): string => {
  const { checked, releases, decisions, differenceCount, differences } = answer;
  if (differenceCount === 0) {
    return checked + releases + decisions === 0
      ? 'There are no such verdicts.'
      : paint.green(`${madeAgain(answer)} made again: all came out the same.`);
  }
  return [
    paint.red(`${madeAgain(answer)} made again: ${String(differenceCount)} came out differently.`),
    ...differences.flatMap(({ host, index, revision, differences: found }) => [
      `${host} revision ${String(revision)} (entry ${String(index)}):`,
      ...found.map((each) => `  ${printable(JSON.stringify(each))}`),
    ]),
  ].join('\n');
};

export const replayCommand: AddCommand = (parent, cli) => {
  const command = parent
    .command('replay')
    .description(
      'make past verdicts, and decisions about keys and workloads, again; exit code 1 if any comes out differently',
    )
    .option('--host <host>', 'only of this host')
    .option('--from <instant>', 'only those recorded at or after', instant)
    .option('--to <instant>', 'only those recorded at or before', instant)
    .addHelpText('after', '\nExamples:\n  $ sekisho replay\n  $ sekisho replay --host web-1 --from 2026-01-01 --json');
  online(cli, command, ({ client, options, json, paint, print }) => {
    const body = { host: options['host'], from: options['from'], to: options['to'] };
    return pipe(
      client.call({ operation: 'replay', method: 'POST', path: '/v1/replay', body }, Replayed),
      TE.map(({ body: answer }) => {
        print(json ? JSON.stringify(answer) : textOf(paint, answer));
        return answer.differenceCount === 0 ? EXIT.ok : EXIT.negative;
      }),
    );
  });
};
