import * as E from 'fp-ts/lib/Either.js';
import { concat, fromBase64, isBase64, toBase64, toHex, utf8 } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { type Malformed, malformed } from './malformed.js';

/** C2SP signed-note, signature types: 0x01 signs the note's text, 0x04 is a timestamped cosignature of a checkpoint. */
export type KeyType = 'ed25519' | 'cosignature-v1';

const TYPE_BYTE: Readonly<Record<KeyType, number>> = { ed25519: 0x01, 'cosignature-v1': 0x04 };
const KEY_BYTES = 32;
const MOST_NAME_LENGTH = 256;
const ID_TEXT = /^[0-9a-f]{8}$/;
const WELL_FORMED = /^(?:[^\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])+$/;
/** Unicode's White_Space property, control characters, and the plus sign that separates the parts of a verifier key. */
const NOT_IN_NAMES = /[\u0000-\u0020+\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** A key that somebody chose to trust. `id` is 8 hexadecimal digits; name and id together say which key made a signature. */
export interface VerifierKey {
  readonly name: string;
  readonly id: string;
  readonly type: KeyType;
  readonly publicKey: Uint8Array;
}

const fault = malformed('verifier key');

export const isKeyName = (name: string): boolean =>
  name.length <= MOST_NAME_LENGTH && WELL_FORMED.test(name) && !NOT_IN_NAMES.test(name);

/** C2SP signed-note: SHA-256(name || 0x0A || type || public key), its first 4 bytes. An identifier, no commitment. */
const keyId = (hashing: Hashing, name: string, typed: Uint8Array): string =>
  toHex(hashing.hash('sha256', utf8(name), Uint8Array.of(0x0a), typed).subarray(0, 4));

export const makeVerifierKey = (hashing: Hashing, key: Omit<VerifierKey, 'id'>): E.Either<Malformed, VerifierKey> => {
  if (!isKeyName(key.name)) return E.left(fault('name', 'must be non-empty, without spaces and plus signs'));
  if (key.publicKey.length !== KEY_BYTES) return E.left(fault('key', 'must be 32 bytes long'));
  return E.right({ ...key, id: keyId(hashing, key.name, concat(Uint8Array.of(TYPE_BYTE[key.type]), key.publicKey)) });
};

/** `name+id+base64(type || public key)`, the form in which keys are handed to those who verify. */
export const formatVerifierKey = ({ name, id, type, publicKey }: VerifierKey): string =>
  `${name}+${id}+${toBase64(concat(Uint8Array.of(TYPE_BYTE[type]), publicKey))}`;

const typeOf = (byte: number | undefined): KeyType | undefined =>
  byte === TYPE_BYTE.ed25519 ? 'ed25519' : byte === TYPE_BYTE['cosignature-v1'] ? 'cosignature-v1' : undefined;

/** Refuses key types that can't be verified here, and an id that does not belong to the key. */
export const parseVerifierKey = (hashing: Hashing, text: string): E.Either<Malformed, VerifierKey> => {
  if (text.length > MOST_NAME_LENGTH + 64) return E.left(fault('(whole)', 'is too long'));
  const [name = '', id = '', ...rest] = text.split('+');
  const encoded = rest.join('+');
  if (!ID_TEXT.test(id)) return E.left(fault('id', 'must be 8 lower-case hexadecimal digits'));
  if (encoded === '' || !isBase64(encoded)) return E.left(fault('key', 'must be base64'));
  const typed = fromBase64(encoded);
  const type = typeOf(typed[0]);
  if (type === undefined) return E.left(fault('type', 'must be 0x01 (Ed25519) or 0x04 (Ed25519 cosignature)'));
  const key = makeVerifierKey(hashing, { name, type, publicKey: typed.subarray(1) });
  return E.isRight(key) && key.right.id !== id ? E.left(fault('id', 'must be the one of this name and key')) : key;
};
