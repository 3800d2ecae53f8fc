import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Base64UpTo, Instant, SafeInt, Sha256Hex, Text } from '../encoding/primitives.js';

/** `authority`, `reference/<group>`, `host/<id>` ... : a kind and, behind a slash, which one. */
export type StreamId = string;

const STREAM = /^[a-z][a-z0-9-]{0,31}(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,127})?$/;
const isStreamId = (u: unknown): u is string => typeof u === 'string' && STREAM.test(u);
export const StreamId = new t.Type<string>(
  'StreamId',
  isStreamId,
  (u, c) => (isStreamId(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const isUuid = (u: unknown): u is string => typeof u === 'string' && UUID.test(u);
export const Uuid = new t.Type<string>(
  'Uuid',
  isUuid,
  (u, c) => (isUuid(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

export const Role = t.keyof({
  'trust-administrator': null,
  'workload-administrator': null,
  'key-administrator': null,
  auditor: null,
  host: null,
  authority: null,
});
export type Role = t.TypeOf<typeof Role>;

/** Who caused an event: an opaque subject, never a person's name. */
export const Actor = closed({ subject: Text(128), role: Role }, 'Actor');
export type Actor = t.TypeOf<typeof Actor>;

/** The revision of every other stream that the decision read: replay folds exactly these. */
export const Basis = t.readonly(t.record(StreamId, SafeInt));
export type Basis = t.TypeOf<typeof Basis>;

/**
 * One signed event as it is stored. `previous` is the leaf hash of the stream's event before it (null for the first), so
 * that a stream's completeness can be proved. `recordedAt` never goes back within a stream.
 * `sig` is Ed25519 by key `kid` over "sekisho/event/v1" 0x00 and the canonical bytes without `sig`.
 */
export const Envelope = closed(
  {
    v: t.literal(1),
    id: Uuid,
    stream: StreamId,
    revision: SafeInt,
    type: Text(64),
    typeVersion: SafeInt,
    recordedAt: Instant,
    actor: Actor,
    command: Text(64),
    basis: Basis,
    previous: t.union([t.null, Sha256Hex]),
    data: t.UnknownRecord,
    kid: Text(64),
    sig: Base64UpTo(64),
  },
  'Envelope',
);
export type Envelope = t.TypeOf<typeof Envelope>;

/** C2SP tlog-tiles carries an entry behind a 16-bit length. */
export const MOST_ENTRY_BYTES = 65_535;

/** Canonical, signed bytes ready for the store. */
export interface SignedEntry {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** A stored event that passed chain, signature, codec and upcasting. */
export interface Recorded<E extends DomainEvent = DomainEvent> {
  readonly index: number;
  readonly stream: StreamId;
  readonly revision: number;
  readonly id: string;
  readonly recordedAt: string;
  readonly actor: Actor;
  readonly command: string;
  readonly basis: Basis;
  readonly leaf: string;
  readonly kid: string;
  readonly event: E;
}

/** An event as deciders and projections see it: always of the newest version. */
export interface DomainEvent {
  readonly type: string;
  readonly data: unknown;
}
