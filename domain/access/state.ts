import type { Recorded } from '../ledger/envelope.js';
import type { AccessEvent, OperatorRole } from './events.js';

/** Who holds which role now. */
export interface AccessState {
  readonly operators: ReadonlyMap<string, OperatorRole>;
}

export const noOperators: AccessState = { operators: new Map() };

export const evolveAccess = (state: AccessState, { event }: Recorded<AccessEvent>): AccessState => {
  const operators = new Map(state.operators);
  switch (event.type) {
    case 'OperatorGranted':
      operators.set(event.data.subject, event.data.role);
      break;
    case 'OperatorWithdrawn':
      operators.delete(event.data.subject);
      break;
  }
  return { operators };
};
