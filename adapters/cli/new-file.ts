import { open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { badInput, type CliFailure, type ExitCode } from './failure.js';

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
};

/** Made before the key is asked for: a ciphertext that could not be kept would be a key that is lost. */
export const withNewFile = (
  file: string,
  use: (write: (bytes: Uint8Array) => Promise<void>) => TE.TaskEither<CliFailure, ExitCode>,
): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    TE.tryCatch(
      () => open(file, 'wx', 0o600),
      () => badInput('FileNotNew', `${file} can not be made, or is there already`),
    ),
    TE.flatMap((handle) => async () => {
      const ciphertext = { kept: false };
      const result = await use(async (bytes) => {
        await handle.writeFile(bytes);
        await handle.sync();
        await syncFolder(dirname(file));
        ciphertext.kept = true;
      })();
      await handle.close();
      if (!ciphertext.kept) await unlink(file).catch(() => undefined);
      return result;
    }),
  );
