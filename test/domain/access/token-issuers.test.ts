import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessCommand } from '../../../domain/access/commands.js';
import { accessDecider } from '../../../domain/access/decider.js';
import type { AccessEvent } from '../../../domain/access/events.js';
import type { OperatorRole } from '../../../domain/access/operator-role.js';
import { mayBeOnePerson, standingOf } from '../../../domain/access/state.js';
import type { TokenIssuer } from '../../../domain/access/token-issuer.js';
import type { Actor } from '../../../domain/ledger/envelope.js';
import { OPERATORS } from '../../support/authority.js';
import { type Given, given as givenFor } from '../../support/decider.js';

const { alice, bob, wendy } = OPERATORS;
const given = givenFor(accessDecider);
const TRUST = 'trust-administrator' as const;

const settings = (name: string, more: Partial<TokenIssuer> = {}): TokenIssuer => ({
  name,
  issuer: `https://${name}.example`,
  audience: 'sekisho',
  keysUrl: null,
  algorithms: ['ES256'],
  subjectClaim: 'sub',
  personClaim: 'sub',
  skewSeconds: 30,
  roles: [{ claim: 'groups', value: 'gate', role: TRUST, scope: null }],
  ...more,
});
const trusted = (name: string, vouchedBy: string | null = null): AccessEvent => ({
  type: 'TokenIssuerTrusted',
  data: { ...settings(name), vouchedBy },
});
const confirmed = (name: string): AccessEvent => ({ type: 'TokenIssuerConfirmed', data: { name } });
const removed = (name: string): AccessEvent => ({ type: 'TokenIssuerRemoved', data: { name, reason: 'r' } });
const identity = (subject: string, person: string, role: OperatorRole = TRUST) => ({
  subject,
  issuer: subject.slice(0, subject.indexOf(':')),
  person,
  role,
  scope: null,
});
const introduced = (subject: string, person: string): AccessEvent => ({
  type: 'IdentityIntroduced',
  data: identity(subject, person),
});
const self = (subject: string): Actor => ({ subject, role: TRUST });
const trust = (by: Actor, of: TokenIssuer, vouchedBy?: string): AccessCommand => ({
  type: 'TrustTokenIssuer',
  by,
  settings: of,
  vouchedBy,
});

describe('token issuers', () => {
  it('are trusted by who may say which group is turned into which role', () => {
    given()
      .when(trust(wendy, settings('corp')))
      .thenRejected({ _tag: 'PermissionRequired' });
    given()
      .when(trust(alice, settings('corp')))
      .then(trusted('corp'));
    given()
      .when(trust(alice, settings('corp'), 'bob'))
      .then(trusted('corp', 'bob'));
  });

  it('have one name each for one iss', () => {
    const twin = settings('twin', { issuer: 'https://corp.example' });
    given(trusted('corp')).when(trust(alice, twin)).thenRejected({ _tag: 'TokenIssuerTwice', name: 'corp' });
    given(trusted('corp'))
      .when(trust(alice, settings('corp')))
      .then(trusted('corp'));
  });

  it('are at most 64', () => {
    const many = Array.from({ length: 64 }, (_, i) => trusted(`i${String(i)}`));
    given(...many)
      .when(trust(alice, settings('corp')))
      .thenRejected({ _tag: 'TooManyTokenIssuers', most: 64 });
  });

  it('are confirmed by another person than who trusted them', () => {
    const before = [[trusted('corp'), alice]] as const;
    const confirm = (by: Actor): AccessCommand => ({ type: 'ConfirmTokenIssuer', by, name: 'corp' });
    given(...before)
      .when(confirm(alice))
      .thenRejected({ _tag: 'SamePerson' });
    given(...before, introduced('corp:a', 'a'))
      .when(confirm(self('corp:a')))
      .thenRejected({ _tag: 'SamePerson' });
    given(...before)
      .when(confirm(bob))
      .then(confirmed('corp'));
    given(...before, [confirmed('corp'), bob])
      .when(confirm(bob))
      .then();
    given().when(confirm(bob)).thenRejected({ _tag: 'TokenIssuerUnknown' });
  });
});

describe('an identity', () => {
  const introduce = (of: ReturnType<typeof identity>): AccessCommand => ({
    type: 'IntroduceIdentity',
    by: { subject: of.subject, role: of.role },
    identity: of,
  });

  it('is introduced once, and again as another person or in another role', () => {
    const before = [trusted('corp'), introduced('corp:a', 'p')] as const;
    given(trusted('corp'))
      .when(introduce(identity('corp:a', 'p')))
      .then(introduced('corp:a', 'p'));
    given(...before)
      .when(introduce(identity('corp:a', 'p')))
      .then();
    given(...before)
      .when(introduce(identity('corp:a', 'q')))
      .then(introduced('corp:a', 'q'));
    given(...before)
      .when(introduce(identity('corp:a', 'p', 'auditor')))
      .then({ type: 'IdentityIntroduced', data: identity('corp:a', 'p', 'auditor') });
    given()
      .when(introduce(identity('corp:a', 'p')))
      .thenRejected({ _tag: 'TokenIssuerUnknown' });
  });

  it('has its role for as long as its issuer may give it', () => {
    const before = [trusted('corp'), introduced('corp:a', 'p')] as const;
    const auditors = {
      ...settings('corp', { roles: [{ claim: 'g', value: 'v', role: 'auditor', scope: null }] }),
      vouchedBy: null,
    };
    expect(standingOf(given(...before).state, 'corp:a')).toEqual({ role: TRUST, scope: null });
    expect(standingOf(given(...before, removed('corp')).state, 'corp:a')).toBeUndefined();
    expect(
      standingOf(given(...before, { type: 'TokenIssuerTrusted', data: auditors }).state, 'corp:a'),
    ).toBeUndefined();
  });

  it('is no name that could be granted', () => {
    given()
      .when({
        type: 'GrantOperator',
        by: alice,
        subject: 'corp:a',
        role: TRUST,
        person: undefined,
        scope: null,
        vouchedBy: undefined,
      })
      .thenRejected({ _tag: 'NameReserved', name: 'corp:a' });
    given()
      .when({
        type: 'GrantOperator',
        by: alice,
        subject: 'a',
        role: TRUST,
        person: 'corp:a',
        scope: null,
        vouchedBy: undefined,
      })
      .thenRejected({ _tag: 'NameReserved', name: 'corp:a' });
  });
});

/*
 * Humans: alice and bob run the authority. Both have accounts at corp, which is honest: `person` is the human. Evil is an issuer of
 * alice's own that says whatever she likes.
 */
const humanOf = (subject: string): string => (subject.replace('corp:', '').includes('b') ? 'bob' : 'alice');
const SUBJECTS = ['alice', 'bob', 'a2', 'corp:a1', 'corp:a2', 'corp:b1', 'evil:x', 'evil:y'] as const;
const happened: ReadonlyArray<Given<AccessEvent>> = [
  [trusted('corp'), alice],
  [trusted('corp'), bob],
  [trusted('evil'), alice],
  [confirmed('corp'), bob],
  [confirmed('corp'), alice],
  removed('corp'),
  removed('evil'),
  introduced('corp:a1', 'alice'),
  introduced('corp:a2', 'alice'),
  introduced('corp:b1', 'bob'),
  introduced('evil:x', 'bob'),
  introduced('evil:y', 'somebody'),
  [
    { type: 'OperatorGranted', data: { subject: 'a2', role: TRUST, person: 'bob', vouchedBy: null, scope: null } },
    alice,
  ],
  [
    { type: 'OperatorGranted', data: { subject: 'a2', role: TRUST, person: 'a2', vouchedBy: 'evil:x', scope: null } },
    alice,
  ],
];
const founded: ReadonlyArray<AccessEvent> = [
  { type: 'OperatorGranted', data: { subject: 'alice', role: TRUST, person: 'alice', vouchedBy: null, scope: null } },
  { type: 'OperatorGranted', data: { subject: 'bob', role: TRUST, person: 'bob', vouchedBy: null, scope: null } },
];

describe('two subjects', () => {
  it('of one human are never two people, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...happened), { maxLength: 14 }), (events) => {
        const { state } = given(...founded, ...events);
        const subjects = SUBJECTS.filter((each) => each.includes(':') || state.operators.has(each));
        for (const one of subjects)
          for (const other of subjects)
            if (humanOf(one) === humanOf(other))
              expect([one, other, mayBeOnePerson(state, one, other)]).toEqual([one, other, true]);
      }),
      { numRuns: 300 },
    );
  });

  it('of two humans are two people once the issuer that names both was confirmed', () => {
    const people = [introduced('corp:a1', 'alice'), introduced('corp:b1', 'bob')];
    const alone = given(...founded, [trusted('corp'), alice], ...people).state;
    expect(mayBeOnePerson(alone, 'corp:a1', 'corp:b1')).toBe(true);
    const both = given(...founded, [trusted('corp'), alice], ...people, [confirmed('corp'), bob]).state;
    expect(mayBeOnePerson(both, 'corp:a1', 'corp:b1')).toBe(false);
    expect(mayBeOnePerson(both, 'alice', 'corp:b1')).toBe(true);
    expect(mayBeOnePerson(both, 'alice', 'bob')).toBe(false);
  });
});
