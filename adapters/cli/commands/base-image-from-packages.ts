import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { EsxiImage } from '../../../domain/appraisal/base-image.js';
import { openEsxiDepot } from '../../import/esxi/depot.js';
import { type Packages, type PackagesFault, readImageDatabase } from '../../import/esxi/image-database.js';
import { imageFromPackages } from '../../import/esxi/image-from-packages.js';
import type { ImageProfile } from '../../import/esxi/profile.js';
import { type Cli, perform } from '../action.js';
import { withJson } from '../authority-options.js';
import { badInput, type CliFailure, type ExitCode } from '../failure.js';
import { readDocument } from '../input.js';
import { freeFile, withForce } from '../out-file.js';
import { saveImage } from '../save-image.js';
import { printable, progressOf } from '../terminal.js';

interface Options {
  readonly version: string;
  readonly displayName?: string;
  readonly productVersion?: string;
  readonly profile?: string;
  readonly like?: string;
  readonly out?: string;
  readonly force: boolean;
  readonly json: boolean;
}

const failureOf =
  (file: string) =>
  ({ rule }: PackagesFault): CliFailure =>
    badInput('PackagesUnreadable', `${file} ${printable(rule)}`);

const chosen = (
  file: string,
  { profiles }: Packages,
  wanted: string | undefined,
): E.Either<CliFailure, ImageProfile> => {
  const found = profiles.filter(({ name }) => name === (wanted ?? name));
  const [only] = found;
  if (only !== undefined && found.length === 1) return E.right(only);
  const names = profiles.map(({ name }) => printable(name)).join(', ');
  return E.left(
    badInput('ProfileUnclear', `${file} holds these profiles: ${names}`, 'Choose one with --profile NAME.'),
  );
};

const likeOf = (file: string | undefined): TE.TaskEither<CliFailure, EsxiImage | undefined> =>
  file === undefined ? TE.right(undefined) : readDocument(file, EsxiImage);

const made = (
  cli: Cli,
  file: string,
  options: Options,
  packages: Packages,
  profile: ImageProfile,
  hashed: ReadonlyMap<string, string>,
): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    likeOf(options.like),
    TE.flatMapEither((like) =>
      pipe(
        imageFromPackages({
          profile,
          vibs: packages.vibs,
          hashed,
          version: options.version,
          displayName: options.displayName ?? profile.name,
          productVersion: options.productVersion,
          like,
        }),
        E.mapLeft((rule) => badInput('PackagesIncomplete', `${file}: ${printable(rule)}`)),
      ),
    ),
    TE.tapIO(({ notes }) => () => {
      for (const note of notes) cli.terminal.err(`note: ${note}\n`);
    }),
    TE.flatMap(({ image }) => saveImage(cli, options, image)),
  );

const fromDatabase = (cli: Cli, file: string, options: Options): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    readImageDatabase(file),
    TE.mapLeft(failureOf(file)),
    TE.bindTo('packages'),
    TE.bind('profile', ({ packages }) => TE.fromEither(chosen(file, packages, options.profile))),
    TE.flatMap(({ packages, profile }) => made(cli, file, options, packages, profile, new Map())),
  );

const fromDepot = (cli: Cli, file: string, options: Options): TE.TaskEither<CliFailure, ExitCode> => {
  const progress = progressOf(cli.terminal);
  return pipe(
    options.out === undefined ? TE.right(undefined) : freeFile(options.out, options),
    TE.flatMap(() => pipe(openEsxiDepot(file), TE.mapLeft(failureOf(file)))),
    TE.bindTo('depot'),
    TE.bind('profile', ({ depot }) => TE.fromEither(chosen(file, depot, options.profile))),
    TE.bind('hashed', ({ depot, profile }) =>
      pipe(
        depot.hash(profile, (done, of) => progress(`${String(done)} of ${String(of)} packages hashed`)),
        TE.mapLeft(failureOf(file)),
      ),
    ),
    TE.tapIO(({ depot }) => () => {
      progress('');
      depot.close();
    }),
    TE.flatMap(({ depot, profile, hashed }) => made(cli, file, options, depot, profile, hashed)),
  );
};

const common = (command: Command): Command =>
  withForce(withJson(command))
    .requiredOption('--version <name>', "the image's name, unique within the authority")
    .option('--display-name <text>', 'what people call it; default: the name of the image profile')
    .option('--product-version <text>', 'as hosts measure it, such as "8.0.3 build-24022510"; default: from esx-base')
    .option('--profile <name>', 'which image profile, if there are several')
    .option('--like <file>', 'command line, boot options, signers and host-own files as in this image')
    .option('--out <file>', 'where to write it; default: standard output');

const NAMES = `
Every package's digests are of the unpacked content, which is what the boot loader measures. What no package says (the command
line, boot options, signers) comes from --like: an image made from evidence of a host, or the image before this one.`;

/** Offline: look at archives only. */
export const addFromPackages = (group: Command, cli: Cli): void => {
  common(group.command('from-imgdb <file>'))
    .description("make a base image from a host's image database (imgdb.tgz, Export-VMHostImageDb), for review")
    .addHelpText(
      'after',
      `${NAMES}\n\nExample:\n  $ sekisho base-image from-imgdb imgdb.tgz --version esxi-8.0.3 --like last.json --out esxi-8.0.3.json`,
    )
    .action((file: string, options: Options) => perform(cli, options.json, fromDatabase(cli, file, options)));
  common(group.command('from-depot <file>'))
    .description("make a base image from a vendor's depot (offline bundle, .zip), before any host boots it, for review")
    .addHelpText(
      'after',
      `${NAMES}\nThe packages are unpacked and hashed, and each must be what the depot says of it. Boot files get their names when they are
installed: the names given here are the likely ones.\n\nExample:\n  $ sekisho base-image from-depot VMware-ESXi-8.0U3-depot.zip --version esxi-8.0.3 --like last.json --out esxi-8.0.3.json`,
    )
    .action((file: string, options: Options) => perform(cli, options.json, fromDepot(cli, file, options)));
};
