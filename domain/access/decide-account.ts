import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { plusSeconds } from '../encoding/instant.js';
import { type HeldAccount, OFFER_SECONDS } from './account.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import type { AccessEvent } from './events.js';
import { isOwnName } from './own-name.js';
import { mayRole } from './roles.js';
import { type AccessState, personOf, type TrustedIssuer } from './state.js';
import { withinScopeOfHolder } from './within-own-scope.js';

type Decided = E.Either<AccessRejection, ReadonlyArray<AccessEvent>>;
type Of<T extends AccessCommand['type']> = Extract<AccessCommand, { readonly type: T }>;

const MOST_OF_ONE = 16;

/** What an issuer that one person alone trusted says of its people counts for nothing where somebody could become an operator by it. */
const confirmed = (state: AccessState, name: string): E.Either<AccessRejection, TrustedIssuer> => {
  const held = state.issuers.get(name);
  if (held === undefined) return E.left({ _tag: 'TokenIssuerUnknown', name });
  return held.vouched ? E.right(held) : E.left({ _tag: 'TokenIssuerUnconfirmed', name });
};

const stands = ({ offered }: HeldAccount, now: string): boolean => now < plusSeconds(offered, OFFER_SECONDS);

/** By the account itself, whose token was just checked: so nobody else's account is ever offered. */
const offer = ({ by, subject, now }: Of<'OfferAccount'>, state: AccessState): Decided => {
  const shown = state.identities.get(by.subject);
  if (shown === undefined) return E.left({ _tag: 'NotAnAccount', subject: by.subject });
  if (!state.operators.has(subject)) return E.left({ _tag: 'OperatorUnknown', subject });
  const { subject: account, person } = shown;
  const held = state.accounts.get(account);
  if (held?.bound === true) return E.left({ _tag: 'AccountTaken', account, subject: held.subject });
  const said = held?.subject === subject && held.person === person && stands(held, now);
  return pipe(
    confirmed(state, shown.issuer),
    E.map(({ settings: { issuer } }) =>
      said ? [] : [{ type: 'AccountOffered', data: { account, issuer, person, subject } }],
    ),
  );
};

/** What was offered to this very operator, a short while ago, by somebody whom the issuer still calls the same person. */
const offered = (
  { account, subject, now }: Of<'BindAccount'>,
  { accounts, identities }: AccessState,
): E.Either<AccessRejection, HeldAccount> => {
  const held = accounts.get(account);
  const same = held?.subject === subject && identities.get(account)?.person === held.person;
  return held !== undefined && same && stands(held, now)
    ? E.right(held)
    : E.left({ _tag: 'AccountNotOffered', account, subject });
};

/** Accounts of one person of an issuer are one operator's person too: else that one would be two people here. */
const ofOnePerson = (state: AccessState, { issuer, person, subject }: HeldAccount): E.Either<AccessRejection, true> => {
  const other = [...state.accounts.values()].find(
    (each) =>
      each.bound &&
      each.issuer === issuer &&
      each.person === person &&
      personOf(state, each.subject) !== personOf(state, subject),
  );
  return other === undefined
    ? E.right(true)
    : E.left({ _tag: 'AccountTaken', account: other.account, subject: other.subject });
};

const bind = (command: Of<'BindAccount'>, state: AccessState): Decided => {
  const { by, account, subject } = command;
  if (!state.operators.has(subject)) return E.left({ _tag: 'OperatorUnknown', subject });
  if (!isOwnName(state, by, subject)) return E.left({ _tag: 'NotYourName', subject });
  const taken = state.accounts.get(account);
  if (taken?.bound === true)
    return taken.subject === subject ? E.right([]) : E.left({ _tag: 'AccountTaken', account, subject: taken.subject });
  const own = [...state.accounts.values()].filter((each) => each.bound && each.subject === subject);
  if (own.length >= MOST_OF_ONE) return E.left({ _tag: 'TooManyAccounts', most: MOST_OF_ONE });
  return pipe(
    withinScopeOfHolder(state, by, subject),
    E.flatMap(() => offered(command, state)),
    E.tap((held) => ofOnePerson(state, held)),
    E.bindTo('held'),
    E.bind('trusted', ({ held }) => confirmed(state, held.issuer)),
    E.map(({ held: { person }, trusted: { settings } }) => [
      { type: 'AccountBound', data: { account, issuer: settings.issuer, person, subject } },
    ]),
  );
};

/** One's own, from either side, or, since stopping must be easy, anybody's for who may take roles away. */
const release = ({ by, account, reason }: Of<'ReleaseAccount'>, state: AccessState): Decided => {
  const held = state.accounts.get(account);
  if (held === undefined) return E.left({ _tag: 'AccountUnknown', account });
  const { subject } = held;
  const own = by.subject === subject || by.subject === account;
  if (!own && !mayRole(by.role, 'ManageOperators')) return E.left({ _tag: 'NotYourName', subject });
  return pipe(
    own ? E.right<AccessRejection, true>(true) : withinScopeOfHolder(state, by, subject),
    E.map(() => [{ type: 'AccountReleased', data: { account, subject, reason } }]),
  );
};

/** Which accounts of token issuers are whose. Both sides say so: the account first, the operator, whose role it will open, last. */
export const decideAccount = (
  command: Of<'OfferAccount' | 'BindAccount' | 'ReleaseAccount'>,
  state: AccessState,
): Decided => {
  switch (command.type) {
    case 'OfferAccount':
      return offer(command, state);
    case 'BindAccount':
      return bind(command, state);
    case 'ReleaseAccount':
      return release(command, state);
  }
};
