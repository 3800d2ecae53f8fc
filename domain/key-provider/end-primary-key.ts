import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyServiceDeps } from '../key-service-deps.js';
import type { ExecuteFault } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { KeyServersFault, ProviderInput } from './change-provider.js';
import type { ProviderRejection } from './commands.js';
import type { KeyServerFault, KeyServers } from './key-servers.js';
import type { PrimaryKeyEnd } from './primary-key-events.js';
import { currentProvider, executeProvider, type ProviderOutcome } from './provider-stream.js';

const AUTHORITY = { subject: 'authority', role: 'authority' } as const;

type Telling = TE.TaskEither<KeyServerFault, void>;

/** A key that is gone is destroyed: the answer to the first request may have been lost. */
const destroy = (servers: KeyServers, primaryKey: string): Telling =>
  pipe(
    servers.destroyPrimaryKey(primaryKey),
    TE.orElse((fault): Telling => {
      if (fault._tag === 'PrimaryKeyUnknown') return TE.right(undefined);
      if (fault._tag !== 'PrimaryKeyUnusable') return TE.left(fault);
      // The revocation before it never reached the key servers.
      return pipe(
        servers.revokePrimaryKey(primaryKey, false),
        TE.flatMap(() => servers.destroyPrimaryKey(primaryKey)),
      );
    }),
  );

const tell = (servers: KeyServers, primaryKey: string, end: PrimaryKeyEnd): Telling =>
  end === 'destroyed' ? destroy(servers, primaryKey) : servers.revokePrimaryKey(primaryKey, end === 'compromised');

type Outcome = ProviderOutcome<LoadFault | KeyServersFault>;

/** Tells the key servers what was decided of one primary key, and records that they did it. Safe to repeat. */
const tellOf = (deps: KeyServiceDeps, provider: string, primaryKey: string): Outcome =>
  pipe(
    currentProvider(deps)(provider),
    TE.flatMap(({ state, revision }): Outcome => {
      const ended = state.endedPrimaryKeys.get(primaryKey);
      if (ended === undefined || ended.confirmed) return TE.right({ events: [], state, revision });
      return pipe(
        deps.keyServers(provider, state),
        TE.flatMap((servers): TE.TaskEither<KeyServersFault, void> => tell(servers, primaryKey, ended.end)),
        TE.flatMap(
          (): Outcome =>
            executeProvider(deps)({ by: AUTHORITY, commandId: deps.random.uuid() }, provider, {
              type: 'ConfirmPrimaryKeyEnd',
              by: AUTHORITY,
              primaryKey,
              end: ended.end,
            }),
        ),
      );
    }),
  );

/** What the key servers were not told yet, because they could not be reached or the process ended in between. */
export const tellKeyServers =
  (deps: KeyServiceDeps) =>
  (provider: string): TE.TaskEither<LoadFault, ReadonlyArray<string>> =>
    pipe(
      currentProvider(deps)(provider),
      TE.map(({ state }) =>
        [...state.endedPrimaryKeys].flatMap(([primaryKey, { confirmed }]) => (confirmed ? [] : [primaryKey])),
      ),
      TE.tap((waiting) =>
        pipe(
          waiting,
          TE.traverseSeqArray((primaryKey) =>
            pipe(
              tellOf(deps, provider, primaryKey),
              TE.orElseW(() => TE.right(undefined)),
            ),
          ),
        ),
      ),
    );

/** The decision counts from its event on; that the key servers could not be told yet doesn't undo it, and they are told again. */
const decidedThenTold = (
  deps: KeyServiceDeps,
  provider: string,
  primaryKey: string,
  decided: ProviderOutcome,
): ProviderOutcome =>
  pipe(
    decided,
    TE.flatMap((first) =>
      pipe(
        tellOf(deps, provider, primaryKey),
        TE.map((told) => ({ ...told, events: [...first.events, ...told.events] })),
        TE.orElse(() => TE.right<ProviderRejection | ExecuteFault, typeof first>(first)),
      ),
    ),
  );

/** Nobody gets anything that this primary key wrapped, from the event on. */
export const revokePrimaryKey =
  (deps: KeyServiceDeps) =>
  (
    input: ProviderInput & { readonly primaryKey: string; readonly compromised: boolean; readonly reason: string },
  ): ProviderOutcome => {
    const { by, provider, primaryKey, compromised, reason } = input;
    const command = { type: 'RevokePrimaryKey', by, primaryKey, compromised, reason } as const;
    return decidedThenTold(deps, provider, primaryKey, executeProvider(deps)(input, provider, command));
  };

/** For ever. `keysInUse` are those that would be lost, as counted at entry `countedAt`. */
export const destroyPrimaryKey =
  (deps: KeyServiceDeps) =>
  (
    input: ProviderInput & {
      readonly primaryKey: string;
      readonly force: boolean;
      readonly reason: string;
      readonly keysInUse: number;
      readonly countedAt: number;
    },
  ): ProviderOutcome => {
    const { by, provider, primaryKey, force, reason, keysInUse, countedAt } = input;
    const command = { type: 'DestroyPrimaryKey', by, primaryKey, force, reason, keysInUse, countedAt } as const;
    return decidedThenTold(deps, provider, primaryKey, executeProvider(deps)(input, provider, command));
  };
