import * as t from 'io-ts';
import type { TokenHolder } from '../../domain/access/holder-of-token.js';
import type { Identity } from '../../domain/access/identity.js';
import { toHex, utf8 } from '../../domain/encoding/bytes.js';
import type { Hashing } from '../../domain/ports.js';

/** An opaque name of an operator, safe as a file name. */
const SUBJECT = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
const isSubject = (u: unknown): u is string => typeof u === 'string' && SUBJECT.test(u);
export const Subject = new t.Type<string>(
  'Subject(1 to 64 of A-Z a-z 0-9 . _ @ -, the first a letter or digit)',
  isSubject,
  (u, c) => (isSubject(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

export interface Principal extends TokenHolder {
  /** How they showed who they are. */
  readonly via?: 'token' | 'issuer' | 'certificate';
  /** What a token issuer says of them; undefined for operators of the ledger. */
  readonly identity?: Identity;
  /** With whose account of a token issuer an operator came. */
  readonly account?: string;
}

const PREFIX = 'sekisho_';
const TOKEN = /^sekisho_[A-Za-z0-9_-]{43}$/;

/** 256 random bits, so that its plain SHA-256, which is in the ledger, can't be guessed back. */
export const newToken = (random: (size: number) => Uint8Array): string =>
  PREFIX + Buffer.from(random(32)).toString('base64url');

export const isOwnToken = (token: string): boolean => TOKEN.test(token);

export const digestOfToken = (hashing: Hashing, token: string): string => toHex(hashing.hash('sha256', utf8(token)));
