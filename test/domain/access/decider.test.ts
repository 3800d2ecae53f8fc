import { describe, expect, it } from 'vitest';
import type { AccessCommand } from '../../../domain/access/commands.js';
import { accessDecider } from '../../../domain/access/decider.js';
import { type AccessEvent, accessCatalogue } from '../../../domain/access/events.js';
import type { OperatorRole } from '../../../domain/access/operator-role.js';
import { personOf } from '../../../domain/access/state.js';
import type { Actor } from '../../../domain/ledger/envelope.js';
import { OPERATORS } from '../../support/authority.js';
import { given as givenFor } from '../../support/decider.js';
import { right } from '../../support/ledger.js';

const { alice, bob, wendy } = OPERATORS;
const given = givenFor(accessDecider);
const granted = (subject: string, role: OperatorRole, vouchedBy: string | null = null): AccessEvent => ({
  type: 'OperatorGranted',
  data: { subject, role, person: subject, vouchedBy, scope: null },
});
const grant = (by: Actor, subject: string, role: OperatorRole, vouchedBy?: string): AccessCommand => ({
  type: 'GrantOperator',
  by,
  subject,
  role,
  person: undefined,
  scope: null,
  vouchedBy,
});
const trust = 'trust-administrator' as const;
const founded = [granted('alice', trust), granted('bob', trust)] as const;
const self = (subject: string): Actor => ({ subject, role: trust });

describe('operators', () => {
  it('have one role each', () => {
    given(granted('alice', trust))
      .when(grant(alice, 'x', 'auditor'))
      .then(granted('x', 'auditor'));
    given(granted('alice', trust), granted('x', 'workload-administrator'))
      .when(grant(alice, 'x', trust))
      .thenRejected({ _tag: 'OperatorExists', role: 'workload-administrator' });
  });

  it('are granted and withdrawn by trust administrators only', () => {
    given()
      .when(grant(wendy, 'x', 'auditor'))
      .thenRejected({ _tag: 'PermissionRequired' });
    given(granted('x', 'auditor'))
      .when({ type: 'WithdrawOperator', by: wendy, subject: 'x', reason: 'r' })
      .thenRejected({ _tag: 'PermissionRequired' });
    given(granted('alice', trust), granted('x', 'auditor'))
      .when({ type: 'WithdrawOperator', by: alice, subject: 'x', reason: 'r' })
      .then({ type: 'OperatorWithdrawn', data: { subject: 'x', role: 'auditor', reason: 'r' } });
    given()
      .when({ type: 'WithdrawOperator', by: alice, subject: 'x', reason: 'r' })
      .thenRejected({ _tag: 'OperatorUnknown' });
  });

  it('never run out of trust administrators', () => {
    const withdraw = { type: 'WithdrawOperator', by: alice, subject: 'alice', reason: 'r' } as const;
    const alone = granted('alice', trust);
    given(alone, granted('x', 'auditor'))
      .when(withdraw)
      .thenRejected({ _tag: 'LastTrustAdministrator', subject: 'alice' });
    given(alone, granted('bob', trust))
      .when(withdraw)
      .then({ type: 'OperatorWithdrawn', data: { subject: 'alice', role: trust, reason: 'r' } });
  });

  it('recorded before there were persons are each what one person gave', () => {
    const old = right(accessCatalogue.decode('OperatorGranted', 1, { subject: 'x', role: 'auditor' }));
    expect(old).toEqual(granted('x', 'auditor'));
  });
});

describe('a name', () => {
  it('counts as the person who gave it, however often it is handed on', () => {
    const { state } = given(...founded, [granted('a2', trust), alice], [granted('a3', trust), self('a2')]);
    expect(['alice', 'a2', 'a3', 'bob'].map((each) => personOf(state, each))).toEqual([
      'alice',
      'alice',
      'alice',
      'bob',
    ]);
  });

  it('is somebody of its own when a second person approved it', () => {
    const { state } = given(...founded, [granted('carol', trust, 'bob'), alice]);
    expect(personOf(state, 'carol')).toBe('carol');
    const fake = given(...founded, [granted('a2', trust), alice], [granted('a3', trust, 'a2'), alice]);
    expect(personOf(fake.state, 'a3')).toBe('alice');
  });

  it('is confirmed by another person than it counts as, and only then somebody of its own', () => {
    const before = [...founded, [granted('carol', trust), alice], [granted('a3', trust), alice]] as const;
    const confirm = (by: Actor): AccessCommand => ({ type: 'ConfirmOperator', by, subject: 'carol' });
    for (const by of [alice, self('carol'), self('a3')])
      given(...before)
        .when(confirm(by))
        .thenRejected({ _tag: 'SamePerson' });
    const confirmed: AccessEvent = { type: 'OperatorConfirmed', data: { subject: 'carol', person: 'carol' } };
    given(...before)
      .when(confirm(bob))
      .then(confirmed);
    expect(personOf(given(...before, [confirmed, bob]).state, 'carol')).toBe('carol');
    given(...before, [confirmed, bob])
      .when(confirm(bob))
      .then();
  });

  it('that was withdrawn and given again counts as whoever gave it again', () => {
    const gone: AccessEvent = { type: 'OperatorWithdrawn', data: { subject: 'bob', role: trust, reason: 'r' } };
    expect(personOf(given(...founded, [gone, alice]).state, 'bob')).toBe('bob');
    expect(personOf(given(...founded, [gone, alice], [granted('bob', trust), alice]).state, 'bob')).toBe('alice');
  });
});
