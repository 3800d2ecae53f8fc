import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import type { ReferenceCommand } from '../../../domain/reference/commands.js';
import { referenceDecider } from '../../../domain/reference/decider.js';
import type { ReferenceEvent } from '../../../domain/reference/events.js';
import { OPERATORS } from '../../support/authority.js';
import { given as givenFor } from '../../support/decider.js';

const { alice, bob, wendy, arthur } = OPERATORS;
const given = givenFor(referenceDecider);
const [D1, D2] = ['11'.repeat(32), '22'.repeat(32)];

const summary = { kind: 'golden-pcrs', displayName: 'Image', bank: 'sha256' } as const;
const proposed = (digest = D1): ReferenceEvent => ({
  type: 'BaseImageProposed',
  data: { version: 'v1', digest, ...summary },
});
const approved: ReferenceEvent = { type: 'BaseImageApproved', data: { version: 'v1', digest: D1 } };
const withdrawn: ReferenceEvent = { type: 'BaseImageWithdrawn', data: { version: 'v1', digest: D1, reason: 'CVE' } };
const propose = (by: ReferenceCommand['by'], digest = D1): ReferenceCommand => ({
  type: 'ProposeBaseImage',
  by,
  version: 'v1',
  digest,
  ...summary,
});
const approve = (
  by: ReferenceCommand['by'],
  digest?: string,
  persons = new Map<string, string>(),
): ReferenceCommand => ({
  type: 'ApproveBaseImage',
  by,
  version: 'v1',
  digest,
  persons,
  alone: false,
});
const withdraw = (by: ReferenceCommand['by']): ReferenceCommand => ({
  type: 'WithdrawBaseImage',
  by,
  version: 'v1',
  reason: 'CVE',
});

describe('base images', () => {
  it('are proposed by one and approved by another', () => {
    given().when(propose(alice)).then(proposed());
    given([proposed(), alice]).when(approve(bob)).then(approved);
  });

  it('are never approved by their proposer', () => {
    given([proposed(), alice]).when(approve(alice)).thenRejected({ _tag: 'SameOperator', version: 'v1' });
  });

  it('are never approved by another name of the person who proposed them', () => {
    const persons = new Map([['bob', 'alice']]);
    given([proposed(), alice])
      .when(approve(bob, undefined, persons))
      .thenRejected({ _tag: 'SameOperator' });
  });

  it('are never approved by whoever proposed them anew', () => {
    given([proposed(), alice], [approved, bob], withdrawn, [proposed(), bob])
      .when(approve(bob))
      .thenRejected({ _tag: 'SameOperator' });
    given([proposed(), alice], [approved, bob], withdrawn, [proposed(), bob]).when(approve(alice)).then(approved);
  });

  it('are approved only as what the approver read', () => {
    given([proposed(), alice])
      .when(approve(bob, D2))
      .thenRejected({ _tag: 'DigestMismatch', expected: D2, actual: D1 });
    given([proposed(), alice]).when(approve(bob, D1)).then(approved);
  });

  it('have one open proposal or approval for a version', () => {
    given([proposed(), alice])
      .when(propose(bob, D2))
      .thenRejected({ _tag: 'AlreadyExists', kind: 'base-image', name: 'v1' });
    given([proposed(), alice], [approved, bob]).when(propose(bob, D2)).thenRejected({ _tag: 'AlreadyExists' });
    given([proposed(), alice], [approved, bob])
      .when(approve(bob))
      .thenRejected({ _tag: 'NoOpenProposal', status: 'approved' });
  });

  it('need a new proposal after they were withdrawn', () => {
    given([proposed(), alice], [approved, bob], withdrawn)
      .when(approve(bob))
      .thenRejected({ _tag: 'NoOpenProposal', status: 'withdrawn' });
    given([proposed(), alice], [approved, bob], withdrawn).when(propose(alice, D2)).then(proposed(D2));
    given([proposed(), alice], withdrawn)
      .when(withdraw(bob))
      .thenRejected({ _tag: 'NoOpenProposal', status: 'withdrawn' });
  });

  it('are withdrawn by any one trust administrator, proposals as well', () => {
    given([proposed(), alice], [approved, bob]).when(withdraw(bob)).then(withdrawn);
    given([proposed(), alice]).when(withdraw(alice)).then(withdrawn);
    given().when(withdraw(alice)).thenRejected({ _tag: 'ReferenceUnknown', kind: 'base-image', name: 'v1' });
  });

  it('count as withdrawn only if they were good once, until they are approved again', () => {
    expect(given([proposed(), alice], withdrawn).state.withdrawnImages.size).toBe(0);
    expect(given([proposed(), alice], [approved, bob], withdrawn).state.withdrawnImages.get(D1)).toBe('v1');
    expect(
      given([proposed(), alice], [approved, bob], withdrawn, [proposed(), alice], [approved, bob]).state.withdrawnImages
        .size,
    ).toBe(0);
    expect(
      given([proposed(), alice], [approved, bob], withdrawn, [proposed(D2), alice]).state.withdrawnImages.get(D1),
    ).toBe('v1');
  });
});

const trustCa = (name: string, root: string): ReferenceCommand => ({
  type: 'TrustTpmCa',
  by: alice,
  name,
  chain: [root],
  subject: 'CN=x',
});
const caTrusted: ReferenceEvent = { type: 'TpmCaTrusted', data: { name: 'ca', chain: [D1], subject: 'CN=x' } };

describe('TPM CAs and endorsement keys', () => {
  it('have one name each, so that revoking it is enough', () => {
    given().when(trustCa('ca', D1)).then(caTrusted);
    given(caTrusted).when(trustCa('ca', D2)).thenRejected({ _tag: 'AlreadyExists', kind: 'tpm-ca', name: 'ca' });
    given(caTrusted).when(trustCa('other', D1)).thenRejected({ _tag: 'AlreadyExists', name: 'ca' });
    given().when({ type: 'RevokeTpmCa', by: bob, name: 'ca', reason: 'x' }).thenRejected({ _tag: 'ReferenceUnknown' });
  });

  const listed: ReferenceEvent = {
    type: 'EndorsementKeyTrusted',
    data: { name: 'k', publicKeyDigest: D1, certificate: null },
  };
  const revoked = (digest: string): ReferenceEvent => ({
    type: 'EndorsementKeyRevoked',
    data: { name: 'k', publicKeyDigest: digest, reason: 'x' },
  });
  const revoke = (publicKeyDigest?: string): ReferenceCommand => ({
    type: 'RevokeEndorsementKey',
    by: bob,
    name: 'k',
    publicKeyDigest,
    reason: 'x',
  });

  it('can be revoked without ever having been listed, by digest', () => {
    given(listed).when(revoke()).then(revoked(D1));
    given().when(revoke()).thenRejected({ _tag: 'ReferenceUnknown', kind: 'endorsement-key' });
    given().when(revoke(D2)).then(revoked(D2));
    given(revoked(D2)).when(revoke(D2)).then();
    expect(given(revoked(D1)).state.revokedEndorsementKeys.has(D1)).toBe(true);
    expect(given(revoked(D1), listed).state.revokedEndorsementKeys.has(D1)).toBe(false);
  });
});

describe('the attestation policy', () => {
  const policy = { ...DEFAULT_POLICY, evidenceMaxAgeSeconds: 60 };
  const changed: ReferenceEvent = { type: 'AttestationPolicyChanged', data: { old: null, new: policy } };

  it('changes with both policies in the event, and only from the one that the operator saw', () => {
    given().when({ type: 'ChangeAttestationPolicy', by: alice, policy, expectedRevision: undefined }).then(changed);
    given(changed)
      .when({ type: 'ChangeAttestationPolicy', by: alice, policy: DEFAULT_POLICY, expectedRevision: 0 })
      .then({ type: 'AttestationPolicyChanged', data: { old: policy, new: DEFAULT_POLICY } });
    given(changed)
      .when({ type: 'ChangeAttestationPolicy', by: alice, policy, expectedRevision: -1 })
      .thenRejected({ _tag: 'PolicyChangedMeanwhile', expected: -1, actual: 0 });
  });
});

describe('reference values', () => {
  const commands: ReadonlyArray<(by: ReferenceCommand['by']) => ReferenceCommand> = [
    propose,
    approve,
    withdraw,
    (by) => ({ ...trustCa('ca', D1), by }),
    (by) => ({ type: 'RevokeTpmCa', by, name: 'ca', reason: 'x' }),
    (by) => ({
      type: 'ListTpmModel',
      by,
      manufacturer: 'IFX',
      model: 'm',
      firmwareVersions: ['1'],
      biosVersions: [],
      asOf: '2026-01-01T00:00:00.000Z',
    }),
    (by) => ({ type: 'DelistTpmModel', by, manufacturer: 'IFX', model: 'm', reason: 'x' }),
    (by) => ({ type: 'ChangeAttestationPolicy', by, policy: DEFAULT_POLICY, expectedRevision: undefined }),
    (by) => ({ type: 'TrustEndorsementKey', by, name: 'k', publicKeyDigest: D1, certificate: null }),
    (by) => ({ type: 'RevokeEndorsementKey', by, name: 'k', publicKeyDigest: D1, reason: 'x' }),
  ];

  it('are changed by nobody but trust administrators', () => {
    for (const command of commands) {
      for (const by of [wendy, arthur, { subject: 'h1', role: 'host' as const }]) {
        given([proposed(), alice], caTrusted)
          .when(command(by))
          .thenRejected({ _tag: 'PermissionRequired', role: by.role });
      }
    }
  });

  it('list a TPM model anew when it was looked up again since, and not otherwise', () => {
    const model = { manufacturer: 'IFX', model: 'm', firmwareVersions: ['1'], biosVersions: [] };
    const of = (asOf: string): ReferenceEvent => ({ type: 'TpmModelListed', data: { ...model, asOf } });
    const list = (asOf: string) => ({ type: 'ListTpmModel', by: alice, ...model, asOf }) as const;
    const [older, newer] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'] as const;
    given(of(older)).when(list(newer)).then(of(newer));
    given(of(older), of(newer)).when(list(older)).thenRejected({ _tag: 'AlreadyExists', kind: 'tpm-model' });
    given(of(newer)).when(list(newer)).thenRejected({ _tag: 'AlreadyExists', kind: 'tpm-model' });
  });

  it('list and delist TPM models', () => {
    const listed: ReferenceEvent = {
      type: 'TpmModelListed',
      data: {
        manufacturer: 'IFX',
        model: 'm',
        firmwareVersions: ['1'],
        biosVersions: [],
        asOf: '2026-01-01T00:00:00.000Z',
      },
    };
    given().when(commands[5]!(alice)).then(listed);
    given(listed).when(commands[5]!(alice)).thenRejected({ _tag: 'AlreadyExists', kind: 'tpm-model' });
    given(listed)
      .when(commands[6]!(alice))
      .then({ type: 'TpmModelDelisted', data: { manufacturer: 'IFX', model: 'm', reason: 'x' } });
    given().when(commands[6]!(alice)).thenRejected({ _tag: 'ReferenceUnknown', kind: 'tpm-model' });
  });
});
