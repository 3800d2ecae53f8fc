import { open } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Head, type HeadFault, parseHead } from '../../../domain/ledger/head.js';
import type { StoreError } from '../../../domain/ports.js';
import { replaceFile } from '../../files/durable-file.js';

/** Beside the ledger, and worth copying elsewhere: a head kept apart shows when an old ledger was put back. */
export const headFileOf = (ledger: string): string => `${ledger}.head`;

const MOST_BYTES = 64 * 1024;

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const readText = async (file: string): Promise<string | undefined> => {
  const handle = await open(file, 'r');
  try {
    return (await handle.stat()).size > MOST_BYTES ? undefined : await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
};

/** The newest head, unverified; undefined when none was written yet. */
export const readHead =
  (file: string): TE.TaskEither<HeadFault | StoreError, Head | undefined> =>
  async () => {
    try {
      return parseHead((await readText(file)) ?? '');
    } catch (error) {
      return isMissing(error)
        ? E.right(undefined)
        : E.left({ _tag: 'StoreUnavailable', detail: `${file} can't be read` });
    }
  };

export const writeHead =
  (file: string, head: Head): TE.TaskEither<StoreError, true> =>
  () =>
    replaceFile(file, `${JSON.stringify(head)}\n`).then(
      () => E.right(true),
      () => E.left({ _tag: 'StoreUnavailable', detail: `${file} can't be written` }),
    );
