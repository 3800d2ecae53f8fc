import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8 } from '../../domain/encoding/bytes.js';
import { replaceFile as replaceDurably } from '../files/durable-file.js';
import type { AgentError } from './agent-error.js';

const fileFault =
  (file: string) =>
  (reason: unknown): AgentError => {
    const code = reason instanceof Error && 'code' in reason ? String(reason.code) : 'unknown error';
    if (code === 'ENOENT') return { _tag: 'FileFault', file, rule: 'does not exist', absent: true };
    return { _tag: 'FileFault', file, rule: `can not be used (${code})` };
  };

/** Files of the kernel tell no size (securityfs says 0), so at most `cap` bytes are read, then the end must come. */
export const readCapped = (file: string, cap: number): TE.TaskEither<AgentError, Uint8Array> =>
  pipe(
    TE.tryCatch(async () => {
      const handle = await open(file, 'r');
      try {
        const buffer = Buffer.alloc(cap + 1);
        let size = 0;
        for (;;) {
          const { bytesRead } = await handle.read(buffer, size, buffer.length - size, size);
          size += bytesRead;
          if (bytesRead === 0 || size > cap) return new Uint8Array(buffer.subarray(0, size));
        }
      } finally {
        await handle.close();
      }
    }, fileFault(file)),
    TE.filterOrElse(
      (bytes) => bytes.length <= cap,
      (): AgentError => ({ _tag: 'FileFault', file, rule: `must be at most ${String(cap)} bytes` }),
    ),
  );

const TEXT_CAP = 262_144;

export const readText = (file: string): TE.TaskEither<AgentError, string> =>
  pipe(
    readCapped(file, TEXT_CAP),
    TE.flatMapEither((bytes) =>
      pipe(fromUtf8(bytes), E.fromNullable<AgentError>({ _tag: 'FileFault', file, rule: 'must be text in UTF-8' })),
    ),
  );

/** After a crash at any moment the file holds the old bytes or the new ones, whole, and only its owner can read it. */
export const replaceFile = (file: string, bytes: Uint8Array): TE.TaskEither<AgentError, void> =>
  TE.tryCatch(() => replaceDurably(file, bytes), fileFault(file));

/** A folder that only this user can enter (0700), gone when `use` ends, however it ends. */
export const withPrivateFolder = <A>(
  use: (folder: string) => TE.TaskEither<AgentError, A>,
): TE.TaskEither<AgentError, A> =>
  TE.bracket(
    TE.tryCatch(() => mkdtemp(join(tmpdir(), 'sekisho-agent-')), fileFault(tmpdir())),
    use,
    (folder) => TE.tryCatch(() => rm(folder, { recursive: true, force: true }), fileFault(folder)),
  );
