import type { Recorded } from '../ledger/envelope.js';
import type { AccessEvent } from './events.js';
import type { Identity } from './identity.js';
import type { OperatorRole } from './operator-role.js';
import type { TokenIssuer } from './token-issuer.js';

export interface Operator {
  readonly role: OperatorRole;
  /** Whose name it was said to be when it was granted. */
  readonly claimed: string;
}

export interface ApprovalPolicy {
  readonly operations: ReadonlyArray<string>;
  readonly lifetimeSeconds: number;
}

/** An issuer whose tokens count. */
export interface TrustedIssuer {
  readonly settings: TokenIssuer;
  /** Who trusted it. */
  readonly giver: string;
  /** Whether a second person did so too: until then nobody of its people is another person than anybody. */
  readonly vouched: boolean;
}

/** Who holds which role now, and who they are. */
export interface AccessState {
  readonly operators: ReadonlyMap<string, Operator>;
  readonly issuers: ReadonlyMap<string, TrustedIssuer>;
  /** By subject: who came with a token of an issuer and did something. */
  readonly identities: ReadonlyMap<string, Identity>;
  /** By subject, of everybody who ever held a role: the person that they count as. */
  readonly persons: ReadonlyMap<string, string>;
  readonly approvals: ApprovalPolicy;
}

const A_DAY = 86_400;

export const noOperators: AccessState = {
  operators: new Map(),
  issuers: new Map(),
  identities: new Map(),
  persons: new Map(),
  approvals: { operations: [], lifetimeSeconds: A_DAY },
};

/** Who says that a person is one: the ledger's own operators, or a token issuer. */
const sourceOf = (person: string): string => person.slice(0, person.indexOf(':') + 1);

/** Who a subject counts as: two subjects of one person never make two people. Whom an issuer alone knows could be anybody. */
export const personOf = ({ persons }: Pick<AccessState, 'persons'>, subject: string): string =>
  persons.get(subject) ?? (sourceOf(subject) || subject);

const couldBeAnybody = (person: string): boolean => person.endsWith(':');

/**
 * Two people only if it is certain: those of different sources can't be told apart, since nobody says that an issuer's `jdoe` is
 * not the operator `alice`.
 */
export const mayBeOnePerson = (state: Pick<AccessState, 'persons'>, one: string, other: string): boolean => {
  const [a, b] = [personOf(state, one), personOf(state, other)];
  return a === b || sourceOf(a) !== sourceOf(b) || couldBeAnybody(a) || couldBeAnybody(b);
};

/** The role that a subject has now. Of somebody with an issuer's tokens: what they last showed, while the issuer may still give it. */
export const roleOf = ({ operators, identities, issuers }: AccessState, subject: string): OperatorRole | undefined => {
  const { issuer = '', role } = identities.get(subject) ?? {};
  const given = issuers.get(issuer)?.settings.roles.some((rule) => rule.role === role);
  return operators.get(subject)?.role ?? (given === true ? role : undefined);
};

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
  const alone = actor.role !== 'authority' && (vouchedBy === null || mayBeOnePerson(state, vouchedBy, actor.subject));
  return {
    ...state,
    operators: put(state.operators, subject, { role, claimed: person }),
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
  return withIssuer(state, settings.name, { settings, giver, vouched });
};

const introduced = (state: AccessState, { event: { data } }: Of<'IdentityIntroduced'>): AccessState => {
  const { subject, issuer } = data;
  const trusted = state.issuers.get(issuer);
  const next = { ...state, identities: put(state.identities, subject, data) };
  return trusted === undefined ? next : withIssuer(next, issuer, trusted);
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
    case 'TokenIssuerTrusted':
      return issuerTrusted(state, { ...recorded, event });
    case 'TokenIssuerConfirmed': {
      const trusted = state.issuers.get(event.data.name);
      return trusted === undefined ? state : withIssuer(state, event.data.name, { ...trusted, vouched: true });
    }
    case 'TokenIssuerRemoved':
      return { ...state, issuers: without(state.issuers, event.data.name) };
    case 'IdentityIntroduced':
      return introduced(state, { ...recorded, event });
  }
};
