import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Sha256Hex, Text } from '../encoding/primitives.js';
import { HostId } from '../host/host-id.js';
import { ProviderId } from '../key-provider/provider-id.js';
import { Uuid } from '../ledger/envelope.js';
import { catalogue, type EventsOf, eventType } from '../ledger/event-type.js';

const PrimaryKeyId = Text(128);

/** How a key came to be: made by the key server, brought by a host, or wrapped anew from another one. */
export const Origin = t.keyof({ generated: null, wrapped: null, rekeyed: null });

/** `release` is the release that it was made for. The key itself is nowhere but where it was delivered to. */
export const KeyCreated = eventType({
  type: 'KeyCreated',
  version: 1,
  data: closed(
    { provider: ProviderId, primaryKey: PrimaryKeyId, host: HostId, origin: Origin, release: Uuid },
    'KeyCreated',
  ),
});

/** A key that was wrapped by the provider's primary key before this authority knew of it. */
export const KeyRegistered = eventType({
  type: 'KeyRegistered',
  version: 1,
  data: closed({ provider: ProviderId, primaryKey: PrimaryKeyId, reason: Text(512) }, 'KeyRegistered'),
});

/** The same key, wrapped by another primary key from now on; this ciphertext stays usable until it is revoked. */
export const KeyRekeyed = eventType({
  type: 'KeyRekeyed',
  version: 1,
  data: closed({ new: Sha256Hex, primaryKey: PrimaryKeyId, host: HostId, release: Uuid }, 'KeyRekeyed'),
});

/** Nobody gets it any more. Who holds it already, the key ledger knows. */
export const KeyRevoked = eventType({
  type: 'KeyRevoked',
  version: 1,
  data: closed({ reason: Text(512) }, 'KeyRevoked'),
});

export const KEY_EVENTS = [KeyCreated, KeyRegistered, KeyRekeyed, KeyRevoked] as const;

export const keyCatalogue = catalogue(KEY_EVENTS);

export type KeyEvent = EventsOf<typeof keyCatalogue>;
