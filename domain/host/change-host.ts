import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { unbindEndorsementKey } from '../endorsement-key/bind-endorsement-key.js';
import type { EndorsementKeyTaken } from '../endorsement-key/decider.js';
import type { Executed, ExecuteFault } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { HostCommand, HostRejection } from './commands.js';
import type { HostEvent } from './events.js';
import { currentHost, executeHost } from './host-stream.js';
import type { HostState } from './state.js';

export interface ChangeHostInput extends Request {
  readonly host: string;
  readonly reason: string;
}

type Fault = HostRejection | ExecuteFault | LoadFault | EndorsementKeyTaken;
type Outcome = TE.TaskEither<Fault, Executed<HostState, HostEvent>>;

const change = (deps: AuthorityDeps, { by, commandId, host }: ChangeHostInput, command: HostCommand): Outcome =>
  executeHost(deps)({ host, commandId, actor: by, prepare: () => TE.right({ command, basis: {} }) });

/** Withholds trust whatever the evidence says, until a release. Evidence is still judged and recorded. */
export const quarantineHost =
  (deps: AuthorityDeps) =>
  (input: ChangeHostInput): Outcome =>
    change(deps, input, { type: 'QuarantineHost', by: input.by, reason: input.reason });

export const releaseHost =
  (deps: AuthorityDeps) =>
  (input: ChangeHostInput): Outcome =>
    change(deps, input, { type: 'ReleaseHost', by: input.by, reason: input.reason });

/**
 * The host's event first, then the key is free for another host. Stopped in between, the same command finishes it; and a
 * key that stayed bound only refuses, it never lets anyone in.
 */
const changeAndUnbind = (deps: AuthorityDeps, input: ChangeHostInput, command: HostCommand): Outcome =>
  pipe(
    TE.Do,
    TE.bind('done', () => change(deps, input, command)),
    TE.tap(({ done }) => {
      const old = done.events.flatMap(({ event }) => (event.type === 'EndorsementKeyReplaced' ? [event.data.old] : []));
      const freed = command.type === 'RetireHost' ? done.state.endorsementKey : (old[0] ?? undefined);
      return freed === undefined
        ? TE.right(undefined)
        : unbindEndorsementKey(deps)(input, freed, input.host, input.reason);
    }),
    TE.map(({ done }) => done),
  );

/** Ends the host's history. Its endorsement key may then be bound by another host. */
export const retireHost =
  (deps: AuthorityDeps) =>
  (input: ChangeHostInput): Outcome =>
    pipe(
      changeAndUnbind(deps, input, { type: 'RetireHost', by: input.by, reason: input.reason }),
      TE.orElse((fault) => (fault._tag === 'HostRetired' ? unbindRetired(deps, input, fault) : TE.left(fault))),
    );

/** Somebody retired the host before; whether its key was freed then is made sure now. */
const unbindRetired = (deps: AuthorityDeps, input: ChangeHostInput, fault: Fault): Outcome =>
  pipe(
    currentHost(deps)(input.host),
    TE.flatMap(
      ({ state }): TE.TaskEither<Fault, unknown> =>
        state.endorsementKey === undefined
          ? TE.right(undefined)
          : unbindEndorsementKey(deps)(input, state.endorsementKey, input.host, input.reason),
    ),
    TE.flatMap(() => TE.left(fault)),
  );

/** The host has another TPM from now on. `endorsementKey` is the new key's `publicKeyDigest`. */
export const replaceEndorsementKey =
  (deps: AuthorityDeps) =>
  (input: ChangeHostInput & { readonly endorsementKey: string }): Outcome => {
    const { by, endorsementKey, reason } = input;
    return changeAndUnbind(deps, input, { type: 'ReplaceEndorsementKey', by, endorsementKey, reason });
  };
