import * as t from 'io-ts';
import { Reason } from '../appraisal/result.js';
import { closed } from '../encoding/closed.js';
import { Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../encoding/primitives.js';
import { ProviderId } from '../key-provider/provider-id.js';
import { Uuid } from '../ledger/envelope.js';
import { type EventOf, eventType } from '../ledger/event-type.js';
import { TokenKind } from '../token/token-kind.js';

const orNull = <A>(codec: t.Type<A, unknown>): t.UnionC<[t.NullC, t.Type<A, unknown>]> => t.union([t.null, codec]);

/** `rekey` wraps a key anew by the provider's current primary key; its plaintext leaves the authority for nobody. */
export const KeyOperation = t.keyof({ 'generate-key': null, encrypt: null, decrypt: null, rekey: null });
export type KeyOperation = t.TypeOf<typeof KeyOperation>;

/**
 * How plaintext goes to the host: to the X25519 key that its quote vouched for, to a TPM key that its AK certified, or not at
 * all. `unfit` holds codes of what is wrong with a TPM key, judged once, when it came.
 */
export const Delivery = closed(
  {
    to: t.keyof({ 'wrapping-key': null, 'tpm-key': null, nobody: null }),
    /** SHA-256 of the public key. */
    key: orNull(Sha256Hex),
    unfit: ListUpTo(Text(64), 16),
  },
  'Delivery',
);
export type Delivery = t.TypeOf<typeof Delivery>;

/** What a host asked for, and the genuine token that it asked with. No plaintext and no ciphertext: a key goes by its id. */
export const ReleaseAsked = closed(
  {
    release: Uuid,
    operation: KeyOperation,
    provider: ProviderId,
    /** Null: the key is being made. */
    key: orNull(Sha256Hex),
    purpose: orNull(Text(64)),
    token: closed({ id: Text(64), kind: TokenKind, expires: Instant, forUs: t.boolean }, 'AskedWithToken'),
    delivery: Delivery,
  },
  'ReleaseAsked',
);
export type ReleaseAsked = t.TypeOf<typeof ReleaseAsked>;

/** What the decision knew that no stream says. */
export const ReleaseFacts = closed(
  {
    at: Instant,
    /** Trusted cluster that the host is in. */
    cluster: orNull(Text(128)),
    /** Whether a published checkpoint with its quorum covers the verdict; null: not asked for. */
    witnessed: orNull(t.boolean),
    withinRate: t.boolean,
  },
  'ReleaseFacts',
);
export type ReleaseFacts = t.TypeOf<typeof ReleaseFacts>;

const ReliedVerdict = closed({ index: SafeInt, revision: SafeInt }, 'ReliedVerdict');

/** Durable before the key server is asked. */
export const KeyReleaseAuthorised = eventType({
  type: 'KeyReleaseAuthorised',
  version: 1,
  data: closed(
    { asked: ReleaseAsked, facts: ReleaseFacts, verdict: ReliedVerdict, primaryKey: Text(128) },
    'KeyReleaseAuthorised',
  ),
});

/** With every reason. `unrecorded` refusals of this host since the last recorded one were like others before, and only counted. */
export const KeyReleaseRefused = eventType({
  type: 'KeyReleaseRefused',
  version: 1,
  data: closed(
    {
      asked: ReleaseAsked,
      facts: ReleaseFacts,
      verdict: orNull(ReliedVerdict),
      reasons: ListUpTo(Reason, 32),
      unrecorded: SafeInt,
    },
    'KeyReleaseRefused',
  ),
});

/** What an authorised release came to. */
const answered = { release: Uuid, operation: KeyOperation, provider: ProviderId, facts: ReleaseFacts };

/** Decided again from what held just before, and durable before the answer leaves. `key` is what was released or made. */
export const KeyDelivered = eventType({
  type: 'KeyDelivered',
  version: 1,
  data: closed({ ...answered, key: Sha256Hex, purpose: orNull(Text(64)), verdict: ReliedVerdict }, 'KeyDelivered'),
});

/** Nothing left the authority: the key server failed (`fault`), or what the release rested on changed meanwhile (`reasons`). */
export const KeyDeliveryFailed = eventType({
  type: 'KeyDeliveryFailed',
  version: 1,
  data: closed({ ...answered, fault: Text(64), reasons: ListUpTo(Reason, 32) }, 'KeyDeliveryFailed'),
});

export const RELEASE_EVENTS = [KeyReleaseAuthorised, KeyReleaseRefused, KeyDelivered, KeyDeliveryFailed] as const;

export type ReleaseEvent = EventOf<(typeof RELEASE_EVENTS)[number]>;
