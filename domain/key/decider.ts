import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type PermissionRequired, requirePermission } from '../access/require-permission.js';
import type { Decider } from '../ledger/decider.js';
import type { Actor, Recorded } from '../ledger/envelope.js';
import type { EventOf } from '../ledger/event-type.js';
import type { KeyCreated, KeyEvent, KeyRekeyed } from './events.js';

/** A key by its ciphertext. */
export interface KeyState {
  readonly status: 'unknown' | 'usable' | 'revoked';
  readonly provider: string;
  readonly primaryKey: string;
  /** Ids under which the same key was wrapped anew. */
  readonly successors: ReadonlyArray<string>;
}

export const unknownKey: KeyState = { status: 'unknown', provider: '', primaryKey: '', successors: [] };

type DataOf<X> = EventOf<X> extends { readonly data: infer D } ? D : never;

export type KeyCommand =
  | ({ readonly type: 'CreateKey' } & DataOf<typeof KeyCreated>)
  | ({ readonly type: 'RekeyKey' } & DataOf<typeof KeyRekeyed>)
  | {
      readonly type: 'RegisterKey';
      readonly by: Actor;
      readonly provider: string;
      readonly primaryKey: string;
      readonly reason: string;
    }
  | { readonly type: 'RevokeKey'; readonly by: Actor; readonly reason: string };

export type KeyRejection =
  | PermissionRequired
  | { readonly _tag: 'KeyExists' }
  | { readonly _tag: 'KeyUnknown' }
  | { readonly _tag: 'KeyAlreadyRevoked' };

type Decided = E.Either<KeyRejection, ReadonlyArray<KeyEvent>>;

const reject = (rejection: KeyRejection): Decided => E.left(rejection);

const decideKnown = (command: Extract<KeyCommand, { type: 'RekeyKey' | 'RevokeKey' }>, state: KeyState): Decided => {
  if (state.status === 'unknown') return reject({ _tag: 'KeyUnknown' });
  if (state.status === 'revoked') return reject({ _tag: 'KeyAlreadyRevoked' });
  if (command.type === 'RevokeKey') return E.right([{ type: 'KeyRevoked', data: { reason: command.reason } }]);
  const { host, primaryKey, release } = command;
  return E.right([{ type: 'KeyRekeyed', data: { new: command.new, primaryKey, host, release } }]);
};

const decide = (command: KeyCommand, state: KeyState): Decided => {
  switch (command.type) {
    case 'CreateKey': {
      const { provider, primaryKey, host, origin, release } = command;
      return state.status === 'unknown'
        ? E.right([{ type: 'KeyCreated', data: { provider, primaryKey, host, origin, release } }])
        : reject({ _tag: 'KeyExists' });
    }
    case 'RegisterKey': {
      const { provider, primaryKey, reason } = command;
      return pipe(
        requirePermission(command.by, 'ManageKMSTrust'),
        E.flatMap(() =>
          state.status === 'unknown'
            ? E.right([{ type: 'KeyRegistered' as const, data: { provider, primaryKey, reason } }])
            : reject({ _tag: 'KeyExists' }),
        ),
      );
    }
    case 'RevokeKey':
      return pipe(
        requirePermission(command.by, 'ManageKMSTrust'),
        E.flatMap(() => decideKnown(command, state)),
      );
    case 'RekeyKey':
      return decideKnown(command, state);
  }
};

const evolve = (state: KeyState, { event }: Recorded<KeyEvent>): KeyState => {
  switch (event.type) {
    case 'KeyCreated':
    case 'KeyRegistered': {
      const { provider, primaryKey } = event.data;
      return { ...state, status: 'usable', provider, primaryKey };
    }
    case 'KeyRekeyed':
      return { ...state, successors: [...state.successors, event.data.new] };
    case 'KeyRevoked':
      return { ...state, status: 'revoked' };
  }
};

/** One key, from the first wrapping to its revocation. */
export const keyDecider: Decider<KeyState, KeyCommand, KeyEvent, KeyRejection> = {
  initial: unknownKey,
  decide,
  evolve,
};
