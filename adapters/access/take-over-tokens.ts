import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type AccessOutcome, currentAccess } from '../../domain/access/access-stream.js';
import { takeOverTokens } from '../../domain/access/change-tokens.js';
import type { AuthorityDeps } from '../../domain/authority-deps.js';
import type { EarlierToken } from './earlier-tokens.js';
import { type FileFault, removeFile } from './private-files.js';

export interface TakingOver {
  readonly file: string;
  readonly tokens: ReadonlyArray<EarlierToken>;
  /** Key id of the authority, in whose name it happens. */
  readonly authority: string;
  /** Whether other nodes read the ledger too. */
  readonly shared: boolean;
}

type Fault = FileFault | { readonly _tag: string };

const AT_ONCE = 100;

const record =
  (deps: AuthorityDeps, { authority }: TakingOver) =>
  (tokens: ReadonlyArray<EarlierToken>): AccessOutcome =>
    takeOverTokens(deps)({
      by: { subject: `authority:${authority}`, role: 'authority' },
      commandId: deps.random.uuid(),
      tokens,
    });

/**
 * Brings the tokens of this node's file into the ledger, where every node knows them, and then removes the file. Where other nodes
 * read the ledger, only once one of them has put a token there: nodes of an older version can't read such events.
 */
export const bringTokensToLedger = (deps: AuthorityDeps, taking: TakingOver): TE.TaskEither<Fault, void> =>
  taking.tokens.length === 0
    ? TE.right(undefined)
    : pipe(
        currentAccess(deps),
        TE.flatMap(({ state: { tokens } }): TE.TaskEither<Fault, void> => {
          if (taking.shared && tokens.settled.size === 0 && tokens.held.size === 0) return TE.right(undefined);
          return pipe(
            A.chunksOf(AT_ONCE)(taking.tokens),
            TE.traverseSeqArray(record(deps, taking)),
            TE.flatMap(() => removeFile(taking.file)),
          );
        }),
      );
