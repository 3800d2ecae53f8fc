import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, ListUpTo, Sha256Hex, Text } from '../encoding/primitives.js';
import { Uuid } from '../ledger/envelope.js';
import { catalogue, type EventsOf, eventType } from '../ledger/event-type.js';
import {
  PrimaryKeyDestructionOrdered,
  PrimaryKeyEndConfirmed,
  PrimaryKeyId,
  PrimaryKeyRevoked,
} from './primary-key-events.js';
import { KeyServer, ProviderKind, ProviderSettings } from './settings.js';

const Why = Text(512);
const orNull = <A>(codec: t.Type<A, unknown>): t.UnionC<[t.NullC, t.Type<A, unknown>]> => t.union([t.null, codec]);

export const KeyProviderCreated = eventType({
  type: 'KeyProviderCreated',
  version: 1,
  data: closed(
    {
      kind: ProviderKind,
      settings: ProviderSettings,
      servers: ListUpTo(KeyServer, 16),
      primaryKey: orNull(PrimaryKeyId),
    },
    'KeyProviderCreated',
  ),
});

/** Both settings whole, so that the event alone says what changed. */
export const KeyProviderChanged = eventType({
  type: 'KeyProviderChanged',
  version: 1,
  data: closed({ old: ProviderSettings, new: ProviderSettings }, 'KeyProviderChanged'),
});

/** Releases nothing from then on. Its primary keys stay where they are: data may still be wrapped by them. */
export const KeyProviderRemoved = eventType({
  type: 'KeyProviderRemoved',
  version: 1,
  data: closed({ reason: Why }, 'KeyProviderRemoved'),
});

export const KeyServerAdded = eventType({ type: 'KeyServerAdded', version: 1, data: KeyServer });

export const KeyServerRemoved = eventType({
  type: 'KeyServerRemoved',
  version: 1,
  data: closed({ name: Text(128), reason: Why }, 'KeyServerRemoved'),
});

/** New keys are wrapped by `new`; what `old` wrapped is still unwrapped by it. */
export const PrimaryKeyChanged = eventType({
  type: 'PrimaryKeyChanged',
  version: 1,
  data: closed({ old: orNull(PrimaryKeyId), new: PrimaryKeyId }, 'PrimaryKeyChanged'),
});

/** `certificate` names the DER in the evidence store, `key` the SHA-256 of its public key: the private key is in the vault by it. */
const certified = {
  certificate: Sha256Hex,
  key: Sha256Hex,
  subject: Text(1024),
  notBefore: Instant,
  notAfter: Instant,
};

/** Self-signed, with a new key. */
export const ClientCertificateIssued = eventType({
  type: 'ClientCertificateIssued',
  version: 1,
  data: closed(certified, 'ClientCertificateIssued'),
});

/** A new key waits for a certificate; the request is in the evidence store. */
export const ClientCsrIssued = eventType({
  type: 'ClientCsrIssued',
  version: 1,
  data: closed({ request: Sha256Hex, key: Sha256Hex, subject: Text(1024) }, 'ClientCsrIssued'),
});

/** Of the key of a request, or (`withKey`) of one that came with it. */
export const ClientCertificateReplaced = eventType({
  type: 'ClientCertificateReplaced',
  version: 1,
  data: closed({ ...certified, withKey: t.boolean }, 'ClientCertificateReplaced'),
});

/** A server's certificate, or a CA's, in the evidence store by `sha256`. */
export const TrustedPeer = closed({ sha256: Sha256Hex, subject: Text(1024), notAfter: Instant }, 'TrustedPeer');
export type TrustedPeer = t.TypeOf<typeof TrustedPeer>;

/** The whole list; before the first one nothing is sent to a key server. */
export const PeerCertificatesTrusted = eventType({
  type: 'PeerCertificatesTrusted',
  version: 1,
  data: closed({ certificates: ListUpTo(TrustedPeer, 64) }, 'PeerCertificatesTrusted'),
});

/** `credential` names its entry in the vault; the value is in no event. */
export const KeyServerCredentialSet = eventType({
  type: 'KeyServerCredentialSet',
  version: 1,
  data: closed({ credential: Uuid }, 'KeyServerCredentialSet'),
});

export const HealthName = t.keyof({ NONE: null, OK: null, WARNING: null, ERROR: null });

/** One server as it was found; `faults` are codes. Null: not known. */
export const ServerHealth = closed(
  {
    server: Text(128),
    health: HealthName,
    clientTrustsServer: orNull(t.boolean),
    serverTrustsClient: orNull(t.boolean),
    faults: ListUpTo(Text(64), 8),
  },
  'ServerHealth',
);
export type ServerHealth = t.TypeOf<typeof ServerHealth>;

/** Recorded only when something changed. */
export const ProviderHealthChanged = eventType({
  type: 'ProviderHealthChanged',
  version: 1,
  data: closed({ old: HealthName, new: HealthName, servers: ListUpTo(ServerHealth, 16) }, 'ProviderHealthChanged'),
});

export const PROVIDER_EVENTS = [
  KeyProviderCreated,
  KeyProviderChanged,
  KeyProviderRemoved,
  KeyServerAdded,
  KeyServerRemoved,
  PrimaryKeyChanged,
  PrimaryKeyRevoked,
  PrimaryKeyDestructionOrdered,
  PrimaryKeyEndConfirmed,
  ClientCertificateIssued,
  ClientCsrIssued,
  ClientCertificateReplaced,
  PeerCertificatesTrusted,
  KeyServerCredentialSet,
  ProviderHealthChanged,
] as const;

export const providerCatalogue = catalogue(PROVIDER_EVENTS);

export type ProviderEvent = EventsOf<typeof providerCatalogue>;
