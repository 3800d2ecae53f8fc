import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Base64UpTo, Hex, Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../encoding/primitives.js';
import { KeyChange } from './authority.js';
import { Actor, MOST_ENTRY_BYTES, Uuid } from './envelope.js';

const MOST_CHANGES = 16;

/** Where the authority's stream ends: what the events of a change must continue. */
const Tip = closed(
  { revision: SafeInt, leaf: Sha256Hex, recordedAt: Instant, command: Text(64), ordinal: SafeInt },
  'Tip',
);

/**
 * Changes of keys, decided and not signed yet: carried to wherever the authority key is, which may be a machine without a
 * network. Holds nothing secret. Nobody vouches for it: who signs reads what it says first.
 */
export const KeyRequest = closed(
  {
    v: t.literal(1),
    /** Founding authority key: which authority. */
    authority: Hex(8),
    /** The authority key that has to sign. */
    signer: Hex(8),
    tip: Tip,
    commandId: Uuid,
    actor: Actor,
    at: Instant,
    changes: ListUpTo(KeyChange, MOST_CHANGES),
  },
  'KeyRequest',
);
export type KeyRequest = t.TypeOf<typeof KeyRequest>;

/** The changes as signed events, in order. They fit at one place of one authority's stream and nowhere else. */
export const SignedKeyChange = closed(
  { v: t.literal(1), authority: Hex(8), entries: ListUpTo(Base64UpTo(MOST_ENTRY_BYTES), MOST_CHANGES) },
  'SignedKeyChange',
);
export type SignedKeyChange = t.TypeOf<typeof SignedKeyChange>;
