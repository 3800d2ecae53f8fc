import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Text } from '../encoding/primitives.js';
import { eventType } from '../ledger/event-type.js';
import { KeyUrl, type TokenIssuer } from './token-issuer.js';

/** Visible ASCII only, as in tokens: no name that looks like another one. Names of issuers have no colon. */
const ACCOUNT = /^[a-z][a-z0-9-]{0,31}:[\u0021-\u007e]{1,95}$/;
const isAccount = (u: unknown): u is string => typeof u === 'string' && ACCOUNT.test(u);

/** Somebody of a token issuer, as events name them. */
export const Account = new t.Type<string>(
  'Account(ISSUER:ACCOUNT)',
  isAccount,
  (u, c) => (isAccount(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/** An account whose holder says that they are an operator, and whether that operator said so too. */
export interface HeldAccount {
  readonly account: string;
  /** Name of its token issuer. */
  readonly issuer: string;
  /** What the issuer called its holder then: who gets the account next is somebody else. */
  readonly person: string;
  readonly subject: string;
  /** When the holder said so. */
  readonly offered: string;
  readonly bound: boolean;
}

const Subject = Text(128);

/** `issuer` is what its tokens say as `iss`: names of issuers can be given to others. */
const fields = { account: Account, issuer: KeyUrl, person: Text(128), subject: Subject };

/** The actor, who came with a token of that account, says that they are this operator. By itself it lets nobody in. */
export const AccountOffered = eventType({
  type: 'AccountOffered',
  version: 1,
  data: closed(fields, 'AccountOffered'),
});

/** The operator says so too: whoever comes with that account is this operator from now on. */
export const AccountBound = eventType({
  type: 'AccountBound',
  version: 1,
  data: closed(fields, 'AccountBound'),
});

/** The account is nobody's but its own again, or what its holder said is taken back. */
export const AccountReleased = eventType({
  type: 'AccountReleased',
  version: 1,
  data: closed({ account: Account, subject: Subject, reason: Text(512) }, 'AccountReleased'),
});

export const ACCOUNT_EVENTS = [AccountOffered, AccountBound, AccountReleased] as const;

/** How long an operator has to answer. */
export const OFFER_SECONDS = 86_400;

/**
 * Whether a token that says who somebody is under the one settings says the same under the other. Which role it gives does not
 * matter here.
 */
export const sameProof = (one: TokenIssuer, other: TokenIssuer): boolean =>
  one.issuer === other.issuer &&
  one.audience === other.audience &&
  one.keysUrl === other.keysUrl &&
  one.subjectClaim === other.subjectClaim &&
  one.personClaim === other.personClaim &&
  one.algorithms.length === other.algorithms.length &&
  one.algorithms.every((each) => other.algorithms.includes(each));
