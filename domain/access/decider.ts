import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Decider } from '../ledger/decider.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import { decideAccount } from './decide-account.js';
import { decideCertificate } from './decide-certificate.js';
import { decideIssuer } from './decide-issuer.js';
import { decidePrincipal } from './decide-principal.js';
import { decideToken } from './decide-token.js';
import type { AccessEvent } from './events.js';
import { evolveAccess } from './evolve.js';
import { isLastTrustAdministrator } from './last-trust-administrator.js';
import type { Permission } from './permissions.js';
import { requirePermission } from './require-permission.js';
import { type AccessState, mayBeOnePerson, noOperators, personOf } from './state.js';
import { withinOwnScope } from './within-own-scope.js';

type Decided = E.Either<AccessRejection, ReadonlyArray<AccessEvent>>;
type Of<T extends AccessCommand['type']> = Extract<AccessCommand, { readonly type: T }>;

const record = (event: AccessEvent): Decided => E.right([event]);
const unknown = (subject: string): Decided => E.left({ _tag: 'OperatorUnknown', subject });

const grant = (command: Of<'GrantOperator'>, state: AccessState): Decided => {
  const { subject, role, person = subject, vouchedBy = null, scope, token } = command;
  const reserved = [subject, person].find((name) => name.includes(':'));
  if (reserved !== undefined) return E.left({ _tag: 'NameReserved', name: reserved });
  const held = state.operators.get(subject);
  if (held !== undefined) return E.left({ _tag: 'OperatorExists', subject, role: held.role });
  const granted: AccessEvent = { type: 'OperatorGranted', data: { subject, role, person, vouchedBy, scope } };
  const opened = token === undefined ? [] : [{ type: 'OperatorTokenIssued' as const, data: { subject, ...token } }];
  return pipe(
    withinOwnScope(state, command.by, subject, scope),
    E.map(() => [granted, ...opened]),
  );
};

/** Nothing to say when the name counts as that person already. */
const confirm = ({ by, subject }: Of<'ConfirmOperator'>, state: AccessState): Decided => {
  const held = state.operators.get(subject);
  if (held === undefined) return unknown(subject);
  const scoped = withinOwnScope(state, by, subject, held.scope);
  if (E.isLeft(scoped)) return scoped;
  const counts = personOf(state, subject);
  if (counts === held.claimed) return E.right([]);
  return mayBeOnePerson(state, by.subject, subject)
    ? E.left({ _tag: 'SamePerson', what: subject })
    : record({ type: 'OperatorConfirmed', data: { subject, person: held.claimed } });
};

const withdraw = ({ by, subject, reason }: Of<'WithdrawOperator'>, state: AccessState): Decided => {
  const held = state.operators.get(subject);
  if (held === undefined) return unknown(subject);
  const scoped = withinOwnScope(state, by, subject, held.scope);
  if (E.isLeft(scoped)) return scoped;
  return isLastTrustAdministrator(state, subject)
    ? E.left({ _tag: 'LastTrustAdministrator', subject })
    : record({ type: 'OperatorWithdrawn', data: { subject, role: held.role, reason } });
};

/** Names for emergencies are added by two people only, whatever else needs two. */
const changePolicy = (command: Of<'ChangeApprovalPolicy'>, state: AccessState): Decided => {
  const { by, vouchedBy, operations, lifetimeSeconds, breakGlass } = command;
  const added = breakGlass.find((name) => !state.approvals.breakGlass.includes(name));
  const alone = vouchedBy === undefined || mayBeOnePerson(state, by.subject, vouchedBy);
  return added !== undefined && alone
    ? E.left({ _tag: 'SecondPersonNeeded', what: `break-glass for ${added}` })
    : record({ type: 'ApprovalPolicyChanged', data: { operations, lifetimeSeconds, breakGlass } });
};

const decideByType = (command: AccessCommand, state: AccessState): Decided => {
  switch (command.type) {
    case 'GrantOperator':
      return grant(command, state);
    case 'ConfirmOperator':
      return confirm(command, state);
    case 'WithdrawOperator':
      return withdraw(command, state);
    case 'ChangeApprovalPolicy':
      return changePolicy(command, state);
    case 'IssueToken':
    case 'RevokeTokens':
    case 'TakeOverTokens':
      return decideToken(command, state);
    case 'BindCertificate':
    case 'ReleaseCertificate':
      return decideCertificate(command, state);
    case 'OfferAccount':
    case 'BindAccount':
    case 'ReleaseAccount':
      return decideAccount(command, state);
    case 'TrustPrincipal':
    case 'ReplacePrincipalCertificates':
    case 'RemovePrincipal':
      return decidePrincipal(command, state);
    case 'TrustTokenIssuer':
    case 'ConfirmTokenIssuer':
    case 'RemoveTokenIssuer':
    case 'IntroduceIdentity':
      return decideIssuer(command, state);
  }
};

const PERMISSION_OF: Readonly<Record<AccessCommand['type'], Permission | undefined>> = {
  GrantOperator: 'ManageOperators',
  ConfirmOperator: 'ManageOperators',
  WithdrawOperator: 'ManageOperators',
  ChangeApprovalPolicy: 'ManageOperators',
  TrustTokenIssuer: 'ConfigureTokenConversionPolicy',
  ConfirmTokenIssuer: 'ConfigureTokenConversionPolicy',
  RemoveTokenIssuer: 'ConfigureTokenConversionPolicy',
  TrustPrincipal: 'ManageAttestingSSO',
  ReplacePrincipalCertificates: 'ManageAttestingSSO',
  RemovePrincipal: 'ManageAttestingSSO',
  TakeOverTokens: 'ManageOperators',
  // Anybody's, for themselves; the decision says whose a name is.
  IssueToken: undefined,
  RevokeTokens: undefined,
  BindCertificate: undefined,
  ReleaseCertificate: undefined,
  OfferAccount: undefined,
  BindAccount: undefined,
  ReleaseAccount: undefined,
  // Says who they are, and takes nothing: it is what a checked token says.
  IntroduceIdentity: undefined,
};

const allowed = ({ by, type }: AccessCommand): E.Either<AccessRejection, true> => {
  const permission = PERMISSION_OF[type];
  return permission === undefined ? E.right(true) : requirePermission(by, permission);
};

/** Who holds which role. The first ones are given by the authority when it is founded. */
export const accessDecider: Decider<AccessState, AccessCommand, AccessEvent, AccessRejection> = {
  initial: noOperators,
  decide: (command, state) =>
    pipe(
      allowed(command),
      E.flatMap(() => decideByType(command, state)),
    ),
  evolve: evolveAccess,
};
