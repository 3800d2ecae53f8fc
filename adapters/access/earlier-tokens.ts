import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { OperatorRole } from '../../domain/access/operator-role.js';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Instant, ListUpTo, Sha256Hex, Text } from '../../domain/encoding/primitives.js';
import { type FileFault, readIfThere } from './private-files.js';

/** Digests only: who reads the file learns no token. */
const EarlierToken = closed(
  { sha256: Sha256Hex, subject: Text(64), role: OperatorRole, createdAt: Instant },
  'EarlierToken',
);

/** A token that one node's file has, from before tokens were in the ledger. */
export type EarlierToken = t.TypeOf<typeof EarlierToken>;

const EarlierTokensFile = closed(
  { version: t.literal(1), tokens: ListUpTo(EarlierToken, 10_000) },
  'EarlierTokensFile',
);

/** Left: there is a file, and nobody can say what it holds. None at all is the rule. */
export const readEarlierTokens = (file: string): TE.TaskEither<FileFault, ReadonlyArray<EarlierToken>> =>
  pipe(
    readIfThere(file),
    TE.flatMapEither((text) =>
      text === undefined
        ? E.right([])
        : pipe(
            parseJson(text),
            E.flatMap(decode(EarlierTokensFile)),
            E.bimap(
              (): FileFault => ({ _tag: 'FileFault', file, rule: 'must be a tokens file of this version' }),
              ({ tokens }) => tokens,
            ),
          ),
    ),
  );
