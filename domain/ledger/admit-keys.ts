import * as E from 'fp-ts/lib/Either.js';
import { fromBase64 } from '../encoding/bytes.js';
import { type AuthorityEvent, authorityCatalogue } from './authority-events.js';
import type { Envelope } from './envelope.js';
import { vouches } from './key-statement.js';
import { AUTHORITY_STREAM, foundingKid, type Keyring, kidOf, type SigningKey } from './keyring.js';
import type { EntryEngines } from './ledger.js';

/** Which authority is believed: a pinned key id, or whatever the store's first event says (`null`). */
export type PinnedAuthority = string | null;

type Of<T extends AuthorityEvent['type']> = Extract<AuthorityEvent, { readonly type: T }>['data'];

const put = (keyring: Keyring, key: SigningKey): Keyring => new Map([...keyring, [key.kid, key]]);

/** A key that is not what its id says, or that would replace another under its id, is left unknown: it signs nothing. */
const added = (engines: EntryEngines, keyring: Keyring, key: SigningKey): Keyring =>
  kidOf(engines.hashing, key.publicKey) === key.kid && !keyring.has(key.kid) ? put(keyring, key) : keyring;

const FRESH = { until: null, compromised: null } as const;

/** What is said about a new key must be true: the key before it wanted it, and who brought it has it. */
const introduce = (engines: EntryEngines, keyring: Keyring, at: number, data: Of<'SigningKeyIntroduced'>): Keyring => {
  const { kid, purpose, node, replaces, endorsement, possession } = data;
  const statement = { ...data, authority: foundingKid(keyring) ?? '' };
  const publicKey = fromBase64(data.publicKey);
  const before = replaces === null ? undefined : keyring.get(replaces);
  if (replaces !== null && before?.purpose !== purpose) return keyring;
  if (
    endorsement !== null &&
    (before === undefined || !vouches(engines, 'endorsement', statement, before.publicKey, endorsement))
  )
    return keyring;
  if (possession !== null && !vouches(engines, 'possession', statement, publicKey, possession)) return keyring;
  return added(engines, keyring, { kid, publicKey, purpose, node, replaces, from: at, ...FRESH });
};

const retire = (keyring: Keyring, kid: string, index: number): Keyring => {
  const key = keyring.get(kid);
  return key?.until === null && key.purpose !== 'authority' ? put(keyring, { ...key, until: index }) : keyring;
};

/** The old key signs this very event, and nothing behind it. */
const rotate = (engines: EntryEngines, keyring: Keyring, at: number, data: Of<'AuthorityKeyRotated'>): Keyring => {
  const { kid, replaces, possession } = data;
  const old = keyring.get(replaces);
  const statement = { ...data, purpose: 'authority' as const, node: null, authority: foundingKid(keyring) ?? '' };
  const publicKey = fromBase64(data.publicKey);
  if (old?.purpose !== 'authority' || old.until !== null) return keyring;
  if (!vouches(engines, 'possession', statement, publicKey, possession)) return keyring;
  const key = { kid, publicKey, purpose: 'authority', node: null, replaces, from: at + 1, ...FRESH } as const;
  const next = added(engines, keyring, key);
  return next === keyring ? keyring : put(next, { ...old, until: at + 1 });
};

const compromise = (keyring: Keyring, at: number, { kid, since, reason }: Of<'SigningKeyCompromised'>): Keyring => {
  const key = keyring.get(kid);
  // The authority key in use can't be taken out of use by itself: it is rotated first.
  if (key === undefined || (key.purpose === 'authority' && key.until === null)) return keyring;
  const earliest = key.compromised !== null && key.compromised.since <= since ? key.compromised : undefined;
  return put(keyring, {
    ...key,
    until: key.until ?? at,
    compromised: earliest ?? { since, reason, declared: at },
  });
};

const authorityEvent = (envelope: Envelope): AuthorityEvent | undefined => {
  if (envelope.stream !== AUTHORITY_STREAM) return undefined;
  const event = authorityCatalogue.decode(envelope.type, envelope.typeVersion, envelope.data);
  return E.isRight(event) ? event.right : undefined;
};

/** The keys to check an entry with: the founding event is checked with the key that it names, if that is the pinned one. */
export const keyringBefore = (
  engines: EntryEngines,
  pinned: PinnedAuthority,
  keyring: Keyring,
  at: number,
  envelope: Envelope,
): Keyring => {
  const event = envelope.revision === 0 ? authorityEvent(envelope) : undefined;
  if (event?.type !== 'AuthorityFounded' || keyring.size > 0) return keyring;
  const { kid, publicKey } = event.data;
  const key = { kid, publicKey: fromBase64(publicKey), purpose: 'authority', node: null, replaces: null } as const;
  return pinned === null || pinned === kid ? added(engines, keyring, { ...key, from: at, ...FRESH }) : keyring;
};

/** The keys in force behind an entry, which was checked. */
export const keyringAfter = (engines: EntryEngines, keyring: Keyring, at: number, envelope: Envelope): Keyring => {
  const event = authorityEvent(envelope);
  switch (event?.type) {
    case 'SigningKeyIntroduced':
      return introduce(engines, keyring, at, event.data);
    case 'SigningKeyRetired':
      return retire(keyring, event.data.kid, at);
    case 'AuthorityKeyRotated':
      return rotate(engines, keyring, at, event.data);
    case 'SigningKeyCompromised':
      return compromise(keyring, at, event.data);
    case 'AuthorityFounded':
    case undefined:
      return keyring;
  }
};
