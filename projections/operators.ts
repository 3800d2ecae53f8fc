import type { OperatorRole } from '../domain/access/operator-role.js';
import type { Scope } from '../domain/access/scope.js';
import type { LedgerEvent } from '../domain/catalogue.js';
import { type Change, NOTHING, type Projection } from './projection.js';

/** Who holds which role, by subject. */
export interface OperatorRow {
  readonly subject: string;
  readonly role: OperatorRole;
  /** What the role is limited to. */
  readonly scope: Scope;
  /** Whose name it was said to be. */
  readonly person: string;
  /** Whether a second person, or the founding, said so too: until then the name counts as the person who gave it. */
  readonly confirmed: boolean;
  readonly grantedBy: string;
  readonly since: string;
  /** When the newest token was made, and until when it opens anything; null: there is none that the ledger knows. */
  readonly token: { readonly since: string; readonly expires: string | null } | null;
}

type Token = OperatorRow['token'];

const withToken = (
  rows: ReadonlyMap<string, OperatorRow>,
  subject: string,
  token: Token,
): ReadonlyArray<Change<OperatorRow>> => {
  const row = rows.get(subject);
  return row === undefined ? NOTHING : [[subject, { ...row, token }]];
};

export const operators: Projection<OperatorRow, LedgerEvent> = {
  name: 'operators',
  version: 4,
  evolve: (rows, { event, actor, recordedAt }) => {
    if (event.type === 'OperatorWithdrawn') return [[event.data.subject, null]];
    if (event.type === 'OperatorConfirmed') {
      const row = rows.get(event.data.subject);
      return row === undefined ? NOTHING : [[row.subject, { ...row, confirmed: true }]];
    }
    if (event.type === 'OperatorTokenIssued')
      return withToken(rows, event.data.subject, { since: recordedAt, expires: event.data.expires });
    if (event.type === 'OperatorTokenTakenOver')
      return withToken(rows, event.data.subject, { since: recordedAt, expires: null });
    if (event.type === 'OperatorTokensRevoked') return withToken(rows, event.data.subject, null);
    if (event.type !== 'OperatorGranted') return NOTHING;
    const { subject, role, person, vouchedBy, scope } = event.data;
    const confirmed = vouchedBy !== null || actor.role === 'authority';
    const given = { grantedBy: actor.subject, since: recordedAt };
    return [[subject, { subject, role, scope, person, confirmed, ...given, token: null }]];
  },
};
