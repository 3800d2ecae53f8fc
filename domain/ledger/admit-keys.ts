import * as E from 'fp-ts/lib/Either.js';
import { fromBase64 } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { type AuthorityEvent, authorityCatalogue } from './authority-events.js';
import type { Envelope } from './envelope.js';
import { AUTHORITY_STREAM, type KeyPurpose, type Keyring, kidOf } from './keyring.js';

/** Which authority is believed: a pinned key id, or whatever the store's first event says (`null`). */
export type PinnedAuthority = string | null;

const introduce = (
  hashing: Hashing,
  keyring: Keyring,
  key: { readonly kid: string; readonly publicKey: string; readonly purpose: KeyPurpose; readonly from: number },
): Keyring => {
  const publicKey = fromBase64(key.publicKey);
  // A key that is not what its id says, or that would replace another, is left unknown: its signatures are refused.
  return kidOf(hashing, publicKey) === key.kid && !keyring.has(key.kid)
    ? new Map([...keyring, [key.kid, { ...key, publicKey, until: null }]])
    : keyring;
};

const retire = (keyring: Keyring, kid: string, index: number): Keyring => {
  const key = keyring.get(kid);
  return key?.until === null && key.purpose !== 'authority'
    ? new Map([...keyring, [kid, { ...key, until: index }]])
    : keyring;
};

const authorityEvent = (envelope: Envelope): AuthorityEvent | undefined => {
  if (envelope.stream !== AUTHORITY_STREAM) return undefined;
  const event = authorityCatalogue.decode(envelope.type, envelope.typeVersion, envelope.data);
  return E.isRight(event) ? event.right : undefined;
};

/** The keys to check an entry with: the founding event is checked with the key that it names, if that is the pinned one. */
export const keyringBefore = (
  hashing: Hashing,
  pinned: PinnedAuthority,
  keyring: Keyring,
  at: number,
  envelope: Envelope,
): Keyring => {
  const event = envelope.revision === 0 ? authorityEvent(envelope) : undefined;
  if (event?.type !== 'AuthorityFounded' || keyring.size > 0) return keyring;
  const { kid, publicKey } = event.data;
  return pinned === null || pinned === kid
    ? introduce(hashing, keyring, { kid, publicKey, purpose: 'authority', from: at })
    : keyring;
};

/** The keys in force behind an entry, which was checked. */
export const keyringAfter = (hashing: Hashing, keyring: Keyring, at: number, envelope: Envelope): Keyring => {
  const event = authorityEvent(envelope);
  switch (event?.type) {
    case 'SigningKeyIntroduced':
      return introduce(hashing, keyring, { ...event.data, from: at });
    case 'SigningKeyRetired':
      return retire(keyring, event.data.kid, at);
    case 'AuthorityFounded':
    case undefined:
      return keyring;
  }
};
