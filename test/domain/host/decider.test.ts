import { describe, expect, it } from 'vitest';
import type { HostCommand } from '../../../domain/host/commands.js';
import { hostDecider } from '../../../domain/host/decider.js';
import type { HostEvent } from '../../../domain/host/events.js';
import type { CertifiedKey } from '../../../domain/host/state.js';
import { OPERATORS } from '../../support/authority.js';
import { GIVEN_AT, given as givenFor } from '../../support/decider.js';

const { alice, wendy, arthur } = OPERATORS;
const given = givenFor(hostDecider);
const D = (n: number): string => String(n).repeat(64);
const LATER = '2026-01-01T00:01:00.000Z';

const enrolled = (endorsementKey: string | null = null): HostEvent => ({
  type: 'HostEnrolled',
  data: { displayName: null, endorsementKey },
});
const key = (ak: string, ek = D(1), activation = D(7)): CertifiedKey => ({
  akName: ak,
  akPublic: D(2),
  endorsementKey: ek,
  ekPublic: D(3),
  ekCertificate: null,
  intermediates: [],
  tpm: null,
  activation,
  activationExpires: LATER,
});
const certified = (ak: string, ek?: string, activation?: string): HostEvent => ({
  type: 'AttestationKeyCertified',
  data: key(ak, ek, activation),
});
const certify = (ak: string, ek?: string, activation?: string): HostCommand => ({
  type: 'CertifyAttestationKey',
  now: GIVEN_AT,
  key: key(ak, ek, activation),
});
const quarantined: HostEvent = { type: 'HostQuarantined', data: { reason: 'r' } };
const retired: HostEvent = { type: 'HostRetired', data: { reason: 'r' } };
const replaced: HostEvent = { type: 'EndorsementKeyReplaced', data: { old: D(1), new: D(4), reason: 'r' } };
const enrol: HostCommand = { type: 'EnrolHost', by: wendy, displayName: undefined, endorsementKey: undefined };

describe('a host', () => {
  it('is enrolled once, by an administrator, and its name is never used again', () => {
    given().when(enrol).then(enrolled());
    given()
      .when({ ...enrol, by: arthur })
      .thenRejected({ _tag: 'PermissionRequired' });
    given(enrolled()).when(enrol).thenRejected({ _tag: 'HostAlreadyEnrolled' });
    given(enrolled(), retired).when(enrol).thenRejected({ _tag: 'HostRetired' });
  });

  it.each<HostCommand>([
    certify('ak'),
    { type: 'QuarantineHost', by: alice, reason: 'r' },
    { type: 'ReleaseHost', by: alice, reason: 'r' },
    { type: 'RetireHost', by: alice, reason: 'r' },
    { type: 'ReplaceEndorsementKey', by: alice, endorsementKey: D(4), reason: 'r' },
    { type: 'SummariseForeignEvidence', from: GIVEN_AT, to: LATER, counts: [{ reason: 'x', count: 1 }] },
  ])('takes no $type before it is enrolled or after it retired', (command) => {
    given().when(command).thenRejected({ _tag: 'HostNotEnrolled' });
    given(enrolled(), retired).when(command).thenRejected({ _tag: 'HostRetired' });
  });

  it('is quarantined and released by trust administrators', () => {
    given(enrolled()).when({ type: 'QuarantineHost', by: alice, reason: 'r' }).then(quarantined);
    given(enrolled())
      .when({ type: 'QuarantineHost', by: wendy, reason: 'r' })
      .thenRejected({ _tag: 'PermissionRequired' });
    given(enrolled(), quarantined)
      .when({ type: 'ReleaseHost', by: wendy, reason: 'r' })
      .thenRejected({ _tag: 'PermissionRequired' });
    given(enrolled(), quarantined)
      .when({ type: 'QuarantineHost', by: alice, reason: 'r' })
      .thenRejected({ _tag: 'HostAlreadyQuarantined' });
    given(enrolled())
      .when({ type: 'ReleaseHost', by: alice, reason: 'r' })
      .thenRejected({ _tag: 'HostNotQuarantined' });
  });

  it('certifies a new AK of the same TPM in place of the old one, once for each activation', () => {
    given(enrolled()).when(certify('a1')).then(certified('a1'));
    given(enrolled(), certified('a1')).when(certify('a1')).then();
    given(enrolled(), certified('a1'))
      .when(certify('a2', D(1), D(8)))
      .then(certified('a2', D(1), D(8)));
    given(enrolled(), certified('a1'), certified('a2', D(1), D(8)))
      .when(certify('a1'))
      .thenRejected({ _tag: 'ActivationUsed' });
  });

  it('refuses an activation that expired, by the later of two clocks', () => {
    const late = '2026-01-01T00:02:00.000Z';
    given(enrolled())
      .when({ ...certify('a1'), now: late } as HostCommand)
      .thenRejected({ _tag: 'ActivationExpired' });
    given(enrolled(), [quarantined, late]).when(certify('a1')).thenRejected({ _tag: 'ActivationExpired' });
  });

  it('refuses another TPM until a trust administrator replaces its endorsement key', () => {
    given(enrolled(D(1)))
      .when(certify('a1', D(4)))
      .thenRejected({ _tag: 'EndorsementKeyChanged', expected: D(1), actual: D(4) });
    given(enrolled(), certified('a1'))
      .when(certify('a2', D(4), D(8)))
      .thenRejected({ _tag: 'EndorsementKeyChanged' });
    const replace = { type: 'ReplaceEndorsementKey', endorsementKey: D(4), reason: 'r' } as const;
    given(enrolled(), certified('a1'))
      .when({ ...replace, by: wendy })
      .thenRejected({ _tag: 'PermissionRequired' });
    given(enrolled(), certified('a1'))
      .when({ ...replace, by: alice })
      .then(replaced);
    given(enrolled(), certified('a1'), replaced)
      .when({ ...replace, by: alice })
      .thenRejected({ _tag: 'EndorsementKeyUnchanged' });
    given(enrolled(), certified('a1'), replaced)
      .when(certify('a2', D(4), D(8)))
      .then(certified('a2', D(4), D(8)));
    expect(given(enrolled(), certified('a1'), replaced).state.attestationKey).toBeUndefined();
  });

  it('has no summary of nothing', () => {
    given(enrolled()).when({ type: 'SummariseForeignEvidence', from: GIVEN_AT, to: LATER, counts: [] }).then();
  });
});
