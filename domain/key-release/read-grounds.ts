import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { servedCluster } from '../cluster/served-cluster.js';
import { currentHost } from '../host/host-stream.js';
import { keyStream } from '../key/key-id.js';
import { currentKey } from '../key/key-stream.js';
import { providerStream } from '../key-provider/provider-id.js';
import { currentProvider } from '../key-provider/provider-stream.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { Basis } from '../ledger/envelope.js';
import type { LoadFault } from '../ledger/load-stream.js';
import { currentReference } from '../reference/reference-stream.js';
import { referenceStream } from '../reference/state.js';
import type { ReleaseAsked, ReleaseFacts } from './events.js';
import type { ReleaseGrounds } from './judge-release.js';

export interface ReadGrounds {
  readonly grounds: ReleaseGrounds;
  readonly basis: Basis;
  readonly facts: ReleaseFacts;
}

const at = (stream: string, revision: number): Basis => (revision < 0 ? {} : { [stream]: revision });

const witnessed = (deps: KeyServiceDeps, host: string, required: boolean): TE.TaskEither<LoadFault, boolean | null> =>
  required
    ? pipe(
        currentHost(deps)(host),
        TE.flatMap(({ state }) =>
          state.current === undefined ? TE.right(false) : deps.witnessed(state.current.index),
        ),
      )
    : TE.right(null);

/** Everything that a release leans on beside the host's own stream, as it is now. */
export const readGrounds = (
  deps: KeyServiceDeps,
  host: string,
  { provider, key }: ReleaseAsked,
  withinRate: boolean,
): TE.TaskEither<LoadFault, ReadGrounds> =>
  pipe(
    TE.Do,
    TE.bind('reference', () => currentReference(deps)),
    TE.bind('provided', () => currentProvider(deps)(provider)),
    TE.bind('wanted', () => (key === null ? TE.right(undefined) : currentKey(deps)(key))),
    TE.bind('served', () => servedCluster(deps)(host)),
    TE.bind('witnessed', ({ provided }) =>
      witnessed(deps, host, provided.state.settings.release.requireWitnessedVerdict),
    ),
    TE.map((read) => ({
      grounds: { reference: read.reference.state, provider: read.provided.state, key: read.wanted?.state },
      basis: {
        ...at(referenceStream(deps.group), read.reference.revision),
        ...at(providerStream(provider), read.provided.revision),
        ...read.served.basis,
        ...(key === null ? {} : at(keyStream(key), read.wanted?.revision ?? -1)),
      },
      facts: {
        at: deps.clock.now(),
        cluster: read.served.cluster ?? null,
        witnessed: read.witnessed,
        withinRate,
      },
    })),
  );
