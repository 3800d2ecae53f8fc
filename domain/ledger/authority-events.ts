import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Base64UpTo, Hex, Text } from '../encoding/primitives.js';
import { catalogue, type EventsOf, eventType } from './event-type.js';

const Kid = Hex(8);
const Ed25519PublicKey = Base64UpTo(32);

/** The authority names itself and its own key; this event is signed with that key, and its `kid` is what to pin. */
const AuthorityFounded = eventType({
  type: 'AuthorityFounded',
  version: 1,
  data: closed({ name: Text(128), group: Text(64), kid: Kid, publicKey: Ed25519PublicKey }, 'AuthorityFounded'),
});

/** From here on the key may be used for its one purpose. */
const SigningKeyIntroduced = eventType({
  type: 'SigningKeyIntroduced',
  version: 1,
  data: closed(
    { kid: Kid, publicKey: Ed25519PublicKey, purpose: t.keyof({ event: null, token: null, log: null }) },
    'SigningKeyIntroduced',
  ),
});

/** From here on nothing that the key signs counts; what it signed before stays good. */
const SigningKeyRetired = eventType({
  type: 'SigningKeyRetired',
  version: 1,
  data: closed({ kid: Kid }, 'SigningKeyRetired'),
});

export const AUTHORITY_EVENTS = [AuthorityFounded, SigningKeyIntroduced, SigningKeyRetired] as const;

export const authorityCatalogue = catalogue(AUTHORITY_EVENTS);

export type AuthorityEvent = EventsOf<typeof authorityCatalogue>;
