import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { done } from './action.js';
import type { Call } from './authority-client.js';
import type { CliFailure, ExitCode } from './failure.js';
import type { Online } from './online.js';
import { when } from './terminal.js';

/** Asks and shows: the answer itself for programs, `text` of it for people. */
export const showAnswer = <A>(
  { client, json, print }: Online,
  call: Call,
  codec: t.Type<A, unknown>,
  text: (answer: A) => string,
): TE.TaskEither<CliFailure, ExitCode> =>
  pipe(
    client.call(call, codec),
    TE.map(({ body }) => {
      print(json ? JSON.stringify(body) : text(body));
      return done;
    }),
  );

/** What an answer is true at, for its last line. */
export const asOfText = ({
  asOf,
}: {
  readonly asOf: { readonly index: number; readonly time: string | null };
}): string =>
  asOf.index < 0 ? 'As of an empty ledger.' : `As of ledger entry ${String(asOf.index)} (${when(asOf.time)}).`;
