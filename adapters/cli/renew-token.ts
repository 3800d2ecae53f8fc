import { rename } from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { removeFile, writePrivate } from '../access/private-files.js';
import { digestOfToken, newToken } from '../access/tokens.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import { Recorded } from '../http/codecs/answers.js';
import { systemRandom } from '../system.js';
import { done } from './action.js';
import { badInput, type CliFailure, type ExitCode } from './failure.js';
import type { Online } from './online.js';
import { lifetimeOf } from './token-hours.js';

const notKept = ({ file, rule }: { readonly file: string; readonly rule: string }): CliFailure =>
  badInput('TokenNotKept', `${file} ${rule}`);

const put = (from: string, to: string): TE.TaskEither<CliFailure, void> =>
  TE.tryCatch(
    () => rename(from, to),
    () => notKept({ file: to, rule: `can not be written; the new token, which counts, is in ${from}` }),
  );

/** Where no answer came, it may count or not: it is kept, and said where. */
const unlessRefused =
  (fresh: string) =>
  (failure: CliFailure): TE.TaskEither<CliFailure, Recorded> =>
    failure.code === 'AuthorityUnreachable'
      ? TE.left({ ...failure, advice: `Try with the token in ${fresh} (sekisho whoami): if it is taken, it counts.` })
      : pipe(
          removeFile(fresh),
          TE.mapLeft(notKept),
          TE.flatMap(() => TE.left(failure)),
        );

/** On the disk before its digest is sent, so that a token that counts is never lost; nobody else has it, the authority neither. */
export const renewToken = ({ client, options, json, print }: Online): TE.TaskEither<CliFailure, ExitCode> => {
  const file = String(options['out']);
  const fresh = `${file}.new`;
  const token = newToken(systemRandom.bytes);
  const body = { sha256: digestOfToken(nodeHashing, token), ...lifetimeOf(options['tokenHours']) };
  return pipe(
    writePrivate(fresh, `${token}\n`),
    TE.mapLeft(notKept),
    TE.flatMap(() =>
      pipe(
        client.call({ operation: 'renewOwnToken', method: 'PUT', path: '/v1/whoami/token', body }, Recorded),
        TE.map((reply) => reply.body),
        TE.orElse(unlessRefused(fresh)),
      ),
    ),
    TE.tap(() => put(fresh, file)),
    TE.map((answer) => {
      print(json ? JSON.stringify({ ...answer, file }) : `Your new token is in ${file}. The one before is over.`);
      return done;
    }),
  );
};
