import type { TokenIssuer } from '../domain/access/token-issuer.js';
import type { LedgerEvent } from '../domain/catalogue.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';
import type { Act } from './reference-row.js';

/** A token issuer, trusted or removed. */
export interface TokenIssuerRow extends TokenIssuer {
  readonly kind: 'issuer';
  readonly trusted: Act;
  /** The second person who said that it tells people apart. */
  readonly confirmedBy: string | null;
  readonly removed: (Act & { readonly reason: string }) | null;
}

/** Somebody who came with an issuer's token and did something. */
export interface IdentityRow {
  readonly kind: 'identity';
  readonly subject: string;
  readonly issuer: string;
  readonly person: string;
  readonly role: string;
  /** When they were last said to be this person in this role. */
  readonly introduced: Act;
}

export type AccessRow = TokenIssuerRow | IdentityRow;

type Rows = ReadonlyMap<string, AccessRow>;
type Changes = ReadonlyArray<Change<AccessRow>>;

const issuerKey = (name: string): string => `issuer ${name}`;

const changeIssuer = (rows: Rows, name: string, change: Partial<TokenIssuerRow>): Changes => {
  const row = rows.get(issuerKey(name));
  return row?.kind === 'issuer' ? [[issuerKey(name), { ...row, ...change }]] : NOTHING;
};

const trusted = (
  recorded: Recorded,
  { vouchedBy, ...settings }: TokenIssuer & { readonly vouchedBy: string | null },
): Changes => [
  [
    issuerKey(settings.name),
    { kind: 'issuer', ...settings, trusted: actOf(recorded), confirmedBy: vouchedBy, removed: null },
  ],
];

/** Whom the authority knows beside its own operators, and through whom. */
export const identities: Projection<AccessRow, LedgerEvent> = {
  name: 'identities',
  version: 1,
  evolve: (rows, recorded): Changes => {
    const { event } = recorded;
    if (event.type === 'TokenIssuerTrusted') return trusted(recorded, event.data);
    if (event.type === 'TokenIssuerConfirmed')
      return changeIssuer(rows, event.data.name, { confirmedBy: recorded.actor.subject });
    if (event.type === 'TokenIssuerRemoved')
      return changeIssuer(rows, event.data.name, { removed: { ...actOf(recorded), reason: event.data.reason } });
    return event.type === 'IdentityIntroduced'
      ? [[`identity ${event.data.subject}`, { kind: 'identity', ...event.data, introduced: actOf(recorded) }]]
      : NOTHING;
  },
};
