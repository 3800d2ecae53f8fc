import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyServers } from '../../domain/key-provider/key-servers.js';
import type { SecretVault, VaultFault } from '../../domain/key-provider/ports.js';
import type { ProviderState } from '../../domain/key-provider/state.js';
import type { KeyServiceDeps } from '../../domain/key-service-deps.js';
import type { StoreError } from '../../domain/ports.js';
import type { DocumentFault } from '../../domain/reference/load-reference-values.js';
import { openSoftwareKeyServers } from './software/software-key-servers.js';

type OpenFault = VaultFault | DocumentFault | StoreError;

/** Opens the key servers of one kind of provider. */
export type OpenKeyServers = (provider: string, state: ProviderState) => TE.TaskEither<OpenFault, KeyServers>;

interface Held {
  readonly revision: number;
  readonly opening: Promise<unknown>;
  readonly servers: TE.TaskEither<OpenFault, KeyServers>;
}

export interface KeyServerRegistry {
  readonly keyServers: KeyServiceDeps['keyServers'];
  readonly close: () => Promise<void>;
}

const closeOf = ({ servers }: Held): Promise<unknown> =>
  pipe(
    servers,
    TE.flatMap((opened) => TE.fromTask(() => opened.close())),
  )();

/** One opening for each provider, until what it is spoken to with changes; the old one is closed then. */
export const createKeyServerRegistry = (
  kinds: Readonly<Record<ProviderState['kind'], OpenKeyServers>>,
): KeyServerRegistry => {
  const held = new Map<string, Held>();
  const keyServers: KeyServerRegistry['keyServers'] = (provider, state) => async () => {
    const known = held.get(provider);
    if (known?.revision === state.connectionRevision) return known.servers();
    const opening = kinds[state.kind](provider, state)();
    const next: Held = { revision: state.connectionRevision, opening, servers: () => opening };
    held.set(provider, next);
    if (known !== undefined) void closeOf(known);
    const opened = await opening;
    // What could not be opened is tried again next time.
    if (opened._tag === 'Left' && held.get(provider) === next) held.delete(provider);
    return opened;
  };
  return {
    keyServers,
    close: async () => {
      await Promise.all([...held.values()].map(closeOf));
      held.clear();
    },
  };
};

export const softwareKind =
  (vault: SecretVault): OpenKeyServers =>
  (provider) =>
    TE.right(openSoftwareKeyServers(vault, provider));
