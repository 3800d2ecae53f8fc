import * as E from 'fp-ts/lib/Either.js';
import type { AuthorityEvent } from './authority-events.js';
import type { Decider } from './decider.js';
import type { KeyPurpose } from './keyring.js';

/** A public key with its id, as events carry it. */
export interface NamedKey {
  readonly kid: string;
  /** Standard base64 of the 32 bytes. */
  readonly publicKey: string;
}

export type AuthorityCommand =
  /** Signed with the authority key, as everything in this stream. */
  | {
      readonly type: 'FoundAuthority';
      readonly name: string;
      readonly group: string;
      readonly authorityKey: NamedKey;
      readonly eventKey: NamedKey;
    }
  | {
      readonly type: 'IntroduceSigningKey';
      readonly key: NamedKey;
      readonly purpose: Exclude<KeyPurpose, 'authority'>;
    }
  | { readonly type: 'RetireSigningKey'; readonly kid: string };

export type AuthorityRejection =
  | { readonly _tag: 'AuthorityAlreadyFounded' }
  | { readonly _tag: 'AuthorityNotFounded' }
  | { readonly _tag: 'SigningKeyAlreadyKnown'; readonly kid: string }
  | { readonly _tag: 'SigningKeyNotInUse'; readonly kid: string };

export interface AuthorityState {
  readonly founded: { readonly name: string; readonly group: string; readonly kid: string } | undefined;
  readonly keys: ReadonlyMap<string, 'in-use' | 'retired'>;
}

type Decided = E.Either<AuthorityRejection, ReadonlyArray<AuthorityEvent>>;

const decide = (command: AuthorityCommand, { founded, keys }: AuthorityState): Decided => {
  if (command.type === 'FoundAuthority') {
    const { name, group, authorityKey, eventKey } = command;
    return founded === undefined
      ? E.right([
          { type: 'AuthorityFounded', data: { name, group, ...authorityKey } },
          { type: 'SigningKeyIntroduced', data: { ...eventKey, purpose: 'event' } },
        ])
      : E.left({ _tag: 'AuthorityAlreadyFounded' });
  }
  if (founded === undefined) return E.left({ _tag: 'AuthorityNotFounded' });
  switch (command.type) {
    case 'IntroduceSigningKey': {
      const { key, purpose } = command;
      return keys.has(key.kid)
        ? E.left({ _tag: 'SigningKeyAlreadyKnown', kid: key.kid })
        : E.right([{ type: 'SigningKeyIntroduced', data: { ...key, purpose } }]);
    }
    case 'RetireSigningKey':
      return keys.get(command.kid) === 'in-use'
        ? E.right([{ type: 'SigningKeyRetired', data: { kid: command.kid } }])
        : E.left({ _tag: 'SigningKeyNotInUse', kid: command.kid });
  }
};

/** Founding an authority and bringing its keys in and out of use. */
export const authorityDecider: Decider<AuthorityState, AuthorityCommand, AuthorityEvent, AuthorityRejection> = {
  initial: { founded: undefined, keys: new Map() },
  decide,
  evolve: (state, { event }) => {
    switch (event.type) {
      case 'AuthorityFounded': {
        const { name, group, kid } = event.data;
        return { ...state, founded: { name, group, kid } };
      }
      case 'SigningKeyIntroduced':
        return { ...state, keys: new Map([...state.keys, [event.data.kid, 'in-use']]) };
      case 'SigningKeyRetired':
        return { ...state, keys: new Map([...state.keys, [event.data.kid, 'retired']]) };
    }
  },
};
