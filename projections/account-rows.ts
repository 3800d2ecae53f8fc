import { sameProof } from '../domain/access/account.js';
import type { TokenIssuer } from '../domain/access/token-issuer.js';
import type { LedgerEvent } from '../domain/catalogue.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import type { AccessRow, AccountRow } from './access-row.js';
import type { Change } from './projection.js';
import { actOf } from './reference.js';

type Rows = ReadonlyMap<string, AccessRow>;
type Changes = ReadonlyArray<Change<AccessRow>>;
type Of<T extends LedgerEvent['type']> = Extract<LedgerEvent, { readonly type: T }>;

const keyOf = (account: string): string => `account ${account}`;

const ending = (rows: Rows, ends: (row: AccountRow) => boolean): Changes =>
  [...rows].flatMap(([key, row]) => (row.kind === 'account' && ends(row) ? [[key, null] as const] : []));

export const accountsOf = (rows: Rows, subject: string): Changes => ending(rows, (row) => row.subject === subject);

export const accountsOfIssuer = (rows: Rows, name: string): Changes =>
  ending(rows, ({ account }) => account.startsWith(`${name}:`));

/** As the deciders have it: those of an issuer whose tokens say by now in another way who somebody is are nobody's. */
export const accountsUnproved = (rows: Rows, settings: TokenIssuer): Changes => {
  const before = rows.get(`issuer ${settings.name}`);
  const same = before?.kind === 'issuer' && before.removed === null && sameProof(before, settings);
  return same ? [] : accountsOfIssuer(rows, settings.name);
};

export const evolveAccountRows = (
  rows: Rows,
  recorded: Recorded,
  event: Of<'AccountOffered' | 'AccountBound' | 'AccountReleased'>,
): Changes => {
  const key = keyOf(event.data.account);
  if (event.type === 'AccountReleased') return [[key, null]];
  const act = actOf(recorded);
  const held = rows.get(key);
  const offered = event.type === 'AccountBound' && held?.kind === 'account' ? held.offered : act;
  return [[key, { kind: 'account', ...event.data, offered, bound: event.type === 'AccountBound' ? act : null }]];
};
