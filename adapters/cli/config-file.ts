import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type ConfigFault, type ConfigSource, fileSource } from '../config/read-config.js';
import type { CliFailure } from './failure.js';
import { readBytes, textOf } from './input.js';

const MOST_CONFIG_BYTES = 65_536;

/** As commander names the option of a setting. */
export const optionName = (setting: string): string =>
  setting.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The settings in a file; none where no file is named. */
export const configFile =
  (failureOf: (faults: ReadonlyArray<ConfigFault>) => CliFailure) =>
  (file: string | undefined): TE.TaskEither<CliFailure, ReadonlyArray<ConfigSource>> =>
    file === undefined
      ? TE.right([])
      : pipe(
          readBytes(file, MOST_CONFIG_BYTES),
          TE.flatMapEither(textOf(file)),
          TE.flatMapEither((text) =>
            pipe(
              fileSource(file, text),
              E.bimap(
                (fault) => failureOf([fault]),
                (source) => [source],
              ),
            ),
          ),
        );
