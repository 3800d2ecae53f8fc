import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, ListUpTo, SafeInt, Text } from '../encoding/primitives.js';
import { Uuid } from '../ledger/envelope.js';
import { catalogue, type EventsOf, eventType, upcast } from '../ledger/event-type.js';
import { ACCOUNT_EVENTS } from './account.js';
import { ClientCertificate } from './client-certificate.js';
import { OperatorRole } from './operator-role.js';
import { OWN_TOKEN_EVENTS } from './own-token.js';
import { PrincipalChain, principalFields } from './principal.js';
import { Scope } from './scope.js';
import { IssuerName, issuerFields, RoleRule, ScopedRoleRule } from './token-issuer.js';

const Subject = Text(128);
const Person = Text(128);

const grantedFields = { subject: Subject, role: OperatorRole, person: Person, vouchedBy: t.union([t.null, Subject]) };

/**
 * `subject` is an opaque id; names of people are kept outside the ledger. `person` is whose name the granting operator says
 * it is; it counts only where `vouchedBy`, another person, said so too. `scope` is what the role is limited to.
 */
export const OperatorGranted = eventType({
  type: 'OperatorGranted',
  version: 3,
  data: closed({ ...grantedFields, scope: Scope }, 'OperatorGranted'),
  upcasts: [
    upcast(closed({ subject: Subject, role: OperatorRole }, 'OperatorGranted'), ({ subject, role }) => ({
      subject,
      role,
      person: subject,
      vouchedBy: null,
    })),
    upcast(closed(grantedFields, 'OperatorGranted'), (old) => ({ ...old, scope: null })),
  ],
});

/** The actor, another person than the one who granted, says that this name is that person's. */
export const OperatorConfirmed = eventType({
  type: 'OperatorConfirmed',
  version: 1,
  data: closed({ subject: Subject, person: Person }, 'OperatorConfirmed'),
});

export const OperatorWithdrawn = eventType({
  type: 'OperatorWithdrawn',
  version: 1,
  data: closed({ subject: Subject, role: OperatorRole, reason: Text(512) }, 'OperatorWithdrawn'),
});

const policyFields = { operations: ListUpTo(Text(64), 64), lifetimeSeconds: SafeInt };

/**
 * Operations that need a second person from now on, how long an approval may wait and then count, and who may carry out alone what
 * needs two, in an emergency.
 */
export const ApprovalPolicyChanged = eventType({
  type: 'ApprovalPolicyChanged',
  version: 2,
  data: closed({ ...policyFields, breakGlass: ListUpTo(Subject, 32) }, 'ApprovalPolicyChanged'),
  upcasts: [upcast(closed(policyFields, 'ApprovalPolicyChanged'), (old) => ({ ...old, breakGlass: [] }))],
});

const trustedFields = { name: IssuerName, ...issuerFields, vouchedBy: t.union([t.null, Subject]) };

/**
 * From now on this issuer's tokens let people in, as its rules say; settings of the same name before are over. Its people are
 * told apart only where `vouchedBy`, another person than the actor, said so too.
 */
export const TokenIssuerTrusted = eventType({
  type: 'TokenIssuerTrusted',
  version: 2,
  data: closed({ ...trustedFields, roles: ListUpTo(ScopedRoleRule, 64) }, 'TokenIssuerTrusted'),
  upcasts: [
    upcast(closed({ ...trustedFields, roles: ListUpTo(RoleRule, 64) }, 'TokenIssuerTrusted'), (old) => ({
      ...old,
      roles: old.roles.map((rule) => ({ ...rule, scope: null })),
    })),
  ],
});

/** The actor, another person than the one who trusted it, says that this issuer tells people apart. */
export const TokenIssuerConfirmed = eventType({
  type: 'TokenIssuerConfirmed',
  version: 1,
  data: closed({ name: IssuerName }, 'TokenIssuerConfirmed'),
});

export const TokenIssuerRemoved = eventType({
  type: 'TokenIssuerRemoved',
  version: 1,
  data: closed({ name: IssuerName, reason: Text(512) }, 'TokenIssuerRemoved'),
});

const introducedFields = { subject: Subject, issuer: IssuerName, person: Person, role: OperatorRole };

/**
 * Somebody with a token of a trusted issuer did something for the first time, or for the first time as this person, in this role or in
 * this scope. `person` is what the issuer calls them.
 */
export const IdentityIntroduced = eventType({
  type: 'IdentityIntroduced',
  version: 2,
  data: closed({ ...introducedFields, scope: Scope }, 'IdentityIntroduced'),
  upcasts: [upcast(closed(introducedFields, 'IdentityIntroduced'), (old) => ({ ...old, scope: null }))],
});

/** Whoever shows such a certificate, and holds its key, is this operator. */
export const ClientCertificateBound = eventType({
  type: 'ClientCertificateBound',
  version: 1,
  data: closed({ id: Uuid, subject: Subject, certificate: ClientCertificate }, 'ClientCertificateBound'),
});

export const ClientCertificateReleased = eventType({
  type: 'ClientCertificateReleased',
  version: 1,
  data: closed({ id: Uuid, subject: Subject, reason: Text(512) }, 'ClientCertificateReleased'),
});

/** A part of the workload side, known by the certificates of its token issuer; its tokens count only where `tokens` says so. */
export const PrincipalTrusted = eventType({
  type: 'PrincipalTrusted',
  version: 1,
  data: closed({ name: IssuerName, ...principalFields, chain: PrincipalChain }, 'PrincipalTrusted'),
});

/** What it had counts until `previousUntil`; null: no longer. */
export const PrincipalCertificatesReplaced = eventType({
  type: 'PrincipalCertificatesReplaced',
  version: 1,
  data: closed(
    { name: IssuerName, chain: PrincipalChain, previousUntil: t.union([t.null, Instant]) },
    'PrincipalCertificatesReplaced',
  ),
});

export const PrincipalRemoved = eventType({
  type: 'PrincipalRemoved',
  version: 1,
  data: closed({ name: IssuerName, reason: Text(512) }, 'PrincipalRemoved'),
});

export const ACCESS_EVENTS = [
  OperatorGranted,
  OperatorConfirmed,
  OperatorWithdrawn,
  ApprovalPolicyChanged,
  TokenIssuerTrusted,
  TokenIssuerConfirmed,
  TokenIssuerRemoved,
  IdentityIntroduced,
  ClientCertificateBound,
  ClientCertificateReleased,
  PrincipalTrusted,
  PrincipalCertificatesReplaced,
  PrincipalRemoved,
  ...OWN_TOKEN_EVENTS,
  ...ACCOUNT_EVENTS,
] as const;

export const accessCatalogue = catalogue(ACCESS_EVENTS);

export type AccessEvent = EventsOf<typeof accessCatalogue>;
