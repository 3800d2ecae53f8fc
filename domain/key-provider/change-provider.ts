import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { requirePermission } from '../access/require-permission.js';
import type { Request } from '../authority-deps.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoreError } from '../ports.js';
import type { DocumentFault } from '../reference/load-reference-values.js';
import type { ProviderRejection } from './commands.js';
import type { KeyServerFault, KeyServers } from './key-servers.js';
import type { VaultFault } from './ports.js';
import { currentProvider, executeProvider, type ProviderOutcome } from './provider-stream.js';
import type { KeyServer, ProviderKind, ProviderSettings } from './settings.js';
import type { ProviderState } from './state.js';

export interface ProviderInput extends Request {
  readonly provider: string;
}

export const createProvider =
  (deps: KeyServiceDeps) =>
  (
    input: ProviderInput & {
      readonly kind: ProviderKind;
      readonly settings: ProviderSettings;
      readonly servers: ReadonlyArray<KeyServer>;
      readonly primaryKey: string | undefined;
    },
  ): ProviderOutcome => {
    const { by, provider, kind, settings, servers, primaryKey } = input;
    return executeProvider(deps)(input, provider, {
      type: 'CreateKeyProvider',
      by,
      kind,
      settings,
      servers,
      primaryKey,
    });
  };

export const changeProvider =
  (deps: KeyServiceDeps) =>
  (input: ProviderInput & { readonly settings: ProviderSettings }): ProviderOutcome => {
    const { by, provider, settings } = input;
    return executeProvider(deps)(input, provider, { type: 'ChangeKeyProvider', by, settings });
  };

/** Its secrets stay in the vault: what its primary keys wrapped may have to be unwrapped by somebody yet. */
export const removeProvider =
  (deps: KeyServiceDeps) =>
  (input: ProviderInput & { readonly reason: string }): ProviderOutcome => {
    const { by, provider, reason } = input;
    return executeProvider(deps)(input, provider, { type: 'RemoveKeyProvider', by, reason });
  };

export const addKeyServer =
  (deps: KeyServiceDeps) =>
  (input: ProviderInput & { readonly server: KeyServer }): ProviderOutcome => {
    const { by, provider, server } = input;
    return executeProvider(deps)(input, provider, { type: 'AddKeyServer', by, server });
  };

export const removeKeyServer =
  (deps: KeyServiceDeps) =>
  (input: ProviderInput & { readonly name: string; readonly reason: string }): ProviderOutcome => {
    const { by, provider, name, reason } = input;
    return executeProvider(deps)(input, provider, { type: 'RemoveKeyServer', by, name, reason });
  };

/** Asked before anything is kept, or asked of a key server, for a provider. */
export const mayChange = (
  deps: KeyServiceDeps,
  { by, provider }: ProviderInput,
): TE.TaskEither<ProviderRejection | LoadFault, ProviderState> =>
  pipe(
    TE.fromEither(requirePermission(by, 'ManageKMSTrust')),
    TE.flatMap(() => currentProvider(deps)(provider)),
    TE.flatMapEither(({ state }): E.Either<ProviderRejection, ProviderState> => {
      if (state.status === 'unknown') return E.left({ _tag: 'ProviderUnknown' });
      return state.status === 'removed' ? E.left({ _tag: 'ProviderRemoved' }) : E.right(state);
    }),
  );

export type KeyServersFault = KeyServerFault | VaultFault | DocumentFault | StoreError;

/** The provider's key servers, for an administrator. */
export const serversFor = (
  deps: KeyServiceDeps,
  input: ProviderInput,
): TE.TaskEither<ProviderRejection | LoadFault | KeyServersFault, KeyServers> =>
  pipe(
    mayChange(deps, input),
    TE.flatMap(
      (state): TE.TaskEither<ProviderRejection | LoadFault | KeyServersFault, KeyServers> =>
        deps.keyServers(input.provider, state),
    ),
  );

/** Wraps new keys with another primary key from now on; made in the key server if none is named. */
export const changePrimaryKey =
  (deps: KeyServiceDeps) =>
  (
    input: ProviderInput & { readonly primaryKey: string | undefined; readonly name: string },
  ): ProviderOutcome<LoadFault | KeyServersFault> => {
    const { by, provider, primaryKey, name } = input;
    return pipe(
      primaryKey === undefined
        ? pipe(
            serversFor(deps, input),
            TE.flatMap(
              (servers): TE.TaskEither<ProviderRejection | LoadFault | KeyServersFault, string> =>
                servers.createPrimaryKey(name),
            ),
          )
        : TE.right(primaryKey),
      TE.flatMap(
        (made): ProviderOutcome<LoadFault | KeyServersFault> =>
          executeProvider(deps)(input, provider, { type: 'ChangePrimaryKey', by, primaryKey: made }),
      ),
    );
  };
