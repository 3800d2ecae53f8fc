import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { closed } from '../../domain/encoding/closed.js';
import { decode } from '../../domain/encoding/explain.js';
import { parseJson } from '../../domain/encoding/json.js';
import { Text } from '../../domain/encoding/primitives.js';
import { type FileFault, readIfThere, writePrivate } from '../access/private-files.js';

const StoreFile = closed({ v: t.literal(1), url: Text(2_048), prefix: Text(32) }, 'StoreFile');

/** An EventStoreDB cluster, and what this authority's streams in it begin with. `url` may hold a password. */
export interface StoreChoice {
  readonly url: string;
  readonly prefix: string;
}

export const DEFAULT_PREFIX = 'sekisho';

/** Where the ledger is kept. Undefined: in the data folder itself. */
export const readStoreChoice = (file: string): TE.TaskEither<FileFault, StoreChoice | undefined> =>
  pipe(
    readIfThere(file),
    TE.flatMapEither((text): E.Either<FileFault, StoreChoice | undefined> => {
      if (text === undefined) return E.right(undefined);
      const json = parseJson(text);
      const choice = E.isLeft(json) ? undefined : decode(StoreFile)(json.right);
      return choice === undefined || E.isLeft(choice)
        ? E.left({ _tag: 'FileFault', file, rule: 'must name a store, as init or node join wrote it' })
        : E.right({ url: choice.right.url, prefix: choice.right.prefix });
    }),
  );

export const writeStoreChoice = (file: string, { url, prefix }: StoreChoice): TE.TaskEither<FileFault, void> =>
  writePrivate(file, `${JSON.stringify({ v: 1, url, prefix })}\n`);
