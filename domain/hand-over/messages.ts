import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Base64UpTo, Hex, ListUpTo } from '../encoding/primitives.js';

const Kid = Hex(8);

/** More nodes than an authority ever has. */
export const MOST_NODES = 64;
export const MOST_SHARED_KEYS = 48;

/** Jobs whose key is the same on every node. */
export const SharedPurpose = t.keyof({ token: null, log: null });

/** A key that every node must have. */
export const SharedKey = closed({ kid: Kid, publicKey: Base64UpTo(32), purpose: SharedPurpose }, 'SharedKey');
export type SharedKey = t.TypeOf<typeof SharedKey>;

/** The secret of a shared key, for whoever has the event key `to`. */
export const KeyBox = closed(
  { to: Kid, ephemeralKey: Base64UpTo(32), nonce: Base64UpTo(24), box: Base64UpTo(256) },
  'KeyBox',
);
export type KeyBox = t.TypeOf<typeof KeyBox>;

/** Common to both: whose ledger it is for, the event key of the node that says it, and that key's signature. */
const head = { v: t.literal(1), authority: Kid, kid: Kid, sig: Base64UpTo(64) };

/** A node gives a shared key to others. Without a box it only says that the key is to come: its secret is not in its file. */
export const KeyOffer = closed(
  { ...head, type: t.literal('KeyOffer'), key: SharedKey, boxes: ListUpTo(KeyBox, MOST_NODES) },
  'KeyOffer',
);
export type KeyOffer = t.TypeOf<typeof KeyOffer>;

/** A node says which shared keys it can sign with. What it said before counts no more. */
export const KeysHeld = closed(
  { ...head, type: t.literal('KeysHeld'), keys: ListUpTo(Kid, MOST_SHARED_KEYS) },
  'KeysHeld',
);
export type KeysHeld = t.TypeOf<typeof KeysHeld>;

/** What nodes of one authority tell each other about keys. It decides nothing: which keys count, the ledger alone says. */
export const HandOverMessage = t.union([KeyOffer, KeysHeld], 'HandOverMessage');
export type HandOverMessage = t.TypeOf<typeof HandOverMessage>;
