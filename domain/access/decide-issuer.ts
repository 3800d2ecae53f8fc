import * as E from 'fp-ts/lib/Either.js';
import type { AccessCommand, AccessRejection } from './commands.js';
import type { AccessEvent } from './events.js';
import { sameScope } from './scope.js';
import { type AccessState, mayBeOnePerson } from './state.js';

type Decided = E.Either<AccessRejection, ReadonlyArray<AccessEvent>>;
type Of<T extends AccessCommand['type']> = Extract<AccessCommand, { readonly type: T }>;

const MOST_ISSUERS = 64;

const record = (event: AccessEvent): Decided => E.right([event]);
const unknown = (name: string): Decided => E.left({ _tag: 'TokenIssuerUnknown', name });

const trust = (command: Of<'TrustTokenIssuer'>, { issuers, principals }: AccessState): Decided => {
  const { settings, vouchedBy = null } = command;
  const { name } = settings;
  const others = [...issuers.values()].filter((each) => each.settings.name !== name);
  const twin = others.find((each) => each.settings.issuer === settings.issuer);
  if (twin !== undefined) return E.left({ _tag: 'TokenIssuerTwice', name: twin.settings.name });
  const other = [...principals.values()].find((each) => each.name === name || each.issuer === settings.issuer);
  if (other !== undefined) return E.left({ _tag: 'PrincipalExists', name: other.name });
  return others.length >= MOST_ISSUERS
    ? E.left({ _tag: 'TooManyTokenIssuers', most: MOST_ISSUERS })
    : record({ type: 'TokenIssuerTrusted', data: { ...settings, vouchedBy } });
};

const confirm = ({ by, name }: Of<'ConfirmTokenIssuer'>, state: AccessState): Decided => {
  const held = state.issuers.get(name);
  if (held === undefined) return unknown(name);
  if (held.vouched) return E.right([]);
  return mayBeOnePerson(state, by.subject, held.giver)
    ? E.left({ _tag: 'SamePerson', what: name })
    : record({ type: 'TokenIssuerConfirmed', data: { name } });
};

/** Said once, and again when the issuer calls them another person or gives them another role. */
const introduce = (
  { identity }: Of<'IntroduceIdentity'>,
  { issuers, principals, identities }: AccessState,
): Decided => {
  const { subject, issuer, person, role, scope } = identity;
  if (!issuers.has(issuer) && !principals.has(issuer)) return unknown(issuer);
  const held = identities.get(subject);
  return held?.person === person && held.role === role && sameScope(held.scope, scope)
    ? E.right([])
    : record({ type: 'IdentityIntroduced', data: { subject, issuer, person, role, scope } });
};

/** Which issuers' tokens let people in, and who came with one. */
export const decideIssuer = (
  command: Of<'TrustTokenIssuer' | 'ConfirmTokenIssuer' | 'RemoveTokenIssuer' | 'IntroduceIdentity'>,
  state: AccessState,
): Decided => {
  switch (command.type) {
    case 'TrustTokenIssuer':
      return trust(command, state);
    case 'ConfirmTokenIssuer':
      return confirm(command, state);
    case 'RemoveTokenIssuer':
      return state.issuers.has(command.name)
        ? record({ type: 'TokenIssuerRemoved', data: { name: command.name, reason: command.reason } })
        : unknown(command.name);
    case 'IntroduceIdentity':
      return introduce(command, state);
  }
};
