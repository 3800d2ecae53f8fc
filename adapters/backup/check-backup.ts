import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { readIfThere } from '../access/private-files.js';
import { describeFile, filesIn } from './backup-files.js';
import { MANIFEST, Manifest } from './manifest.js';
import { type RestoreFault, type RestoreWork, unreadable } from './restore-fault.js';

/** Whose word it is has still to be checked: its signature is by a key that only the ledger in the backup makes known. */
export const readManifest = (backup: string): RestoreWork<Manifest> =>
  pipe(
    readIfThere(join(backup, MANIFEST)),
    TE.mapLeft(({ rule }) => unreadable(rule)),
    TE.flatMapEither((text) =>
      pipe(
        E.fromNullable(unreadable('has no manifest: it was not finished'))(text),
        E.flatMap((json) =>
          pipe(
            parseJson(json),
            E.mapLeft(({ rule }) => unreadable(`manifest ${rule}`)),
          ),
        ),
        E.flatMap((value) =>
          pipe(
            decode(Manifest)(value),
            E.mapLeft(({ faults }) => unreadable(`manifest: ${faults[0]?.field ?? ''} ${faults[0]?.rule ?? ''}`)),
          ),
        ),
      ),
    ),
  );

/** Every file is there as the manifest says, and no other. */
export const checkFiles = (backup: string, { files }: Manifest): RestoreWork<void> =>
  pipe(
    TE.tryCatch(
      async () => {
        const there = (await filesIn(backup)).filter((name) => name !== MANIFEST);
        const named = files.map(({ name }) => name).sort();
        const extra = there.find((name) => !named.includes(name)) ?? named.find((name) => !there.includes(name));
        if (extra !== undefined) return { name: extra, rule: 'is missing, or is not in the manifest' };
        for (const file of files) {
          const found = await describeFile(backup, file.name);
          if (found.sha256 !== file.sha256) return { name: file.name, rule: 'is not what was backed up' };
        }
        return undefined;
      },
      () => unreadable('can not be read'),
    ),
    TE.flatMap((wrong) =>
      wrong === undefined ? TE.right(undefined) : TE.left<RestoreFault>({ _tag: 'BackupDamaged', ...wrong }),
    ),
  );
