import { describe, it } from 'vitest';
import { accessDecider } from '../../../domain/access/decider.js';
import type { AccessEvent } from '../../../domain/access/events.js';
import { OPERATORS } from '../../support/authority.js';
import { given as givenFor } from '../../support/decider.js';

const { alice, wendy } = OPERATORS;
const given = givenFor(accessDecider);
const granted = (subject: string, role: AccessEvent['data']['role']): AccessEvent => ({
  type: 'OperatorGranted',
  data: { subject, role },
});

describe('operators', () => {
  it('have one role each', () => {
    given().when({ type: 'GrantOperator', by: alice, subject: 'x', role: 'auditor' }).then(granted('x', 'auditor'));
    given(granted('x', 'workload-administrator'))
      .when({ type: 'GrantOperator', by: alice, subject: 'x', role: 'trust-administrator' })
      .thenRejected({ _tag: 'OperatorExists', role: 'workload-administrator' });
  });

  it('are granted and withdrawn by trust administrators only', () => {
    given()
      .when({ type: 'GrantOperator', by: wendy, subject: 'x', role: 'auditor' })
      .thenRejected({ _tag: 'PermissionRequired' });
    given(granted('x', 'auditor'))
      .when({ type: 'WithdrawOperator', by: wendy, subject: 'x', reason: 'r' })
      .thenRejected({ _tag: 'PermissionRequired' });
    given(granted('x', 'auditor'))
      .when({ type: 'WithdrawOperator', by: alice, subject: 'x', reason: 'r' })
      .then({ type: 'OperatorWithdrawn', data: { subject: 'x', role: 'auditor', reason: 'r' } });
    given()
      .when({ type: 'WithdrawOperator', by: alice, subject: 'x', reason: 'r' })
      .thenRejected({ _tag: 'OperatorUnknown' });
  });

  it('never run out of trust administrators', () => {
    const withdraw = { type: 'WithdrawOperator', by: alice, subject: 'alice', reason: 'r' } as const;
    const alone = granted('alice', 'trust-administrator');
    given(alone, granted('x', 'auditor'))
      .when(withdraw)
      .thenRejected({ _tag: 'LastTrustAdministrator', subject: 'alice' });
    given(alone, granted('bob', 'trust-administrator'))
      .when(withdraw)
      .then({ type: 'OperatorWithdrawn', data: { subject: 'alice', role: 'trust-administrator', reason: 'r' } });
  });
});
