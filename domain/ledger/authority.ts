import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Base64UpTo, Instant, Text } from '../encoding/primitives.js';
import { type AuthorityEvent, Kid, NodeName, Purpose } from './authority-events.js';
import type { Decider } from './decider.js';
import type { KeyPurpose } from './keyring.js';

/** A public key with its id, as events carry it. */
export interface NamedKey {
  readonly kid: string;
  /** Standard base64 of the 32 bytes. */
  readonly publicKey: string;
}

const PublicKey = Base64UpTo(32);
const Signature = Base64UpTo(64);
const orNull = <A>(codec: t.Type<A, unknown>) => t.union([t.null, codec]);

const IntroduceSigningKey = closed(
  {
    type: t.literal('IntroduceSigningKey'),
    kid: Kid,
    publicKey: PublicKey,
    purpose: Purpose,
    node: orNull(NodeName),
    replaces: orNull(Kid),
    endorsement: orNull(Signature),
    possession: orNull(Signature),
  },
  'IntroduceSigningKey',
);

/** What may be done to an authority's keys once it is founded. Signed with the authority key, as everything in its stream. */
export const KeyChange = t.union(
  [
    IntroduceSigningKey,
    closed({ type: t.literal('RetireSigningKey'), kid: Kid }, 'RetireSigningKey'),
    closed(
      {
        type: t.literal('RotateAuthorityKey'),
        kid: Kid,
        publicKey: PublicKey,
        replaces: Kid,
        possession: Signature,
      },
      'RotateAuthorityKey',
    ),
    closed(
      { type: t.literal('DeclareKeyCompromised'), kid: Kid, since: Instant, reason: Text(512) },
      'DeclareKeyCompromised',
    ),
  ],
  'KeyChange',
);
export type KeyChange = t.TypeOf<typeof KeyChange>;

export type AuthorityCommand =
  | {
      readonly type: 'FoundAuthority';
      readonly name: string;
      readonly group: string;
      readonly authorityKey: NamedKey;
      readonly eventKey: NamedKey;
      /** Keys of other jobs, so that whoever pins the authority key knows them too. */
      readonly others?: ReadonlyArray<NamedKey & { readonly purpose: 'token' | 'log' }>;
    }
  | KeyChange;

export type AuthorityRejection =
  | { readonly _tag: 'AuthorityAlreadyFounded' }
  | { readonly _tag: 'AuthorityNotFounded' }
  | { readonly _tag: 'SigningKeyAlreadyKnown'; readonly kid: string }
  | { readonly _tag: 'SigningKeyNotInUse'; readonly kid: string }
  | { readonly _tag: 'SigningKeyUnknown'; readonly kid: string }
  /** A key replaces one of its own purpose, and the authority key is only ever replaced by another one. */
  | { readonly _tag: 'KeyPurposeMismatch'; readonly kid: string; readonly purpose: KeyPurpose }
  /** Without it nothing could be signed for that purpose: introduce another one first. */
  | { readonly _tag: 'LastSigningKey'; readonly kid: string; readonly purpose: KeyPurpose };

export interface KnownKey {
  readonly purpose: KeyPurpose;
  readonly node: string | null;
  readonly inUse: boolean;
}

export interface AuthorityState {
  readonly founded: { readonly name: string; readonly group: string; readonly kid: string } | undefined;
  readonly keys: ReadonlyMap<string, KnownKey>;
}

type Keys = AuthorityState['keys'];
type Decided = E.Either<AuthorityRejection, ReadonlyArray<AuthorityEvent>>;
type Of<T extends AuthorityCommand['type']> = Extract<AuthorityCommand, { readonly type: T }>;

const ALONE = { node: null, replaces: null, endorsement: null, possession: null } as const;

const found = ({ name, group, authorityKey, eventKey, others = [] }: Of<'FoundAuthority'>): Decided =>
  E.right([
    { type: 'AuthorityFounded', data: { name, group, ...authorityKey } },
    { type: 'SigningKeyIntroduced', data: { ...eventKey, purpose: 'event', ...ALONE } },
    ...others.map((key) => ({ type: 'SigningKeyIntroduced' as const, data: { ...key, ...ALONE } })),
  ]);

const known = (keys: Keys, kid: string): E.Either<AuthorityRejection, KnownKey> =>
  E.fromNullable<AuthorityRejection>({ _tag: 'SigningKeyUnknown', kid })(keys.get(kid));

const unknown = (keys: Keys, kid: string): E.Either<AuthorityRejection, true> =>
  keys.has(kid) ? E.left({ _tag: 'SigningKeyAlreadyKnown', kid }) : E.right(true);

const ofPurpose =
  (kid: string, purpose: KeyPurpose) =>
  (key: KnownKey): E.Either<AuthorityRejection, KnownKey> =>
    key.purpose === purpose ? E.right(key) : E.left({ _tag: 'KeyPurposeMismatch', kid, purpose: key.purpose });

const inUse =
  (kid: string) =>
  (key: KnownKey): E.Either<AuthorityRejection, KnownKey> =>
    key.inUse ? E.right(key) : E.left({ _tag: 'SigningKeyNotInUse', kid });

/** Nobody may be left without a key to sign with; a key of another node does not help this one. */
const replaceable =
  (keys: Keys, kid: string) =>
  (key: KnownKey): E.Either<AuthorityRejection, KnownKey> => {
    const { purpose, node } = key;
    const other = [...keys].some(
      ([id, each]) => id !== kid && each.inUse && each.purpose === purpose && (each.node ?? node) === node,
    );
    return other || node !== null || !key.inUse ? E.right(key) : E.left({ _tag: 'LastSigningKey', kid, purpose });
  };

/** The event that a change becomes, if it may. */
export const eventOf = (change: KeyChange): AuthorityEvent => {
  const { kid } = change;
  switch (change.type) {
    case 'IntroduceSigningKey': {
      const { publicKey, purpose, node, replaces, endorsement, possession } = change;
      const data = { kid, publicKey, purpose, node, replaces, endorsement, possession };
      return { type: 'SigningKeyIntroduced', data };
    }
    case 'RetireSigningKey':
      return { type: 'SigningKeyRetired', data: { kid } };
    case 'RotateAuthorityKey': {
      const { publicKey, replaces, possession } = change;
      return { type: 'AuthorityKeyRotated', data: { kid, publicKey, replaces, possession } };
    }
    case 'DeclareKeyCompromised': {
      const { since, reason } = change;
      return { type: 'SigningKeyCompromised', data: { kid, since, reason } };
    }
  }
};

const introduce = (keys: Keys, data: Of<'IntroduceSigningKey'>): Decided =>
  pipe(
    unknown(keys, data.kid),
    E.flatMap(() =>
      data.replaces === null
        ? E.right(undefined)
        : pipe(known(keys, data.replaces), E.flatMap(ofPurpose(data.replaces, data.purpose))),
    ),
    E.map(() => [eventOf(data)]),
  );

const change = (command: KeyChange, keys: Keys): Decided => {
  switch (command.type) {
    case 'IntroduceSigningKey':
      return introduce(keys, command);
    case 'RetireSigningKey': {
      const { kid } = command;
      return pipe(
        known(keys, kid),
        E.flatMap(inUse(kid)),
        E.flatMap(replaceable(keys, kid)),
        E.map(() => [eventOf(command)]),
      );
    }
    case 'RotateAuthorityKey': {
      const { kid, replaces } = command;
      return pipe(
        unknown(keys, kid),
        E.flatMap(() => known(keys, replaces)),
        E.flatMap(ofPurpose(replaces, 'authority')),
        E.flatMap(inUse(replaces)),
        E.map(() => [eventOf(command)]),
      );
    }
    case 'DeclareKeyCompromised': {
      const { kid } = command;
      return pipe(
        known(keys, kid),
        E.flatMap(replaceable(keys, kid)),
        E.map(() => [eventOf(command)]),
      );
    }
  }
};

const decide = (command: AuthorityCommand, { founded, keys }: AuthorityState): Decided => {
  if (command.type === 'FoundAuthority') {
    return founded === undefined ? found(command) : E.left({ _tag: 'AuthorityAlreadyFounded' });
  }
  return founded === undefined ? E.left({ _tag: 'AuthorityNotFounded' }) : change(command, keys);
};

const begin = (keys: Keys, kid: string, purpose: KeyPurpose, node: string | null): Keys =>
  new Map([...keys, [kid, { purpose, node, inUse: true }]]);

const end = (keys: Keys, kid: string): Keys => {
  const key = keys.get(kid);
  return key === undefined ? keys : new Map([...keys, [kid, { ...key, inUse: false }]]);
};

const evolve = (state: AuthorityState, event: AuthorityEvent): AuthorityState => {
  const { keys } = state;
  switch (event.type) {
    case 'AuthorityFounded': {
      const { name, group, kid } = event.data;
      return { founded: { name, group, kid }, keys: begin(keys, kid, 'authority', null) };
    }
    case 'SigningKeyIntroduced': {
      const { kid, purpose, node } = event.data;
      return { ...state, keys: begin(keys, kid, purpose, node) };
    }
    case 'AuthorityKeyRotated': {
      const { kid, replaces } = event.data;
      return { ...state, keys: begin(end(keys, replaces), kid, 'authority', null) };
    }
    case 'SigningKeyRetired':
    case 'SigningKeyCompromised':
      return { ...state, keys: end(keys, event.data.kid) };
  }
};

/** Founding an authority and bringing its keys in and out of use. */
export const authorityDecider: Decider<AuthorityState, AuthorityCommand, AuthorityEvent, AuthorityRejection> = {
  initial: { founded: undefined, keys: new Map() },
  decide,
  evolve: (state, { event }) => evolve(state, event),
};
