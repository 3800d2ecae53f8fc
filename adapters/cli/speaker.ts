import { readdir } from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { OperatorRole } from '../../domain/access/operator-role.js';
import type { Permission } from '../../domain/access/permissions.js';
import { mayRole, rolesWith } from '../../domain/access/roles.js';
import { readIfThere } from '../access/private-files.js';
import { openTokenStore } from '../access/token-store.js';
import type { DataFolder } from '../data-folder.js';
import { accessOf, type Operation } from '../http/permissions.js';
import { badInput, type CliFailure, refused } from './failure.js';

const NO_RANDOM = (): Uint8Array => new Uint8Array();

const tokenOfSubject = (folder: DataFolder, subject: string): TE.TaskEither<CliFailure, string> =>
  pipe(
    readIfThere(folder.tokenOf(subject)),
    TE.mapLeft(({ file, rule }) => badInput('TokenUnreadable', `${file} ${rule}`)),
    TE.flatMap((text) =>
      text === undefined
        ? TE.left(
            badInput(
              'TokenMissing',
              `no token of ${subject} in ${folder.tokenFolder}`,
              'Give it with --token-file FILE, or grant a new one: sekisho operator grant.',
            ),
          )
        : TE.right(text.trim()),
    ),
  );

const tokensOnDisk = (folder: DataFolder): TE.TaskEither<never, ReadonlySet<string>> =>
  TE.fromTask(async () => {
    const names = await readdir(folder.tokenFolder).catch(() => []);
    return new Set(names.map((name) => name.replace(/\.token$/, '')));
  });

const noOperator = (folder: DataFolder, access: Permission | 'operator'): TE.TaskEither<CliFailure, never> =>
  TE.left(
    refused(
      'NoOperator',
      `no token in ${folder.tokenFolder} is of a ${access === 'operator' ? 'operator' : rolesWith(access).join(' or ')}`,
      'Give one with --token-file FILE.',
    ),
  );

/**
 * Whom a command on the authority's own machine speaks as: --as, or the first operator who may do it and whose token
 * is in the folder. Two different people are needed for some things, so that is said, never worked around.
 */
export const speakerOf =
  (folder: DataFolder, as: string | undefined) =>
  (operation: Operation): TE.TaskEither<CliFailure, string | undefined> => {
    const access = accessOf(operation);
    if (access === 'public' || access === 'host') return TE.right(undefined);
    if (as !== undefined) return tokenOfSubject(folder, as);
    const able = (role: OperatorRole): boolean => access === 'operator' || mayRole(role, access);
    return pipe(
      openTokenStore(folder.tokens, NO_RANDOM),
      TE.mapLeft(({ file, rule }) => badInput('TokensUnreadable', `${file} ${rule}`)),
      TE.flatMap((store) =>
        pipe(
          tokensOnDisk(folder),
          TE.map((onDisk) => store.holders().find(({ subject, role }) => able(role) && onDisk.has(subject))),
        ),
      ),
      TE.flatMap((found) => (found === undefined ? noOperator(folder, access) : tokenOfSubject(folder, found.subject))),
    );
  };
