import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { type FileFault, readIfThere, writePrivate } from './private-files.js';
import { newToken, type Principal, principalOf, type TokenRecord, TokensFile, tokenDigest } from './tokens.js';

/** Tokens of operators, by digest, in one private file. What a role may is in the permissions; who holds it, in the ledger. */
export interface TokenStore {
  readonly find: (token: string) => Principal | undefined;
  readonly holders: () => ReadonlyArray<Principal>;
  /** The only time that the token itself exists here. A subject's earlier tokens end. */
  readonly issue: (principal: Principal, now: string) => TE.TaskEither<FileFault, string>;
  readonly withdraw: (subject: string) => TE.TaskEither<FileFault, void>;
}

const parse = (file: string, text: string | undefined): E.Either<FileFault, ReadonlyArray<TokenRecord>> => {
  if (text === undefined) return E.right([]);
  const fault: FileFault = { _tag: 'FileFault', file, rule: 'must be a tokens file of this version' };
  return pipe(
    parseJson(text),
    E.mapLeft(() => fault),
    E.flatMap((json) =>
      pipe(
        decode(TokensFile)(json),
        E.bimap(
          () => fault,
          ({ tokens }) => tokens,
        ),
      ),
    ),
  );
};

const save = (file: string, tokens: ReadonlyArray<TokenRecord>): TE.TaskEither<FileFault, void> =>
  writePrivate(file, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`);

const storeOf = (
  file: string,
  loaded: ReadonlyArray<TokenRecord>,
  random: (size: number) => Uint8Array,
): TokenStore => {
  let records = loaded;
  const replace = (next: ReadonlyArray<TokenRecord>): TE.TaskEither<FileFault, void> =>
    pipe(
      save(file, next),
      TE.map(() => {
        records = next;
      }),
    );
  const others = (subject: string): ReadonlyArray<TokenRecord> => records.filter((each) => each.subject !== subject);
  return {
    find: (token) => principalOf(records, token),
    holders: () => records.map(({ subject, role }) => ({ subject, role })),
    issue: ({ subject, role }, now) => {
      const token = newToken(random);
      const record = { sha256: tokenDigest(token), subject, role, createdAt: now };
      return pipe(
        replace([...others(subject), record]),
        TE.map(() => token),
      );
    },
    withdraw: (subject) => replace(others(subject)),
  };
};

export const openTokenStore = (
  file: string,
  random: (size: number) => Uint8Array,
): TE.TaskEither<FileFault, TokenStore> =>
  pipe(
    readIfThere(file),
    TE.flatMapEither((text) => parse(file, text)),
    TE.map((records) => storeOf(file, records, random)),
  );
