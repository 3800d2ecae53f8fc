import type { Recorded } from '../ledger/envelope.js';
import { type HeldAccount, sameProof } from './account.js';
import type { AccessEvent } from './events.js';
import type { AccessState } from './state.js';
import type { TokenIssuer } from './token-issuer.js';

type AccountEvent = Extract<AccessEvent, { readonly type: 'AccountOffered' | 'AccountBound' | 'AccountReleased' }>;

type Accounts = AccessState['accounts'];

const issuerOf = (account: string): string => account.slice(0, account.indexOf(':'));

export const evolveAccounts = (accounts: Accounts, { event, recordedAt }: Recorded<AccountEvent>): Accounts => {
  const next = new Map(accounts);
  const { account, subject } = event.data;
  if (event.type === 'AccountReleased') {
    next.delete(account);
    return next;
  }
  const { person } = event.data;
  const bound = event.type === 'AccountBound';
  next.set(account, { account, issuer: issuerOf(account), person, subject, offered: recordedAt, bound });
  return next;
};

const keeping = (accounts: Accounts, keeps: (held: HeldAccount) => boolean): Accounts =>
  new Map([...accounts].filter(([, held]) => keeps(held)));

/** Who trusts an issuer anew with other keys, or another meaning of its names, has said nothing yet about whose accounts they are. */
export const accountsAfterTrust = (
  { accounts, issuers }: Pick<AccessState, 'accounts' | 'issuers'>,
  settings: TokenIssuer,
): Accounts => {
  const before = issuers.get(settings.name)?.settings;
  return before !== undefined && sameProof(before, settings)
    ? accounts
    : keeping(accounts, ({ issuer }) => issuer !== settings.name);
};

export const accountsWithoutIssuer = (accounts: Accounts, name: string): Accounts =>
  keeping(accounts, ({ issuer }) => issuer !== name);

export const accountsWithout = (accounts: Accounts, subject: string): Accounts =>
  keeping(accounts, (held) => held.subject !== subject);
