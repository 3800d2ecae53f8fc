import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { BaseImage } from '../../../domain/appraisal/base-image.js';
import { type ImageChanges, imageChanges } from '../../../domain/appraisal/image-changes.js';
import { ImageAnswer, ImageUseAnswer } from '../../http/codecs/reads.js';
import { type Cli, done } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import type { CliFailure, ExitCode } from '../failure.js';
import { readDocument } from '../input.js';
import { type Online, online } from '../online.js';
import { segment } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

/** A name with a slash or ending in `.json` is a file; every other one is a version that the authority knows. */
const isFile = (name: string): boolean => name.includes('/') || name.endsWith('.json');

const imageNamed = (given: Online, name: string): TE.TaskEither<CliFailure, BaseImage> =>
  isFile(name)
    ? readDocument(name, BaseImage)
    : pipe(
        given.client.call(
          {
            operation: 'showBaseImage',
            method: 'GET',
            path: `/v1/base-images/${segment(name)}`,
            query: { ...asOfQuery(given.options) },
          },
          ImageAnswer,
        ),
        TE.map(({ body }) => body.document),
      );

type Row = ReadonlyArray<string>;

/** One line for each thing that somebody has to look at. */
export const changesText = (paint: Paint, { added, removed, changed }: ImageChanges): string => {
  if (added.length + removed.length + changed.length === 0) return 'They allow the same.';
  const rows: ReadonlyArray<Row> = [
    ...removed.map(({ section, name, says }): Row => [paint.red('removed'), section, printable(name), printable(says)]),
    ...changed.map(
      ({ section, name, said, says }): Row => [
        paint.yellow('changed'),
        section,
        printable(name),
        `${printable(said)}\n${printable(says)}`,
      ],
    ),
    ...added.map(({ section, name, says }): Row => [paint.green('added'), section, printable(name), printable(says)]),
  ];
  const counts = `${String(added.length)} added, ${String(removed.length)} removed, ${String(changed.length)} changed.`;
  return [tableOf(paint, ['', 'what', 'name', 'allows'], rows), counts].join('\n');
};

const compared = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    TE.Do,
    TE.bind('before', () => imageNamed(given, given.args[0] ?? '')),
    TE.bind('after', () => imageNamed(given, given.args[1] ?? '')),
    TE.map(({ before, after }) => {
      const changes = imageChanges(before, after);
      given.print(given.json ? JSON.stringify(changes) : changesText(given.paint, changes));
      return done;
    }),
  );

const diff = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('diff <before> <after>'))
    .description('what one image allows otherwise than another: modules, files, command line, signers')
    .addHelpText(
      'after',
      '\nEach is a version that the authority knows, or a file (with a slash, or ending in .json).\n\nExample:\n  $ sekisho base-image diff esxi-8.0.3 ./esxi-8.0.4.json',
    );
  online(cli, command, compared);
};

const MOST_NAMED = 12;

const hostsText = (hosts: ReadonlyArray<string>): string => {
  const more = hosts.length - MOST_NAMED;
  return printable([...hosts.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${String(more)} more`] : [])].join(', '));
};

const useText = ({ paint }: Online, answer: ImageUseAnswer): string => {
  const rows = answer.images.map(({ version, digest, hosts, lastAttested }) => [
    printable(version),
    digest.slice(0, 16),
    String(hosts.length),
    String(hosts.filter(({ state }) => state === 'trusted').length),
    `${when(lastAttested.time)} (${printable(lastAttested.host)})`,
    hostsText(hosts.map(({ host }) => host)),
  ]);
  return [
    tableOf(paint, ['version', 'digest', 'hosts', 'trusted', 'last attested', 'which'], rows),
    ...(answer.unknown.length === 0 ? [] : [`No image fits: ${hostsText(answer.unknown)}`]),
    ...(answer.unseen.length === 0 ? [] : [`No evidence yet: ${hostsText(answer.unseen)}`]),
    asOfText(answer),
  ].join('\n');
};

const use = (group: Command, cli: Cli): void => {
  online(cli, withAsOf(group.command('use')).description('which hosts run which image, now or then'), (given) =>
    showAnswer(
      given,
      {
        operation: 'showBaseImageUse',
        method: 'GET',
        path: '/v1/base-image-use',
        query: { ...asOfQuery(given.options) },
      },
      ImageUseAnswer,
      (answer) => useText(given, answer),
    ),
  );
};

export const addCompare = (group: Command, cli: Cli): void => {
  diff(group, cli);
  use(group, cli);
};
