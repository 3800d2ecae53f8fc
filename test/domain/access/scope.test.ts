import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessCommand } from '../../../domain/access/commands.js';
import { accessDecider } from '../../../domain/access/decider.js';
import { type AccessEvent, accessCatalogue } from '../../../domain/access/events.js';
import { identityOf } from '../../../domain/access/identity.js';
import { inScope, isWithin, Scope, ScopePart, sameScope } from '../../../domain/access/scope.js';
import { standingOf } from '../../../domain/access/state.js';
import { given as givenFor } from '../../support/decider.js';
import { right } from '../../support/ledger.js';

const TRUST = 'trust-administrator' as const;
const EAST = ['cluster/east', 'host/esx-east-*'] as const;
const given = givenFor(accessDecider);
const granted = (subject: string, scope: Scope): AccessEvent => ({
  type: 'OperatorGranted',
  data: { subject, role: TRUST, person: subject, vouchedBy: null, scope },
});
const grant = (by: string, scope: Scope): AccessCommand => ({
  type: 'GrantOperator',
  by: { subject: by, role: TRUST },
  subject: 'new',
  role: TRUST,
  person: undefined,
  vouchedBy: undefined,
  scope,
});
const emma = { subject: 'emma', role: TRUST } as const;
const before = [granted('alice', null), granted('emma', EAST)] as const;
const wider = { _tag: 'ScopeTooWide' } as const;

const id = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,3}$/);
const part = fc.oneof(
  id.map((name) => `cluster/${name}`),
  id.map((name) => `key-provider/${name}`),
  fc.tuple(id, fc.constantFrom('', '*')).map(([name, star]) => `host/${name}${star}`),
);
const scope: fc.Arbitrary<Scope> = fc.option(fc.array(part, { minLength: 1, maxLength: 4 }), { nil: null });

describe('a scope', () => {
  it.each(['cluster/east', 'key-provider/v.1', 'host/esx-01', 'host/esx-*'])('may name %s', (text) => {
    expect(ScopePart.is(text)).toBe(true);
  });

  it.each([
    'cluster/*',
    'cluster/e*',
    'host/*',
    'host/',
    'host/a*b',
    'host/a**',
    'Host/a',
    'east',
    'host/../x',
    'key/ab',
    7,
  ])('may not name %s', (text) => {
    expect(ScopePart.is(text)).toBe(false);
  });

  it('is of at most 64 parts, and never of none', () => {
    expect([
      Scope.is([]),
      Scope.is(Array(65).fill('host/a')),
      Scope.is(Array(64).fill('host/a')),
      Scope.is(null),
    ]).toEqual([false, false, true, true]);
  });

  it('that is within another one reaches nothing that the other does not', () => {
    fc.assert(
      fc.property(scope, scope, part, (inner, outer, each) => {
        if (isWithin(inner, outer) && inScope(inner, each)) expect(inScope(outer, each)).toBe(true);
      }),
    );
  });

  it('is within itself, and within another of which it is a part, through any third', () => {
    fc.assert(
      fc.property(scope, scope, scope, (a, b, c) => {
        expect(sameScope(a, a)).toBe(true);
        if (isWithin(a, b) && isWithin(b, c)) expect(isWithin(a, c)).toBe(true);
      }),
    );
  });

  it('has a host by how its name begins, and no other one', () => {
    expect(
      ['host/esx-east-7', 'host/esx-east-', 'host/esx-west-7', 'host/esx-east'].map((each) => inScope(EAST, each)),
    ).toEqual([true, true, false, false]);
  });
});

describe('an operator who is limited', () => {
  it('gives a role for parts of their own scope, and no wider one', () => {
    given(...before)
      .when(grant('emma', ['host/esx-east-7']))
      .then(granted('new', ['host/esx-east-7']));
    for (const scope of [null, ['cluster/west'], ['cluster/east', 'cluster/west'], ['host/esx-*']])
      given(...before)
        .when(grant('emma', scope))
        .thenRejected({ ...wider, scope });
  });

  it('says nothing of those who may do more: neither who they are, nor that they are to go', () => {
    const state = [...before, granted('west', ['cluster/west'])] as const;
    for (const subject of ['alice', 'west']) {
      given(...state)
        .when({ type: 'WithdrawOperator', by: emma, subject, reason: 'r' })
        .thenRejected({ ...wider, subject });
      given(...state)
        .when({ type: 'ConfirmOperator', by: emma, subject })
        .thenRejected({ ...wider, subject });
    }
    given(...state, granted('e2', ['cluster/east']))
      .when({ type: 'WithdrawOperator', by: emma, subject: 'e2', reason: 'r' })
      .then({ type: 'OperatorWithdrawn', data: { subject: 'e2', role: TRUST, reason: 'r' } });
  });

  it('binds no certificate to a name of their own that may do more', () => {
    const certificate = {
      by: 'key',
      spkiSha256: 'a1'.repeat(32),
      name: 'n',
      notAfter: '2030-01-01T00:00:00.000Z',
    } as const;
    const state = [
      granted('alice', null),
      [granted('emma', null), { subject: 'alice', role: TRUST }],
      [granted('emma-east', EAST), { subject: 'alice', role: TRUST }],
    ] as const;
    const bind = (by: string, subject: string): AccessCommand => ({
      type: 'BindCertificate',
      by: { subject: by, role: TRUST },
      id: '00000000-0000-4000-8000-000000000001',
      subject,
      certificate,
    });
    given(...state)
      .when(bind('emma-east', 'emma'))
      .thenRejected({ ...wider, subject: 'emma' });
    given(...state)
      .when(bind('emma', 'emma-east'))
      .then({
        type: 'ClientCertificateBound',
        data: { id: '00000000-0000-4000-8000-000000000001', subject: 'emma-east', certificate },
      });
  });

  it('makes no token for a name of their own that may do more, and ends none of others', () => {
    const state = [
      granted('alice', null),
      [granted('emma', null), { subject: 'alice', role: TRUST }],
      [granted('emma-east', EAST), { subject: 'alice', role: TRUST }],
    ] as const;
    const by = { subject: 'emma-east', role: TRUST } as const;
    const token = { sha256: 'a1'.repeat(32), expires: null };
    given(...state)
      .when({ type: 'IssueToken', by, subject: 'emma', token, vouchedBy: undefined })
      .thenRejected({ ...wider, subject: 'emma' });
    given(...state)
      .when({ type: 'RevokeTokens', by, subject: 'alice', reason: 'r' })
      .thenRejected({ ...wider, subject: 'alice' });
    given(...state)
      .when({ type: 'IssueToken', by, subject: 'emma-east', token, vouchedBy: undefined })
      .then({ type: 'OperatorTokenIssued', data: { subject: 'emma-east', ...token } });
  });

  it('is none of those of whom one must stay', () => {
    given(...before)
      .when({ type: 'WithdrawOperator', by: { subject: 'alice', role: TRUST }, subject: 'alice', reason: 'r' })
      .thenRejected({ _tag: 'LastTrustAdministrator', subject: 'alice' });
  });

  it('gives nothing once they are withdrawn', () => {
    given(granted('alice', null)).when(grant('emma', EAST)).thenRejected(wider);
  });
});

describe('people of a token issuer', () => {
  const rule = (value: string, limited: Scope) => ({ claim: 'groups', value, role: TRUST, scope: limited });
  const settings = {
    name: 'corp',
    issuer: 'https://corp.example',
    audience: 'sekisho',
    keysUrl: null,
    algorithms: ['ES256'],
    subjectClaim: 'sub',
    personClaim: 'sub',
    skewSeconds: 30,
    roles: [rule('east', EAST), rule('all', null)],
  } as const;
  const trusted = (roles: typeof settings.roles | []): AccessEvent => ({
    type: 'TokenIssuerTrusted',
    data: { ...settings, roles, vouchedBy: null },
  });
  const introduced: AccessEvent = {
    type: 'IdentityIntroduced',
    data: { subject: 'corp:emma', issuer: 'corp', person: 'emma', role: TRUST, scope: EAST },
  };

  it('are limited by the rule that gives them their role', () => {
    expect(right(identityOf(settings, { sub: 'emma', groups: ['all', 'east'] })).scope).toEqual(EAST);
    expect(right(identityOf(settings, { sub: 'ann', groups: ['all'] })).scope).toBeNull();
  });

  it('give no wider role than that, and none when the rule is gone', () => {
    const by = 'corp:emma';
    given(trusted(settings.roles), introduced).when(grant(by, null)).thenRejected(wider);
    given(trusted(settings.roles), introduced).when(grant(by, EAST)).then(granted('new', EAST));
    const { state } = given(trusted(settings.roles), introduced, trusted([]));
    expect(standingOf(state, by)).toBeUndefined();
  });

  it('are introduced again when what they may reach has changed', () => {
    const identity = { subject: 'corp:emma', issuer: 'corp', person: 'emma', role: TRUST, scope: null };
    given(trusted(settings.roles), introduced)
      .when({ type: 'IntroduceIdentity', by: { subject: 'corp:emma', role: TRUST }, identity })
      .then({ type: 'IdentityIntroduced', data: identity });
  });
});

describe('events of before there were scopes', () => {
  it('are for everything', () => {
    const old = { subject: 'x', role: 'auditor', person: 'x', vouchedBy: null };
    expect(right(accessCatalogue.decode('OperatorGranted', 2, old))).toMatchObject({ data: { ...old, scope: null } });
    const came = { subject: 'corp:x', issuer: 'corp', person: 'x', role: 'auditor' };
    expect(right(accessCatalogue.decode('IdentityIntroduced', 1, came))).toMatchObject({
      data: { ...came, scope: null },
    });
    const trusted = {
      name: 'corp',
      issuer: 'https://corp.example',
      audience: 'sekisho',
      keysUrl: null,
      algorithms: ['ES256'],
      subjectClaim: 'sub',
      personClaim: 'sub',
      skewSeconds: 30,
      roles: [{ claim: 'g', value: 'v', role: 'auditor' }],
      vouchedBy: null,
    };
    expect(right(accessCatalogue.decode('TokenIssuerTrusted', 1, trusted))).toMatchObject({
      data: { ...trusted, roles: [{ claim: 'g', value: 'v', role: 'auditor', scope: null }] },
    });
  });
});
