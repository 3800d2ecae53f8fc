import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { concat } from '../../domain/encoding/bytes.js';
import { sm3 } from './sm3.js';

export const NOBLE = { sha1, sha256, sha384, sha512 } as const;

type Name = keyof typeof NOBLE;

export const isNoble = (name: string): name is Name => Object.hasOwn(NOBLE, name);

const digestOf = (name: string, bytes: Uint8Array): Uint8Array => {
  if (name === 'sm3') return sm3(bytes);
  if (isNoble(name)) return NOBLE[name](bytes);
  throw new Error(`no digest ${name}`);
};

const toLatin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** The part of `node:crypto` that hashing in this program uses, in JavaScript alone. */
export const hash = (name: string, bytes: Uint8Array): string => toLatin1(digestOf(name, bytes));

interface Hash {
  readonly update: (part: Uint8Array) => void;
  readonly digest: () => Uint8Array;
}

const collecting = (digest: (all: Uint8Array) => Uint8Array): Hash => {
  const parts: Array<Uint8Array> = [];
  return { update: (part) => void parts.push(part), digest: () => digest(concat(...parts)) };
};

export const createHash = (name: string): Hash => collecting((all) => digestOf(name, all));

export const createHmac = (name: string, key: Uint8Array): Hash =>
  collecting((all) => {
    if (isNoble(name)) return hmac(NOBLE[name], key, all);
    throw new Error(`no HMAC with ${name}`);
  });
