import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as t from 'io-ts';
import type { Identity } from '../../domain/access/identity.js';
import { OperatorRole } from '../../domain/access/operator-role.js';
import { closed } from '../../domain/encoding/closed.js';
import { Instant, ListUpTo, Sha256Hex, Text } from '../../domain/encoding/primitives.js';

/** An opaque name of an operator, safe as a file name. */
const SUBJECT = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
const isSubject = (u: unknown): u is string => typeof u === 'string' && SUBJECT.test(u);
export const Subject = new t.Type<string>(
  'Subject',
  isSubject,
  (u, c) => (isSubject(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/** Digests only: who reads the file learns no token. */
const TokenRecord = closed(
  { sha256: Sha256Hex, subject: Text(64), role: OperatorRole, createdAt: Instant },
  'TokenRecord',
);
export type TokenRecord = t.TypeOf<typeof TokenRecord>;

export const TokensFile = closed({ version: t.literal(1), tokens: ListUpTo(TokenRecord, 10_000) }, 'TokensFile');

export interface Principal {
  readonly subject: string;
  readonly role: OperatorRole;
  /** How they showed who they are. */
  readonly via?: 'token' | 'issuer' | 'certificate';
  /** What a token issuer says of them; undefined for operators of the ledger. */
  readonly identity?: Identity;
}

const PREFIX = 'sekisho_';
const TOKEN = /^sekisho_[A-Za-z0-9_-]{43}$/;

/** 256 random bits, so that its plain SHA-256 can't be guessed back. */
export const newToken = (random: (size: number) => Uint8Array = randomBytes): string =>
  PREFIX + Buffer.from(random(32)).toString('base64url');

export const tokenDigest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Who holds this token. Every record is compared, in constant time, whether or not one before it fitted. */
export const principalOf = (records: ReadonlyArray<TokenRecord>, token: string): Principal | undefined => {
  if (!TOKEN.test(token)) return undefined;
  const digest = Buffer.from(tokenDigest(token), 'hex');
  let found: Principal | undefined;
  for (const record of records) {
    const same = timingSafeEqual(digest, Buffer.from(record.sha256, 'hex'));
    if (same) found = { subject: record.subject, role: record.role };
  }
  return found;
};
