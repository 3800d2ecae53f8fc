import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { BaseImage } from '../../domain/appraisal/base-image.js';
import { describeImage } from '../../domain/appraisal/describe-image.js';
import { type Cli, done } from './action.js';
import type { CliFailure, ExitCode } from './failure.js';
import { writeOut } from './out-file.js';

/** Into the file of --out, with its description for who reviews it; without one, to standard output. */
export const saveImage = (
  cli: Cli,
  options: { readonly out?: string; readonly json: boolean; readonly force?: boolean },
  image: BaseImage,
): TE.TaskEither<CliFailure, ExitCode> => {
  const { out, json } = options;
  const text = `${JSON.stringify(image, null, 2)}\n`;
  if (out === undefined) {
    cli.terminal.out(text);
    return TE.right(done);
  }
  return pipe(
    writeOut(out, text, options),
    TE.map(() => {
      const next = `\n\nWritten to ${out}. Review it, then: sekisho base-image propose ${out}\n`;
      cli.terminal.out(json ? text : describeImage(image) + next);
      return done;
    }),
  );
};
