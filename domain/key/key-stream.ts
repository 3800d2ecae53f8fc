import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Request } from '../authority-deps.js';
import { type CurrentState, currentState } from '../current-state.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import { type Executed, type ExecuteFault, execute } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { type KeyCommand, type KeyRejection, type KeyState, keyDecider } from './decider.js';
import { type KeyEvent, keyCatalogue } from './events.js';
import { keyStream } from './key-id.js';

export type KeyOutcome = TE.TaskEither<KeyRejection | ExecuteFault, Executed<KeyState, KeyEvent>>;

export const executeKey =
  (deps: KeyServiceDeps) =>
  ({ by, commandId }: Request, key: string, command: KeyCommand): KeyOutcome =>
    execute(deps)({
      decider: keyDecider,
      catalogue: keyCatalogue,
      cache: deps.keyCaches.key,
      stream: keyStream(key),
      commandId,
      actor: by,
      prepare: () => TE.right({ command, basis: {} }),
    });

export const currentKey =
  (deps: KeyServiceDeps) =>
  (key: string): TE.TaskEither<LoadFault, CurrentState<KeyState>> =>
    currentState(deps)({ decider: keyDecider, catalogue: keyCatalogue, cache: deps.keyCaches.key }, keyStream(key));

export const registerKey =
  (deps: KeyServiceDeps) =>
  (
    input: Request & {
      readonly key: string;
      readonly provider: string;
      readonly primaryKey: string;
      readonly reason: string;
    },
  ): KeyOutcome => {
    const { by, key, provider, primaryKey, reason } = input;
    return executeKey(deps)(input, key, { type: 'RegisterKey', by, provider, primaryKey, reason });
  };

const MOST_SUCCESSORS = 1024;

/** Keys to revoke after this one: the same key under other wrappings, each once. */
const revokeAll = (
  deps: KeyServiceDeps,
  input: Request & { readonly reason: string },
  waiting: ReadonlyArray<string>,
  seen: ReadonlySet<string>,
): TE.TaskEither<KeyRejection | ExecuteFault, void> => {
  const [key, ...rest] = waiting.filter((each) => !seen.has(each));
  if (key === undefined || seen.size >= MOST_SUCCESSORS) return TE.right(undefined);
  const { by, reason } = input;
  return pipe(
    executeKey(deps)(input, key, { type: 'RevokeKey', by, reason }),
    TE.map(({ state }) => state.successors),
    // Unknown: its wrapping was begun and never finished. Revoked: its own successors were revoked with it.
    TE.orElse((fault) =>
      fault._tag === 'KeyAlreadyRevoked' || fault._tag === 'KeyUnknown'
        ? TE.right<KeyRejection | ExecuteFault, ReadonlyArray<string>>([])
        : TE.left(fault),
    ),
    TE.flatMap((successors) => revokeAll(deps, input, [...rest, ...successors], new Set([...seen, key]))),
  );
};

/** Nobody gets this key any more, under whatever primary key it was wrapped anew. Stopped in between, the same command goes on. */
export const revokeKey =
  (deps: KeyServiceDeps) =>
  (input: Request & { readonly key: string; readonly reason: string }): KeyOutcome => {
    const { by, key, reason } = input;
    return pipe(
      executeKey(deps)(input, key, { type: 'RevokeKey', by, reason }),
      TE.tap(({ state }) => revokeAll(deps, input, state.successors, new Set([key]))),
    );
  };
