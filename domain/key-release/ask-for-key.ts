import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { HostRejection } from '../host/commands.js';
import type { HostEvent } from '../host/events.js';
import { executeHost, hostActor } from '../host/host-stream.js';
import type { HostState } from '../host/state.js';
import type { KeyState } from '../key/decider.js';
import type { ProviderState } from '../key-provider/state.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { Executed, ExecuteFault } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { judgeRelease } from './judge-release.js';
import { type ReadGrounds, readGrounds } from './read-grounds.js';
import type { Asked } from './release-asked.js';
import type { KeyNotReleased } from './release-input.js';

/** A request whose authorisation is durable. */
export interface Authorised extends Asked {
  readonly provider: ProviderState;
  readonly key: KeyState | undefined;
  /** That the key is made, or wrapped, with. */
  readonly primaryKey: string;
}

type Fault = KeyNotReleased | HostRejection | LoadFault | ExecuteFault;

const authorisedOf = (
  deps: KeyServiceDeps,
  asked: Asked,
  { grounds, facts }: ReadGrounds,
  { events: [recorded], state }: Executed<HostState, HostEvent>,
): TE.TaskEither<KeyNotReleased, Authorised> => {
  const { unrecorded } = deps.limits;
  if (recorded?.event.type === 'KeyReleaseAuthorised') {
    const { primaryKey } = recorded.event.data;
    return TE.right({ ...asked, provider: grounds.provider, key: grounds.key, primaryKey });
  }
  if (recorded?.event.type === 'KeyReleaseRefused') {
    unrecorded.clear(asked.host);
    return TE.left({ _tag: 'KeyNotReleased', reasons: recorded.event.data.reasons, index: recorded.index });
  }
  unrecorded.count(asked.host);
  const reasons = judgeRelease({ ...grounds, host: state, asked: asked.asked, facts });
  return TE.left({ _tag: 'KeyNotReleased', reasons, index: undefined });
};

/** The decision, in turn with all that is written about this host. */
export const askForKey = (deps: KeyServiceDeps, asked: Asked): TE.TaskEither<Fault, Authorised> => {
  const { host } = asked;
  const withinRate = deps.limits.take(host);
  const read: { last: ReadGrounds | undefined } = { last: undefined };
  return pipe(
    executeHost(deps)<LoadFault>({
      host,
      commandId: asked.asked.release,
      actor: hostActor(host),
      prepare: () =>
        pipe(
          readGrounds(deps, host, asked.asked, withinRate),
          TE.map((now) => {
            read.last = now;
            const { grounds, facts, basis } = now;
            const unrecorded = deps.limits.unrecorded.of(host);
            return { command: { type: 'AskForKey', asked: asked.asked, facts, grounds, unrecorded }, basis };
          }),
        ),
    }),
    TE.flatMap(
      (executed): TE.TaskEither<Fault, Authorised> =>
        read.last === undefined
          ? TE.left({ _tag: 'KeyNotReleased', reasons: [], index: undefined })
          : authorisedOf(deps, asked, read.last, executed),
    ),
  );
};
