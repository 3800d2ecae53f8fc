import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Base64UpTo, Hex, ListUpTo, Text } from '../encoding/primitives.js';

/** What a signer is asked, and what it answers: one JSON object on each line, in any order, told apart by `id`. */
export const MOST_LINE_BYTES = 131_072;

/** The largest message is an entry without its signature. */
const MOST_MESSAGE_BYTES = 65_664;

const id = Text(32);

export const SignerRequest = t.union(
  [
    closed({ v: t.literal(1), id, op: t.literal('keys') }, 'SignerKeysRequest'),
    closed(
      { v: t.literal(1), id, op: t.literal('sign'), kid: Hex(8), message: Base64UpTo(MOST_MESSAGE_BYTES) },
      'SignRequest',
    ),
  ],
  'SignerRequest',
);
export type SignerRequest = t.TypeOf<typeof SignerRequest>;

export const SignerKey = closed(
  {
    kid: Hex(8),
    publicKey: Base64UpTo(32),
    purpose: t.keyof({ authority: null, event: null, token: null, log: null }),
  },
  'SignerKey',
);
export type SignerKey = t.TypeOf<typeof SignerKey>;

const MOST_KEYS = 48;

export const SignerAnswer = t.union(
  [
    closed({ v: t.literal(1), id, keys: ListUpTo(SignerKey, MOST_KEYS) }, 'SignerKeysAnswer'),
    closed({ v: t.literal(1), id, signature: Base64UpTo(64) }, 'SignatureAnswer'),
    /** Nothing was signed: the key is not here, or the message is none that it signs. */
    closed({ v: t.literal(1), id, refused: Text(256) }, 'SignerRefusal'),
  ],
  'SignerAnswer',
);
export type SignerAnswer = t.TypeOf<typeof SignerAnswer>;
