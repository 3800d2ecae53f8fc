import type { OperatorRole } from '../domain/access/events.js';
import type { LedgerEvent } from '../domain/catalogue.js';
import { NOTHING, type Projection } from './projection.js';

/** Who holds which role, by subject. */
export interface OperatorRow {
  readonly subject: string;
  readonly role: OperatorRole;
  readonly grantedBy: string;
  readonly since: string;
}

export const operators: Projection<OperatorRow, LedgerEvent> = {
  name: 'operators',
  version: 1,
  evolve: (_, { event, actor, recordedAt }) => {
    if (event.type === 'OperatorWithdrawn') return [[event.data.subject, null]];
    return event.type === 'OperatorGranted'
      ? [[event.data.subject, { ...event.data, grantedBy: actor.subject, since: recordedAt }]]
      : NOTHING;
  },
};
