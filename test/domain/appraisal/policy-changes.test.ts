import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, POLICY_RULES } from '../../../domain/appraisal/policy.js';
import { policyChanges } from '../../../domain/appraisal/policy-changes.js';
import { referenceCatalogue } from '../../../domain/reference/events.js';

describe('what two policies have otherwise', () => {
  it('is nothing of one and the same', () => {
    expect(policyChanges(DEFAULT_POLICY, { ...DEFAULT_POLICY, exceptions: [] })).toEqual([]);
  });

  it.each(Object.keys(POLICY_RULES))('is told for the rule %s', (rule) => {
    const other = { ...DEFAULT_POLICY, [rule]: 'another' };
    expect(policyChanges(DEFAULT_POLICY, other).map((change) => change.rule)).toEqual([rule]);
  });

  it('counts the order of a list', () => {
    const other = { ...DEFAULT_POLICY, pcrBanks: [...DEFAULT_POLICY.pcrBanks].reverse() };
    expect(policyChanges(DEFAULT_POLICY, other)).toMatchObject([{ rule: 'pcrBanks' }]);
  });
});

describe('AttestationPolicyChanged', () => {
  const data = { old: null, new: DEFAULT_POLICY };

  it('of the first version is read as it was, without later rules', () => {
    expect(referenceCatalogue.decode('AttestationPolicyChanged', 1, data)).toEqual(
      E.right({ type: 'AttestationPolicyChanged', data }),
    );
  });

  it('of the first version holds no later rule, and of the second may', () => {
    const later = { old: DEFAULT_POLICY, new: { ...DEFAULT_POLICY, modelListMaxAgeDays: 90 } };
    expect(referenceCatalogue.decode('AttestationPolicyChanged', 1, later)).toMatchObject({
      left: { _tag: 'EventDataInvalid', version: 1 },
    });
    expect(referenceCatalogue.decode('AttestationPolicyChanged', 2, later)).toEqual(
      E.right({ type: 'AttestationPolicyChanged', data: later }),
    );
  });
});
