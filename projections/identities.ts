import type { ClientCertificate } from '../domain/access/client-certificate.js';
import type { Scope } from '../domain/access/scope.js';
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
  readonly scope: Scope;
  /** When they were last said to be this person in this role. */
  readonly introduced: Act;
}

/** Client certificates that are an operator's. */
export interface CertificateRow {
  readonly kind: 'certificate';
  readonly id: string;
  readonly subject: string;
  readonly certificate: ClientCertificate;
  readonly bound: Act;
}

export type AccessRow = TokenIssuerRow | IdentityRow | CertificateRow;

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

/** As the deciders have it: a name that becomes somebody's own, or nobody's, loses what let others in under it. */
const endCertificates = (rows: Rows, subject: string): Changes =>
  [...rows]
    .filter(([, row]) => row.kind === 'certificate' && row.subject === subject)
    .map(([key]) => [key, null] as const);

/** Whom the authority knows beside its own operators, and through whom. */
export const identities: Projection<AccessRow, LedgerEvent> = {
  name: 'identities',
  version: 3,
  evolve: (rows, recorded): Changes => {
    const { event } = recorded;
    if (event.type === 'TokenIssuerTrusted') return trusted(recorded, event.data);
    if (event.type === 'TokenIssuerConfirmed')
      return changeIssuer(rows, event.data.name, { confirmedBy: recorded.actor.subject });
    if (event.type === 'TokenIssuerRemoved')
      return changeIssuer(rows, event.data.name, { removed: { ...actOf(recorded), reason: event.data.reason } });
    if (event.type === 'ClientCertificateBound')
      return [[`certificate ${event.data.id}`, { kind: 'certificate', ...event.data, bound: actOf(recorded) }]];
    if (event.type === 'ClientCertificateReleased') return [[`certificate ${event.data.id}`, null]];
    if (event.type === 'OperatorConfirmed' || event.type === 'OperatorWithdrawn')
      return endCertificates(rows, event.data.subject);
    return event.type === 'IdentityIntroduced'
      ? [[`identity ${event.data.subject}`, { kind: 'identity', ...event.data, introduced: actOf(recorded) }]]
      : NOTHING;
  },
};
