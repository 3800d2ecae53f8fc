import { describe, expect, it } from 'vitest';
import { adviceFor } from '../../../domain/guard/advice.js';
import { GUARD_REASONS, type GuardReasonCode, guardReason } from '../../../domain/guard/guard-reasons.js';

const host = { host: 'h', retired: false, quarantined: false, verdict: undefined, membership: undefined };
const advice = (...codes: ReadonlyArray<GuardReasonCode>) =>
  adviceFor(
    { ...host, retired: codes.includes('HostRetired') },
    codes.map((code) => guardReason(code, 'host', 'h')),
  );

const WAITING = ['keep-running', 'start-nothing', 'no-new-keys', 'attest-again'];
const EVACUATION = ['move-open-workloads', 'restart-guarded-workloads-elsewhere'];

describe('advice for what runs on a host', () => {
  it('is none while the host is inside the protected area', () => {
    expect(advice()).toEqual([]);
  });

  it('never stops what runs, and never has anything started', () => {
    for (const code of GUARD_REASONS) expect(advice(code).slice(0, 2)).toEqual(['keep-running', 'start-nothing']);
  });

  it('is to attest again where only the evidence is missing or too old', () => {
    for (const code of ['VerdictMissing', 'VerdictExpired', 'PolicyChanged'] as const)
      expect(advice(code)).toEqual(WAITING);
  });

  it('is to leave a host that lost trust', () => {
    for (const code of ['VerdictNotAffirming', 'BaseImageWithdrawn', 'TpmCaRevoked', 'EndorsementKeyRevoked'] as const)
      expect(advice(code)).toEqual([...WAITING, ...EVACUATION]);
    expect(advice('HostQuarantined')).toEqual(['keep-running', 'start-nothing', 'no-new-keys', ...EVACUATION]);
    expect(advice('HostRetired', 'VerdictExpired')).toEqual([
      'keep-running',
      'start-nothing',
      'no-new-keys',
      ...EVACUATION,
    ]);
  });

  it('leaves hosts alone whose cluster does not count, and those that too little is known about', () => {
    for (const code of ['HostInNoCluster', 'ClusterNotTrusted', 'ClusterDisabled', 'AnswerStale'] as const)
      expect(advice(code)).toEqual(['keep-running', 'start-nothing']);
    expect(advice('ClusterDisabled', 'VerdictExpired')).toEqual(WAITING);
  });
});
