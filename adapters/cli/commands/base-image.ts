import type { Command } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { BaseImage } from '../../../domain/appraisal/base-image.js';
import { describeImage } from '../../../domain/appraisal/describe-image.js';
import { type ImageChanges, imageChanges } from '../../../domain/appraisal/image-changes.js';
import { ImageAnswer, ImagesAnswer } from '../../http/codecs/reads.js';
import { type AddCommand, type Cli, done } from '../action.js';
import { asOfQuery, withAsOf } from '../as-of-options.js';
import type { CliFailure, ExitCode } from '../failure.js';
import { readDocument } from '../input.js';
import { type Online, online } from '../online.js';
import { segment, sendCommand } from '../send-command.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { printable, tableOf, when } from '../terminal.js';
import { addCompare, changesText } from './base-image-compare.js';
import { addFromEvidence } from './base-image-from-evidence.js';
import { addFromPackages } from './base-image-from-packages.js';

const propose = (group: Command, cli: Cli): void => {
  const command = group
    .command('propose <file>')
    .description('propose an image; it counts once another trust administrator approved it');
  online(cli, command, (given) =>
    pipe(
      readDocument(given.args[0] ?? '', BaseImage),
      TE.flatMap((image) =>
        sendCommand(
          given,
          { operation: 'proposeBaseImage', method: 'POST', path: '/v1/base-images', body: { image } },
          `Now somebody else: sekisho base-image review ${image.version}, then sekisho base-image approve ${image.version} --as SUBJECT`,
        ),
      ),
    ),
  );
};

const approve = (group: Command, cli: Cli): void => {
  const command = group
    .command('approve <version>')
    .description('approve what somebody else proposed')
    .option('--digest <sha256>', 'only if this is what is proposed (base-image review shows it)')
    .addHelpText('after', '\nExample:\n  $ sekisho base-image approve debian-12.7 --as trust-admin-2');
  online(cli, command, (given) => {
    const { digest } = given.options;
    const path = `/v1/base-images/${segment(given.args[0])}/approve`;
    const body = typeof digest === 'string' ? { digest } : {};
    return sendCommand(given, { operation: 'approveBaseImage', method: 'POST', path, body });
  });
};

const withdraw = (group: Command, cli: Cli): void => {
  const command = group
    .command('withdraw <version>')
    .description('end an image: hosts that boot it are trusted no more, from this very entry on')
    .requiredOption('--reason <text>', 'why, for those who read the history');
  online(cli, command, (given) => {
    const path = `/v1/base-images/${segment(given.args[0])}/withdraw`;
    return sendCommand(given, {
      operation: 'withdrawBaseImage',
      method: 'POST',
      path,
      body: { reason: given.options['reason'] },
    });
  });
};

const list = (group: Command, cli: Cli): void => {
  online(cli, withAsOf(group.command('list')).description('all images and what became of them'), (given) => {
    const query = { ...asOfQuery(given.options) };
    return showAnswer(
      given,
      { operation: 'listBaseImages', method: 'GET', path: '/v1/base-images', query },
      ImagesAnswer,
      (answer) =>
        [
          tableOf(
            given.paint,
            ['version', 'kind', 'status', 'proposed', 'approved', 'withdrawn'],
            answer.images.map(({ version, imageKind, status, proposed, approved, withdrawn }) => [
              printable(version),
              imageKind,
              status,
              `${proposed.by} ${when(proposed.time)}`,
              approved === null ? '-' : `${approved.by} ${when(approved.time)}`,
              withdrawn === null ? '-' : printable(`${withdrawn.by} ${when(withdrawn.time)}: ${withdrawn.reason}`),
            ]),
          ),
          asOfText(answer),
        ].join('\n'),
    );
  });
};

const call = (given: Online, version: string | undefined) =>
  ({
    operation: 'showBaseImage',
    method: 'GET',
    path: `/v1/base-images/${segment(version)}`,
    query: { ...asOfQuery(given.options) },
  }) as const;

const imageText = ({ image, document, hosts }: typeof ImageAnswer._A): string =>
  [
    describeImage(document),
    '',
    `SHA-256 ${image.digest}`,
    `${image.status}; proposed by ${image.proposed.by} at ${when(image.proposed.time)}`,
    ...(image.approved === null ? [] : [`approved by ${image.approved.by} at ${when(image.approved.time)}`]),
    ...(image.withdrawn === null
      ? []
      : [`withdrawn by ${image.withdrawn.by} at ${when(image.withdrawn.time)}: ${printable(image.withdrawn.reason)}`]),
    `Hosts that run it: ${hosts.length === 0 ? 'none' : hosts.join(', ')}`,
  ].join('\n');

const show = (group: Command, cli: Cli): void => {
  const command = withAsOf(group.command('show <version>')).description('an image, what became of it, and who runs it');
  online(cli, command, (given) =>
    showAnswer(given, call(given, given.args[0]), ImageAnswer, (answer) => `${imageText(answer)}\n${asOfText(answer)}`),
  );
};

/** Whose successor it is: the image of its kind that was approved last. */
const before = (
  given: Online,
  { version, imageKind }: typeof ImageAnswer._A.image,
): TE.TaskEither<CliFailure, string | undefined> => {
  const { against } = given.options;
  if (typeof against === 'string') return TE.right(against);
  return pipe(
    given.client.call({ operation: 'listBaseImages', method: 'GET', path: '/v1/base-images' }, ImagesAnswer),
    TE.map(({ body }) => {
      const others = body.images.filter(
        (each) => each.status === 'approved' && each.imageKind === imageKind && each.version !== version,
      );
      return others.sort((a, b) => (a.approved?.index ?? 0) - (b.approved?.index ?? 0)).at(-1)?.version;
    }),
  );
};

interface Compared {
  readonly against: string;
  readonly changes: ImageChanges;
}

const comparedWith = (
  given: Online,
  { image, document }: typeof ImageAnswer._A,
): TE.TaskEither<CliFailure, Compared | undefined> =>
  pipe(
    before(given, image),
    TE.flatMap((against) =>
      against === undefined
        ? TE.right(undefined)
        : pipe(
            given.client.call(call(given, against), ImageAnswer),
            TE.map(({ body }) => ({ against, changes: imageChanges(body.document, document) })),
          ),
    ),
  );

const reviewText = (given: Online, answer: typeof ImageAnswer._A, compared: Compared | undefined): string => {
  const { version, digest } = answer.image;
  const approve = `To approve exactly this: sekisho base-image approve ${version} --digest ${digest} --as SUBJECT`;
  const whole = given.options['against'] === undefined ? [imageText(answer)] : [`SHA-256 ${digest}`];
  const difference =
    compared === undefined ? [] : ['', `Against ${compared.against}:`, changesText(given.paint, compared.changes)];
  return [...whole, ...difference, approve].join('\n');
};

const reviewed = (given: Online): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    given.client.call(call(given, given.args[0]), ImageAnswer),
    TE.bind('compared', ({ body }) => comparedWith(given, body)),
    TE.map(({ body, compared }) => {
      given.print(given.json ? JSON.stringify({ ...body, ...compared }) : reviewText(given, body, compared));
      return done;
    }),
  );

const review = (group: Command, cli: Cli): void => {
  const command = group
    .command('review <version>')
    .description('read a proposed image before approving it, and what it changes against the one before')
    .option('--against <version>', 'show only what differs from this one');
  online(cli, command, reviewed);
};

export const baseImageCommand: AddCommand = (parent, cli) => {
  const group = parent
    .command('base-image')
    .description('say what may boot: make, propose, review, approve and withdraw images');
  addFromEvidence(group, cli);
  addFromPackages(group, cli);
  propose(group, cli);
  review(group, cli);
  approve(group, cli);
  withdraw(group, cli);
  list(group, cli);
  show(group, cli);
  addCompare(group, cli);
};
