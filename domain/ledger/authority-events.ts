import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Base64UpTo, Hex, Instant, Text } from '../encoding/primitives.js';
import { catalogue, type EventsOf, eventType, upcast } from './event-type.js';

export const Kid = Hex(8);
const Ed25519PublicKey = Base64UpTo(32);
const Ed25519Signature = Base64UpTo(64);
const orNull = <A>(codec: t.Type<A, unknown>) => t.union([t.null, codec]);

/** The jobs that keys are introduced for. */
export const Purpose = t.keyof({ event: null, token: null, log: null });
/** Which of several nodes a key belongs to. */
export const NodeName = Text(64);

/** The authority names itself and its own key; this event is signed with that key, and its `kid` is what to pin. */
const AuthorityFounded = eventType({
  type: 'AuthorityFounded',
  version: 1,
  data: closed({ name: Text(128), group: Text(64), kid: Kid, publicKey: Ed25519PublicKey }, 'AuthorityFounded'),
});

const SigningKeyIntroducedV1 = closed(
  { kid: Kid, publicKey: Ed25519PublicKey, purpose: Purpose },
  'SigningKeyIntroduced.1',
);

/**
 * From here on the key may be used for its one purpose. The key that it `replaces` signed the endorsement, the key itself
 * the possession; both may be missing at the founding, and an endorsement where the old key is lost or not to be believed.
 */
const SigningKeyIntroduced = eventType({
  type: 'SigningKeyIntroduced',
  version: 2,
  data: closed(
    {
      kid: Kid,
      publicKey: Ed25519PublicKey,
      purpose: Purpose,
      node: orNull(NodeName),
      replaces: orNull(Kid),
      endorsement: orNull(Ed25519Signature),
      possession: orNull(Ed25519Signature),
    },
    'SigningKeyIntroduced',
  ),
  upcasts: [
    upcast(SigningKeyIntroducedV1, (old) => ({
      ...old,
      node: null,
      replaces: null,
      endorsement: null,
      possession: null,
    })),
  ],
});

/** From here on nothing that the key signs counts; what it signed before stays good. */
const SigningKeyRetired = eventType({
  type: 'SigningKeyRetired',
  version: 1,
  data: closed({ kid: Kid }, 'SigningKeyRetired'),
});

/** Signed with the authority key that ends here: from the next event on this stream is signed with the new one. */
const AuthorityKeyRotated = eventType({
  type: 'AuthorityKeyRotated',
  version: 1,
  data: closed(
    { kid: Kid, publicKey: Ed25519PublicKey, replaces: Kid, possession: Ed25519Signature },
    'AuthorityKeyRotated',
  ),
});

/** Somebody else may have signed with the key since then. It ends here, if it did not before. */
const SigningKeyCompromised = eventType({
  type: 'SigningKeyCompromised',
  version: 1,
  data: closed({ kid: Kid, since: Instant, reason: Text(512) }, 'SigningKeyCompromised'),
});

export const AUTHORITY_EVENTS = [
  AuthorityFounded,
  SigningKeyIntroduced,
  SigningKeyRetired,
  AuthorityKeyRotated,
  SigningKeyCompromised,
] as const;

export const authorityCatalogue = catalogue(AUTHORITY_EVENTS);

export type AuthorityEvent = EventsOf<typeof authorityCatalogue>;
