import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { badInput, type CliFailure } from './failure.js';

/** `--force` of commands whose file can be had again: nothing is lost with the one that is there. */
export const withForce = (command: Command): Command =>
  command.option('--force', 'write over a file that is there already', false);

interface Options {
  readonly force?: unknown;
}

const taken = (file: string): CliFailure =>
  badInput('FileNotNew', `${file} is there already`, 'Choose another name, or give --force to write over it.');

/** Asked before the work, which may be long. */
export const freeFile = (file: string, { force }: Options): TE.TaskEither<CliFailure, void> =>
  force !== true && existsSync(file) ? TE.left(taken(file)) : TE.right(undefined);

/** Writes it, over another file only with `--force`. */
export const writeOut = (
  file: string,
  content: string | Uint8Array,
  { force }: Options,
): TE.TaskEither<CliFailure, void> =>
  TE.tryCatch(
    () => writeFile(file, content, { flag: force === true ? 'w' : 'wx' }),
    (error) =>
      error instanceof Error && 'code' in error && error.code === 'EEXIST'
        ? taken(file)
        : badInput('FileUnwritable', `${file} can not be written`),
  );
