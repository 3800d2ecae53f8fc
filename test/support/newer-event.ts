import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { createStateCache } from '../../adapters/event-store/state-cache.js';
import { ACCESS_EVENTS } from '../../domain/access/events.js';
import type { AuthorityDeps } from '../../domain/authority-deps.js';
import { closed } from '../../domain/encoding/closed.js';
import { HOST_EVENTS } from '../../domain/host/events.js';
import { catalogue, eventType } from '../../domain/ledger/event-type.js';
import { execute } from '../../domain/ledger/execute.js';
import { right } from './ledger.js';

const HostBlessed = eventType({ type: 'HostBlessed', version: 1, data: closed({}, 'HostBlessed') });
const known = catalogue([...HOST_EVENTS, ...ACCESS_EVENTS, HostBlessed]);

/** As a later version of the program would record it: signed, chained, and of a kind that this one never heard of. */
export const recordNewer = async (deps: AuthorityDeps, stream: string): Promise<void> => {
  right(
    await execute(deps)({
      decider: {
        initial: 0,
        decide: () => E.right([{ type: 'HostBlessed' as const, data: {} }]),
        evolve: (n) => n + 1,
      },
      catalogue: known,
      cache: createStateCache<number>(1),
      stream,
      commandId: deps.random.uuid(),
      actor: { subject: 'a newer node', role: 'authority' },
      prepare: () => TE.right({ command: undefined, basis: {} }),
    })(),
  );
};
