import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { concat, equalBytes } from '../../../../domain/encoding/bytes.js';
import type { Random } from '../../../../domain/ports.js';
import { type Answered, unsent } from '../exchange.js';
import { misbehaved } from '../transport/transport-fault.js';
import { openGcm, sealGcm } from './aes-gcm.js';
import {
  type Ciphertext,
  type CiphertextHeader,
  ivBytesOf,
  readCiphertext,
  type Scheme,
  SEED_BYTES,
  TAG_BYTES,
  writeCiphertext,
  writeHeader,
} from './ciphertext.js';
import type { KeyCipher } from './key-cipher.js';
import { withSeedKey } from './seed-key.js';

const NONE = new Uint8Array(0);

const MODES = { gcm: 'GCM', 'seed-cbc': 'CBC', 'seed-ctr': 'CTR' } as const;

const invalid = (rule: string): Answered<never> => unsent({ _tag: 'CiphertextInvalid', rule });

/**
 * Encrypted with the plaintext, so that it tells nothing, and checked here when it comes back: a server that decrypts
 * to something else is found out without being trusted to check the tag.
 */
const checkOf = (header: Uint8Array, plaintext: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(header).update(plaintext).digest()).subarray(0, TAG_BYTES);

const wrapGcm = async (
  cipher: KeyCipher,
  named: CiphertextHeader,
  plaintext: Uint8Array,
): Promise<Answered<Uint8Array>> => {
  const header = writeHeader(named);
  const checked = concat(plaintext, checkOf(header, plaintext));
  const encrypted = await cipher.encrypt('GCM', named.iv, checked, header);
  checked.fill(0);
  return E.map(({ data, tag }: { data: Uint8Array; tag: Uint8Array }) => writeCiphertext({ ...named, tag, data }))(
    encrypted,
  );
};

const wrapSeed = async (
  cipher: KeyCipher,
  named: CiphertextHeader,
  plaintext: Uint8Array,
  random: Random,
): Promise<Answered<Uint8Array>> => {
  const seed = random.bytes(SEED_BYTES);
  const encrypted = await cipher.encrypt(MODES[named.scheme], named.iv, seed, undefined);
  const wrapped = E.map(({ data }: { data: Uint8Array }) => {
    const complete = { ...named, seed: data };
    const header = writeHeader(complete);
    return writeCiphertext({
      ...complete,
      ...withSeedKey(seed, header, (key, iv) => sealGcm(key, iv, plaintext, header)),
    });
  })(encrypted);
  seed.fill(0);
  return wrapped;
};

const unwrapGcm = async (cipher: KeyCipher, { iv, data, tag, ...named }: Ciphertext): Promise<Answered<Uint8Array>> => {
  const header = writeHeader({ ...named, iv });
  const opened = await cipher.decrypt('GCM', iv, data, { additionalData: header, tag });
  if (E.isLeft(opened)) return opened;
  const checked = opened.right;
  if (checked.length <= TAG_BYTES) return invalid('must decrypt to what was wrapped');
  const plaintext = checked.slice(0, -TAG_BYTES);
  const isSame = equalBytes(checked.subarray(plaintext.length), checkOf(header, plaintext));
  checked.fill(0);
  return isSame ? E.right(plaintext) : invalid('must decrypt to what was wrapped');
};

const unwrapSeed = async (cipher: KeyCipher, ciphertext: Ciphertext): Promise<Answered<Uint8Array>> => {
  const { scheme, iv, seed: encrypted, data, tag } = ciphertext;
  const seed = await cipher.decrypt(MODES[scheme], iv, encrypted, undefined);
  if (E.isLeft(seed)) return seed;
  const header = writeHeader(ciphertext);
  const opened = withSeedKey(seed.right, header, (key, own) =>
    openGcm(key, own, data, { additionalData: header, tag }),
  );
  seed.right.fill(0);
  return opened === undefined ? invalid('must be as it was wrapped') : E.right(opened);
};

/** The plaintext of what `wrap` made with this key. Left `CiphertextInvalid`: changed since, or of another key. */
export const unwrap = async (
  cipher: KeyCipher,
  primaryKeyId: string,
  ciphertext: Uint8Array,
): Promise<Answered<Uint8Array>> => {
  const read = readCiphertext(ciphertext);
  if (E.isLeft(read)) return invalid(read.left);
  if (read.right.primaryKeyId !== primaryKeyId) return invalid('must be of this primary key');
  return read.right.scheme === 'gcm' ? unwrapGcm(cipher, read.right) : unwrapSeed(cipher, read.right);
};

const isTheSame = (opened: Answered<Uint8Array>, plaintext: Uint8Array): boolean => {
  if (E.isLeft(opened)) return false;
  const isSame = equalBytes(opened.right, plaintext);
  opened.right.fill(0);
  return isSame;
};

export interface ToWrap {
  readonly server: string;
  readonly scheme: Scheme;
  readonly primaryKeyId: string;
  readonly plaintext: Uint8Array;
}

/**
 * Wraps, and unwraps once to see that it can be done: data is going to be encrypted under this plaintext, and all of
 * it would be lost with a ciphertext that nobody can decrypt.
 */
export const wrap = async (
  cipher: KeyCipher,
  { server, scheme, primaryKeyId, plaintext }: ToWrap,
  random: Random,
): Promise<Answered<Uint8Array>> => {
  const named: CiphertextHeader = { scheme, primaryKeyId, iv: random.bytes(ivBytesOf(scheme)), seed: NONE };
  const wrapped = await (scheme === 'gcm'
    ? wrapGcm(cipher, named, plaintext)
    : wrapSeed(cipher, named, plaintext, random));
  if (E.isLeft(wrapped)) return wrapped;
  const opened = await unwrap(cipher, primaryKeyId, wrapped.right);
  if (isTheSame(opened, plaintext)) return wrapped;
  const isLie = E.isRight(opened) || opened.left.fault._tag === 'CiphertextInvalid';
  return isLie ? unsent(misbehaved(server, 'must decrypt what it encrypted')) : opened;
};
