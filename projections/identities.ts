import type { TokenIssuer } from '../domain/access/token-issuer.js';
import type { LedgerEvent } from '../domain/catalogue.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import type { AccessRow, TokenIssuerRow } from './access-row.js';
import { accountsOf, accountsOfIssuer, accountsUnproved, evolveAccountRows } from './account-rows.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';

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
  version: 4,
  evolve: (rows, recorded): Changes => {
    const { event } = recorded;
    if (event.type === 'TokenIssuerTrusted')
      return [...accountsUnproved(rows, event.data), ...trusted(recorded, event.data)];
    if (event.type === 'TokenIssuerConfirmed')
      return changeIssuer(rows, event.data.name, { confirmedBy: recorded.actor.subject });
    if (event.type === 'TokenIssuerRemoved')
      return [
        ...accountsOfIssuer(rows, event.data.name),
        ...changeIssuer(rows, event.data.name, { removed: { ...actOf(recorded), reason: event.data.reason } }),
      ];
    if (event.type === 'AccountOffered' || event.type === 'AccountBound' || event.type === 'AccountReleased')
      return evolveAccountRows(rows, recorded, event);
    if (event.type === 'ClientCertificateBound')
      return [[`certificate ${event.data.id}`, { kind: 'certificate', ...event.data, bound: actOf(recorded) }]];
    if (event.type === 'ClientCertificateReleased') return [[`certificate ${event.data.id}`, null]];
    if (event.type === 'OperatorConfirmed' || event.type === 'OperatorWithdrawn')
      return [...endCertificates(rows, event.data.subject), ...accountsOf(rows, event.data.subject)];
    return event.type === 'IdentityIntroduced'
      ? [[`identity ${event.data.subject}`, { kind: 'identity', ...event.data, introduced: actOf(recorded) }]]
      : NOTHING;
  },
};
