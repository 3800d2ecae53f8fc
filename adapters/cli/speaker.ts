import { readdir } from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { OperatorRole } from '../../domain/access/operator-role.js';
import type { Permission } from '../../domain/access/permissions.js';
import { mayRole, rolesWith } from '../../domain/access/roles.js';
import { readIfThere } from '../access/private-files.js';
import type { DataFolder } from '../authority/data-folder.js';
import { accessOf, type Operation } from '../http/permissions.js';
import { makeClient } from './authority-client.js';
import { badInput, type CliFailure, refused } from './failure.js';
import type { Transport } from './transport.js';

const SUFFIX = '.token';

const Role = t.type({ role: OperatorRole });

const ROLES = Object.keys(OperatorRole.keys);

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

/** Names of operators whose tokens lie in the folder. */
const subjectsHere = (folder: DataFolder): TE.TaskEither<never, ReadonlyArray<string>> =>
  TE.fromTask(async () => {
    const names = await readdir(folder.tokenFolder).catch(() => []);
    return names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .toSorted();
  });

interface Speaker {
  readonly token: string;
  readonly role: OperatorRole;
}

/** What the authority takes the token's holder for; undefined: for nobody, any more. */
const asked =
  (transport: Transport) =>
  (token: string): TE.TaskEither<CliFailure, Speaker | undefined> =>
    pipe(
      makeClient(transport, () => TE.right(token)).call(
        { operation: 'whoAmI', method: 'GET', path: '/v1/whoami' },
        Role,
      ),
      TE.map(({ body: { role } }): Speaker | undefined => ({ token, role })),
      TE.orElse((failure) => (failure.code === 'Unauthenticated' ? TE.right(undefined) : TE.left(failure))),
    );

const noOperator = (folder: DataFolder, access: Permission | 'operator'): TE.TaskEither<CliFailure, never> =>
  TE.left(
    refused(
      'NoOperator',
      `no token in ${folder.tokenFolder} is of ${access === 'operator' ? 'an operator' : `a ${rolesWith(access).join(' or ')}`}`,
      'Give one with --token-file FILE.',
    ),
  );

const firstOf = (
  speakers: ReadonlyArray<Speaker | undefined>,
  access: Permission | 'operator',
): Speaker | undefined => {
  const able = speakers.filter((each) => each !== undefined && (access === 'operator' || mayRole(each.role, access)));
  return ROLES.flatMap((role) => able.filter((each) => each?.role === role))[0];
};

const speakersIn = (
  folder: DataFolder,
  transport: Transport,
): TE.TaskEither<CliFailure, ReadonlyArray<Speaker | undefined>> =>
  pipe(
    subjectsHere(folder),
    TE.flatMap(TE.traverseSeqArray((subject) => tokenOfSubject(folder, subject))),
    TE.flatMap(TE.traverseSeqArray(asked(transport))),
  );

/** A command may send many requests: who can speak here is asked for the first one only. */
const once = <A>(task: () => Promise<A>): (() => Promise<A>) => {
  let answer: Promise<A> | undefined;
  return () => (answer ??= task());
};

/**
 * Whom a command on the authority's own machine speaks as: --as, or the first operator who may do it and whose token
 * is in the folder. Two different people are needed for some things, so that is said, never worked around.
 */
export const speakerOf = (folder: DataFolder, as: string | undefined, transport: Transport) => {
  const speakers = once(speakersIn(folder, transport));
  return (operation: Operation): TE.TaskEither<CliFailure, string | undefined> => {
    const access = accessOf(operation);
    if (access === 'public' || access === 'host') return TE.right(undefined);
    if (as !== undefined) return tokenOfSubject(folder, as);
    return pipe(
      speakers,
      TE.map((found) => firstOf(found, access)),
      TE.flatMap((found) => (found === undefined ? noOperator(folder, access) : TE.right(found.token))),
    );
  };
};
