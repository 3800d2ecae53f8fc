import { open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromBase64, isBase64, toBase64, utf8 } from '../../domain/encoding/bytes.js';
import type { PlaceUnavailable } from '../../domain/transparency/ports.js';
import { codeOf, makeFolder, replaceFile, syncFolder, unavailable } from './durable-files.js';

/** A checkpoint with a dozen signatures takes 2 kB. */
const MOST_LINE = 16_384;
const MOST_FILE_BYTES = 64 * 1024 * 1024;

/** Undefined in the place of a line that can't be read. Nothing vouches for any of them before it was opened. */
export type CosignedCheckpoints = ReadonlyArray<Uint8Array | undefined>;

const readLine = (line: string): Uint8Array | undefined =>
  line.length <= MOST_LINE && isBase64(line) ? fromBase64(line) : undefined;

const textIn = async (file: string): Promise<string> => {
  const there = await stat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (there === undefined) return '';
  if (there.size > MOST_FILE_BYTES) throw Object.assign(new Error(), { code: 'EFBIG' });
  return readFile(file, 'utf8');
};

/** What stands behind the last newline was not written to its end. */
const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1);

/** Every checkpoint that was kept, in base64 on a line of its own, oldest first; none where there is no such file. */
export const readCosigned = (file: string): TE.TaskEither<PlaceUnavailable, CosignedCheckpoints> =>
  TE.tryCatch(
    async () =>
      wholeLines(await textIn(file))
        .split('\n')
        .filter((line) => line !== '')
        .map(readLine),
    unavailable(file),
  );

const lineOf = (checkpoint: Uint8Array): string => {
  const line = toBase64(checkpoint);
  // Nothing is written that could not be read again.
  if (line.length > MOST_LINE) throw Object.assign(new Error(), { code: 'EFBIG' });
  return `${line}\n`;
};

const append = async (file: string, checkpoint: Uint8Array): Promise<void> => {
  await makeFolder(dirname(file));
  const handle = await open(file, 'a', 0o600);
  try {
    const { size } = await handle.stat();
    // A crash may have left the beginning of a line: it goes, so that the next one is whole.
    const whole = Buffer.byteLength(wholeLines(await textIn(file)));
    if (whole < size) await handle.truncate(whole);
    await handle.appendFile(lineOf(checkpoint));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(file));
};

/** Durable when it ends. */
export const appendCosigned = (file: string, checkpoint: Uint8Array): TE.TaskEither<PlaceUnavailable, void> =>
  TE.tryCatch(() => append(file, checkpoint), unavailable(file));

/** Afterwards the file holds these, or, after a crash, what it held before. */
export const replaceCosigned = (
  file: string,
  checkpoints: ReadonlyArray<Uint8Array>,
): TE.TaskEither<PlaceUnavailable, void> =>
  TE.tryCatch(async () => {
    await replaceFile(file, utf8(checkpoints.map(lineOf).join('')));
    await syncFolder(dirname(file));
  }, unavailable(file));
