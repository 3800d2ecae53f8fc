import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Decider } from '../ledger/decider.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import type { AccessEvent } from './events.js';
import { requirePermission } from './require-permission.js';
import { type AccessState, evolveAccess, noOperators } from './state.js';

type Decided = E.Either<AccessRejection, ReadonlyArray<AccessEvent>>;
type Of<T extends AccessCommand['type']> = Extract<AccessCommand, { readonly type: T }>;

const grant = ({ subject, role }: Of<'GrantOperator'>, state: AccessState): Decided => {
  const held = state.operators.get(subject);
  return held === undefined
    ? E.right([{ type: 'OperatorGranted', data: { subject, role } }])
    : E.left({ _tag: 'OperatorExists', subject, role: held });
};

const isLastTrustAdministrator = (state: AccessState, subject: string): boolean =>
  state.operators.get(subject) === 'trust-administrator' &&
  [...state.operators.values()].filter((role) => role === 'trust-administrator').length === 1;

const withdraw = ({ subject, reason }: Of<'WithdrawOperator'>, state: AccessState): Decided => {
  const role = state.operators.get(subject);
  if (role === undefined) return E.left({ _tag: 'OperatorUnknown', subject });
  return isLastTrustAdministrator(state, subject)
    ? E.left({ _tag: 'LastTrustAdministrator', subject })
    : E.right([{ type: 'OperatorWithdrawn', data: { subject, role, reason } }]);
};

/** Who holds which role. The first ones are given by the authority when it is founded. */
export const accessDecider: Decider<AccessState, AccessCommand, AccessEvent, AccessRejection> = {
  initial: noOperators,
  decide: (command, state) =>
    pipe(
      requirePermission(command.by, 'ManageOperators'),
      E.flatMap((): Decided => {
        switch (command.type) {
          case 'GrantOperator':
            return grant(command, state);
          case 'WithdrawOperator':
            return withdraw(command, state);
        }
      }),
    ),
  evolve: evolveAccess,
};
