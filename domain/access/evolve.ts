import type { Recorded } from '../ledger/envelope.js';
import type { AccessEvent } from './events.js';
import { accountsAfterTrust, accountsWithout, accountsWithoutIssuer, evolveAccounts } from './evolve-accounts.js';
import { evolvePrincipals } from './evolve-principals.js';
import { evolveTokens } from './evolve-tokens.js';
import { type AccessState, mayBeOnePerson, personOf, type TrustedIssuer } from './state.js';

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
  const { subject, role, person, vouchedBy, scope } = event.data;
  const giver = personOf(state, actor.subject);
  const alone = actor.role !== 'authority' && (vouchedBy === null || mayBeOnePerson(state, vouchedBy, actor.subject));
  return {
    ...state,
    operators: put(state.operators, subject, { role, claimed: person, scope }),
    persons: put(state.persons, subject, alone ? giver : person),
  };
};

/** Whatever changes about an issuer changes whom all its people count as: all as one that could be anybody, or each as its own. */
const withIssuer = (state: AccessState, name: string, trusted: TrustedIssuer): AccessState => {
  const persons = new Map(state.persons);
  for (const { subject, issuer, person } of state.identities.values())
    if (issuer === name) persons.set(subject, `${name}:${trusted.vouched ? person : ''}`);
  return { ...state, issuers: put(state.issuers, name, trusted), persons };
};

const issuerTrusted = (state: AccessState, { event, actor }: Of<'TokenIssuerTrusted'>): AccessState => {
  const { vouchedBy, ...settings } = event.data;
  const giver = actor.subject;
  const vouched = vouchedBy !== null && !mayBeOnePerson(state, vouchedBy, giver);
  const accounts = accountsAfterTrust(state, settings);
  return withIssuer({ ...state, accounts }, settings.name, { settings, giver, vouched });
};

const introduced = (state: AccessState, { event: { data } }: Of<'IdentityIntroduced'>): AccessState => {
  const { subject, issuer } = data;
  const trusted = state.issuers.get(issuer);
  const next = { ...state, identities: put(state.identities, subject, data) };
  return trusted === undefined ? next : withIssuer(next, issuer, trusted);
};

/** Whoever held a name before it became somebody's own, or was given anew, holds it no longer. */
const withoutWaysOf = (state: AccessState, subject: string): AccessState => ({
  ...state,
  accounts: accountsWithout(state.accounts, subject),
  certificates: new Map([...state.certificates].filter(([, held]) => held.subject !== subject)),
});

export const evolveAccess = (state: AccessState, recorded: Recorded<AccessEvent>): AccessState => {
  const { event } = recorded;
  switch (event.type) {
    case 'OperatorGranted':
      return granted(state, { ...recorded, event });
    case 'OperatorConfirmed':
      return withoutWaysOf(
        { ...state, persons: put(state.persons, event.data.subject, event.data.person) },
        event.data.subject,
      );
    case 'OperatorWithdrawn':
      return withoutWaysOf(
        {
          ...state,
          operators: without(state.operators, event.data.subject),
          tokens: evolveTokens(state.tokens, event),
        },
        event.data.subject,
      );
    case 'OperatorTokenIssued':
    case 'OperatorTokenTakenOver':
    case 'OperatorTokensRevoked':
      return { ...state, tokens: evolveTokens(state.tokens, event) };
    case 'ApprovalPolicyChanged':
      return { ...state, approvals: event.data };
    case 'TokenIssuerTrusted':
      return issuerTrusted(state, { ...recorded, event });
    case 'TokenIssuerConfirmed': {
      const trusted = state.issuers.get(event.data.name);
      return trusted === undefined ? state : withIssuer(state, event.data.name, { ...trusted, vouched: true });
    }
    case 'TokenIssuerRemoved':
      return {
        ...state,
        issuers: without(state.issuers, event.data.name),
        accounts: accountsWithoutIssuer(state.accounts, event.data.name),
      };
    case 'IdentityIntroduced':
      return introduced(state, { ...recorded, event });
    case 'PrincipalTrusted':
    case 'PrincipalCertificatesReplaced':
    case 'PrincipalRemoved':
      return { ...state, principals: evolvePrincipals(state.principals, event) };
    case 'ClientCertificateBound':
      return { ...state, certificates: put(state.certificates, event.data.id, event.data) };
    case 'ClientCertificateReleased':
      return { ...state, certificates: without(state.certificates, event.data.id) };
    case 'AccountOffered':
    case 'AccountBound':
    case 'AccountReleased':
      return { ...state, accounts: evolveAccounts(state.accounts, { ...recorded, event }) };
  }
};
