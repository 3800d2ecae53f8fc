import { type Command, InvalidArgumentError, Option } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Cli, perform } from '../action.js';
import { withJson } from '../authority-options.js';
import type { CliFailure, ExitCode } from '../failure.js';
import { type ImageOptions, imageOf } from '../image-from-evidence.js';
import { appraiseFile } from '../offline-appraisal.js';
import { withForce } from '../out-file.js';
import { saveImage } from '../save-image.js';

interface Options extends ImageOptions {
  readonly out?: string;
  readonly policy?: string;
  readonly at?: string;
  readonly force: boolean;
  readonly json: boolean;
}

const pcrList = (text: string): ReadonlyArray<number> => {
  const pcrs = text.split(',').map(Number);
  if (!pcrs.every((pcr) => Number.isInteger(pcr) && pcr >= 0 && pcr <= 23)) {
    throw new InvalidArgumentError('It must be numbers from 0 to 23 with commas between.');
  }
  return [...new Set(pcrs)].sort((a, b) => a - b);
};

const work = (cli: Cli, file: string, options: Options): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    appraiseFile(file, options),
    TE.tapIO(({ result }) => () => {
      const codes = [...new Set(result.reasons.map(({ code }) => code))];
      if (codes.length > 0)
        cli.terminal.err(`warning: this evidence is not affirming by itself: ${codes.join(', ')}\n`);
    }),
    TE.flatMapEither(({ evidence, result }) => imageOf(evidence, result, options)),
    TE.flatMap((image) => saveImage(cli, options, image)),
  );

const HELP = `
The image is only as good as the host that it is made from: review it. What differs from host to host (initial RAM disks,
ESXi state archives, disk names) is left open unless --pin-everything.

Example:
  $ sekisho base-image from-evidence evidence.json --version debian-12.7 --out debian-12.7.json`;

/** Offline: looks at an evidence file only. */
export const addFromEvidence = (group: Command, cli: Cli): void => {
  withForce(withJson(group.command('from-evidence <evidence>')))
    .description("make a base image from a reference host's own evidence, for review")
    .requiredOption('--version <name>', "the image's name, unique within the authority")
    .option('--display-name <text>', 'what people call it')
    .option('--out <file>', 'where to write it; default: standard output')
    .addOption(
      new Option('--kind <kind>', 'default: what the boot log looks like').choices([
        'esxi',
        'uefi-linux',
        'golden-pcrs',
      ]),
    )
    .option('--pcrs <list>', 'registers of a golden-pcrs image, as 0,2,4,7; default: all quoted', pcrList)
    .option('--pin-everything', 'also what differs from host to host: an image for one host', false)
    .option('--policy <file>', 'attestation policy to appraise the evidence with')
    .option('--at <instant>', 'the time that counts; default: now')
    .addHelpText('after', HELP)
    .action((file: string, options: Options) => perform(cli, options.json, work(cli, file, options)));
};
