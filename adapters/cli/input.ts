import { open } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { type DecodeError, decode } from '../../domain/encoding/explain.js';
import { type Json, parseJson } from '../../domain/encoding/json.js';
import { faultsText } from '../text/faults-text.js';
import { badInput, type CliFailure } from './failure.js';

/** Nothing that the authority takes is larger. */
export const MOST_FILE_BYTES = 1_048_576;

const LEAST_ROOM = 4096;

class Exposed extends Error {}

interface Reading {
  readonly most: number;
  /** Nobody but its owner may read the file, or write what is read from it. */
  readonly isSecret: boolean;
}

/** What was in the smaller one is nobody's to find. */
const larger = (buffer: Buffer, most: number): Buffer => {
  const next = Buffer.alloc(Math.min(2 * buffer.length, most + 1));
  buffer.copy(next);
  buffer.fill(0);
  return next;
};

/** As much room as the file says it takes, and more only where there is more: pipes and devices don't say. */
const readAtMost = async (file: string, { most, isSecret }: Reading): Promise<Uint8Array> => {
  const handle = await open(file, 'r');
  try {
    const { mode, size: said } = await handle.stat();
    if (isSecret && (mode & 0o077) !== 0) throw new Exposed();
    let buffer: Buffer = Buffer.alloc(Math.min(Math.max(said, LEAST_ROOM), most) + 1);
    let size = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, size, buffer.length - size, null);
      size += bytesRead;
      if (bytesRead === 0 || size > most) return new Uint8Array(buffer.subarray(0, size));
      if (size === buffer.length) buffer = larger(buffer, most);
    }
  } finally {
    await handle.close();
  }
};

const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
      return 'may not be read by you';
    case 'EISDIR':
      return 'is a folder, not a file';
    default:
      return `can not be read (${code})`;
  }
};

const read = (file: string, reading: Reading): TE.TaskEither<CliFailure, Uint8Array> =>
  pipe(
    TE.tryCatch(
      () => readAtMost(file, reading),
      (error) =>
        error instanceof Exposed
          ? badInput('FileExposed', `${file} must be readable by its owner only: chmod 600`)
          : badInput('FileUnreadable', `${file} ${reasonOf(error)}`),
    ),
    TE.filterOrElse(
      (bytes) => bytes.length <= reading.most,
      () => badInput('FileTooLarge', `${file} is too large: at most ${String(reading.most)} bytes`),
    ),
  );

export const readBytes = (file: string, most = MOST_FILE_BYTES): TE.TaskEither<CliFailure, Uint8Array> =>
  read(file, { most, isSecret: false });

/** What is piped into the program. */
export const readStandardInput = (most: number): TE.TaskEither<CliFailure, Uint8Array> =>
  pipe(
    TE.tryCatch(
      async () => {
        const chunks: Array<Buffer> = [];
        let size = 0;
        for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
          size += chunk.length;
          chunks.push(chunk);
          if (size > most) break;
        }
        const bytes = new Uint8Array(Buffer.concat(chunks));
        for (const chunk of chunks) chunk.fill(0);
        return bytes;
      },
      (error) => badInput('InputUnreadable', `the input ${reasonOf(error)}`),
    ),
    TE.filterOrElse(
      (bytes) => bytes.length <= most,
      () => badInput('InputTooLarge', `the input is too large: at most ${String(most)} bytes`),
    ),
  );

export const textOf =
  (file: string) =>
  (bytes: Uint8Array): E.Either<CliFailure, string> =>
    E.fromNullable(badInput('FileNotUtf8', `${file} must be text in UTF-8`))(fromUtf8(bytes));

export const jsonOf =
  (file: string) =>
  (bytes: Uint8Array): E.Either<CliFailure, Json> =>
    pipe(
      textOf(file)(bytes),
      E.flatMap((text) =>
        pipe(
          parseJson(text),
          E.mapLeft(({ at, rule }) => badInput('MalformedJson', `${file}: ${rule} (character ${String(at)})`)),
        ),
      ),
    );

export const faultsOf =
  (file: string) =>
  ({ faults }: DecodeError): CliFailure =>
    badInput('InvalidField', `${file}: ${faultsText(faults)}`);

export const readText = (file: string): TE.TaskEither<CliFailure, string> =>
  pipe(readBytes(file), TE.flatMapEither(textOf(file)));

const MOST_SECRET_BYTES = 4096;

/** One line that is nobody else's to read: refused from a file that others can read. */
export const readSecret = (file: string): TE.TaskEither<CliFailure, string> =>
  pipe(
    read(file, { most: MOST_SECRET_BYTES, isSecret: true }),
    TE.flatMapEither(textOf(file)),
    TE.map((text) => text.replace(/\r?\n$/, '')),
  );

export const readJson = (file: string): TE.TaskEither<CliFailure, Json> =>
  pipe(readBytes(file), TE.flatMapEither(jsonOf(file)));

/** A file that must be exactly what the codec says. */
export const readDocument = <A>(file: string, codec: t.Type<A, unknown>): TE.TaskEither<CliFailure, A> =>
  pipe(
    readJson(file),
    TE.flatMapEither((json) => pipe(decode(codec)(json), E.mapLeft(faultsOf(file)))),
  );
