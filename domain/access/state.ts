import type { Recorded } from '../ledger/envelope.js';
import type { AccessEvent, OperatorRole } from './events.js';

export interface Operator {
  readonly role: OperatorRole;
  /** Whose name it was said to be when it was granted. */
  readonly claimed: string;
}

export interface ApprovalPolicy {
  readonly operations: ReadonlyArray<string>;
  readonly lifetimeSeconds: number;
}

/** Who holds which role now, and who they are. */
export interface AccessState {
  readonly operators: ReadonlyMap<string, Operator>;
  /** By subject, of everybody who ever held a role: the person that they count as. */
  readonly persons: ReadonlyMap<string, string>;
  readonly approvals: ApprovalPolicy;
}

const A_DAY = 86_400;

export const noOperators: AccessState = {
  operators: new Map(),
  persons: new Map(),
  approvals: { operations: [], lifetimeSeconds: A_DAY },
};

/** Who a subject counts as: two subjects of one person never make two people. */
export const personOf = ({ persons }: Pick<AccessState, 'persons'>, subject: string): string =>
  persons.get(subject) ?? subject;

const put = <V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> =>
  new Map([...map, [key, value]]);

const without = <V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> =>
  new Map([...map].filter(([each]) => each !== key));

type Of<T extends AccessEvent['type']> = Recorded<Extract<AccessEvent, { readonly type: T }>>;

/**
 * A name that one person alone gave counts as that person, however often it is handed on: whoever makes themselves a second
 * name has gained nothing. Only what a second person vouched for, or the founding, makes it somebody of its own.
 */
const granted = (state: AccessState, { event, actor }: Of<'OperatorGranted'>): AccessState => {
  const { subject, role, person, vouchedBy } = event.data;
  const giver = personOf(state, actor.subject);
  const alone = actor.role !== 'authority' && (vouchedBy === null || personOf(state, vouchedBy) === giver);
  return {
    ...state,
    operators: put(state.operators, subject, { role, claimed: person }),
    persons: put(state.persons, subject, alone ? giver : person),
  };
};

export const evolveAccess = (state: AccessState, recorded: Recorded<AccessEvent>): AccessState => {
  const { event } = recorded;
  switch (event.type) {
    case 'OperatorGranted':
      return granted(state, { ...recorded, event });
    case 'OperatorConfirmed':
      return { ...state, persons: put(state.persons, event.data.subject, event.data.person) };
    case 'OperatorWithdrawn':
      return { ...state, operators: without(state.operators, event.data.subject) };
    case 'ApprovalPolicyChanged':
      return { ...state, approvals: event.data };
  }
};
