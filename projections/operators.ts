import type { OperatorRole } from '../domain/access/operator-role.js';
import type { LedgerEvent } from '../domain/catalogue.js';
import { NOTHING, type Projection } from './projection.js';

/** Who holds which role, by subject. */
export interface OperatorRow {
  readonly subject: string;
  readonly role: OperatorRole;
  /** Whose name it was said to be. */
  readonly person: string;
  /** Whether a second person, or the founding, said so too: until then the name counts as the person who gave it. */
  readonly confirmed: boolean;
  readonly grantedBy: string;
  readonly since: string;
}

export const operators: Projection<OperatorRow, LedgerEvent> = {
  name: 'operators',
  version: 2,
  evolve: (rows, { event, actor, recordedAt }) => {
    if (event.type === 'OperatorWithdrawn') return [[event.data.subject, null]];
    if (event.type === 'OperatorConfirmed') {
      const row = rows.get(event.data.subject);
      return row === undefined ? NOTHING : [[row.subject, { ...row, confirmed: true }]];
    }
    if (event.type !== 'OperatorGranted') return NOTHING;
    const { subject, role, person, vouchedBy } = event.data;
    const confirmed = vouchedBy !== null || actor.role === 'authority';
    return [[subject, { subject, role, person, confirmed, grantedBy: actor.subject, since: recordedAt }]];
  },
};
