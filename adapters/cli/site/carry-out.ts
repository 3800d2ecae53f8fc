import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import type { Json } from '../../../domain/encoding/json.js';
import { uuidOf } from '../../../domain/ledger/event-id.js';
import { makePrivateFolder, writePrivate } from '../../access/private-files.js';
import { canonicalize } from '../../crypto/canonicalize.js';
import { nodeHashing } from '../../crypto/node/hashing.js';
import { Recorded } from '../../http/codecs/answers.js';
import { OperatorGranted } from '../../http/routes/operators.js';
import type { AuthorityClient, Call } from '../authority-client.js';
import { badInput, type CliFailure } from '../failure.js';
import { readText } from '../input.js';
import type { Change, Step } from './change.js';
import type { Phase } from './plan-site.js';

export interface Outcome {
  readonly change: Change;
  /** `waiting`: for a second person. `none`: there was nothing to do. */
  readonly result: 'done' | 'waiting' | 'refused' | 'none';
  readonly failure?: CliFailure;
}

interface Works {
  readonly client: AuthorityClient;
  /** Folder for the tokens of operators that are made. */
  readonly tokens: string | undefined;
  /** After each change. */
  readonly progress: (done: number) => void;
}

type Work<A> = TE.TaskEither<CliFailure, A>;

const AT_ONCE = 16;

/** The same request about the same thing as it was is the same command: sent again after a crash, it records nothing twice. */
const commandIdOf = ({ operation, path, body }: Call, { before }: Change): string => {
  const place = JSON.parse(JSON.stringify({ operation, path, body: body ?? null, before })) as Json;
  const text = E.getOrElse(() => '')(canonicalize(place));
  return uuidOf(nodeHashing.hash('sha256', utf8(`sekisho/site/v1\n${text}`)), 8);
};

/** An answer that was lost is asked for again, once, under the same id. */
const asked = <A>(work: Work<A>): Work<A> =>
  pipe(
    work,
    TE.orElse((failure) => (failure.code === 'AuthorityUnreachable' ? work : TE.left(failure))),
  );

const keepToken = (folder: string, subject: string, token: string): Work<unknown> =>
  pipe(
    makePrivateFolder(folder),
    TE.flatMap(() => writePrivate(join(folder, `${subject}.token`), `${token}\n`)),
    TE.mapLeft(({ file, rule }) =>
      badInput('TokenNotKept', `${file} ${rule}`, 'Grant it anew: sekisho operator withdraw, then grant.'),
    ),
  );

const granted = ({ client, tokens }: Works, call: Call, subject: string): Work<unknown> =>
  tokens === undefined
    ? TE.left(badInput('TokensNowhere', 'new operators get tokens', 'Say where to keep them: --tokens FOLDER.'))
    : pipe(
        asked(client.call(call, OperatorGranted)),
        TE.flatMap(({ body }) => keepToken(tokens, subject, body.token)),
      );

const send = (works: Works, change: Change, { call, secret }: Step): Work<unknown> =>
  pipe(
    secret === undefined ? TE.right(call.body) : pipe(readText(secret.file), TE.map(secret.into)),
    TE.flatMap((body): Work<unknown> => {
      // A secret must not be told by an id: not even as a digest.
      const whole: Call = { ...call, ...(body === undefined ? {} : { body }), commandId: commandIdOf(call, change) };
      return call.operation === 'grantOperator'
        ? granted(works, whole, change.name)
        : asked(works.client.call(whole, Recorded));
    }),
  );

const one =
  (works: Works) =>
  (change: Change): TE.TaskEither<CliFailure, Outcome> => {
    if (change.steps.length === 0) return TE.right({ change, result: 'none' });
    return pipe(
      change.steps.reduce<Work<unknown>>(
        (before, step) =>
          pipe(
            before,
            TE.flatMap(() => send(works, change, step)),
          ),
        TE.right(undefined),
      ),
      TE.match(
        (failure): E.Either<CliFailure, Outcome> => {
          if (failure.code === 'AuthorityUnreachable') return E.left(failure);
          return E.right({ change, result: failure.code === 'ApprovalPending' ? 'waiting' : 'refused', failure });
        },
        () => E.right<CliFailure, Outcome>({ change, result: 'done' }),
      ),
    );
  };

/** A few at once, told in the order of the plan; the first authority that is not there any more ends it. */
const phaseOf =
  (works: Works, before: number) =>
  (phase: Phase): Work<ReadonlyArray<Outcome>> =>
  async () => {
    const outcomes = new Map<Change, Outcome>();
    const failures: Array<CliFailure> = [];
    const queue = [...phase].reverse();
    const worker = async (): Promise<void> => {
      for (let change = queue.pop(); change !== undefined && failures.length === 0; change = queue.pop()) {
        const outcome = await one(works)(change)();
        if (E.isLeft(outcome)) failures.push(outcome.left);
        else outcomes.set(change, outcome.right);
        works.progress(before + outcomes.size);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const [failure] = failures;
    return failure === undefined ? E.right(phase.flatMap((change) => outcomes.get(change) ?? [])) : E.left(failure);
  };

/** Each phase when the one before it is through. What is refused stops nothing else: what depends on it is refused by itself. */
export const carryOut = (works: Works, phases: ReadonlyArray<Phase>): Work<ReadonlyArray<Outcome>> =>
  phases.reduce<Work<ReadonlyArray<Outcome>>>(
    (before, phase) =>
      pipe(
        before,
        TE.flatMap((all) =>
          pipe(
            phaseOf(works, all.length)(phase),
            TE.map((outcomes) => [...all, ...outcomes]),
          ),
        ),
      ),
    TE.right([]),
  );
