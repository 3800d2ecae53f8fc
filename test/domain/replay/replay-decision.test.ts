import { describe, expect, it } from 'vitest';
import type { RecordedDecision } from '../../../domain/guard/events.js';
import type { GuardFacts } from '../../../domain/guard/facts.js';
import { replayDecision } from '../../../domain/replay/replay-decision.js';

const AT = '2026-12-01T00:00:00.000Z';
const NOT_AFTER = '2026-12-01T01:00:00.000Z';

const FACTS: GuardFacts = {
  host: (host) => ({
    host,
    retired: false,
    quarantined: false,
    verdict: { index: 7, affirming: true, notAfter: NOT_AFTER, undercut: undefined, policyChanged: false },
    membership: { cluster: 'east', joined: 5 },
  }),
  cluster: (cluster) => ({ cluster, kind: 'trusted', status: 'enabled', index: 3 }),
  provider: (provider) =>
    provider === 'vault'
      ? { index: 4, removed: false, health: 'OK', primaryKey: 'usable', serves: ['east'] }
      : undefined,
};

const yes: RecordedDecision = {
  question: {
    ask: 'start',
    workload: { id: 'vm', encrypted: true, vtpm: true, firmware: 'efi', secureBoot: true },
    host: 'h1',
  },
  allowed: true,
  reasons: [],
  reliedOn: [{ host: 'h1', verdict: 7, cluster: 'east', joined: 5, clusterState: 3 }],
  keyProvider: null,
  index: 9,
  at: AT,
};
const fields = (recorded: RecordedDecision) =>
  replayDecision(FACTS, recorded).map((each) => (each._tag === 'ValueDiffers' ? each.field : each._tag));

describe('an answer of the guard made again', () => {
  it('is the recorded one where the ledger bears it out', () => {
    expect(replayDecision(FACTS, yes)).toEqual([]);
  });

  it('is so for a workload that names a key provider, and differs in the provider that it leaned on', () => {
    const naming = (keyProvider: string): RecordedDecision['question'] => ({
      ask: 'start',
      workload: { id: 'vm', encrypted: true, vtpm: true, firmware: 'efi', secureBoot: true, keyProvider },
      host: 'h1',
    });
    const served = { ...yes, question: naming('vault'), keyProvider: { provider: 'vault', state: 4 } };
    expect(fields(served)).toEqual([]);
    expect(fields({ ...served, keyProvider: { provider: 'vault', state: 3 } })).toEqual(['keyProvider.state']);
    expect(fields({ ...served, keyProvider: null })).toEqual(['keyProvider']);
    const lie = { ...yes, question: naming('none'), keyProvider: { provider: 'none', state: null } };
    expect(fields(lie)).toEqual(['allowed', 'reasons.0']);
  });

  it('differs in what was answered, why, and what it says that it leaned on', () => {
    expect(fields({ ...yes, allowed: false })).toEqual(['allowed']);
    expect(fields({ ...yes, reasons: [{ code: 'HostQuarantined', part: 'host' }] })).toEqual(['reasons.0']);
    expect(fields({ ...yes, reliedOn: [{ ...yes.reliedOn[0]!, verdict: 6 }] })).toEqual(['reliedOn.0.verdict']);
  });

  it('is judged by its own time', () => {
    expect(fields({ ...yes, at: '2026-12-01T02:00:00.000Z' })).toEqual(['allowed', 'reasons.0']);
  });

  it('takes it as it was recorded that what was known was too old, and makes the rest again', () => {
    const stale = { code: 'AnswerStale', part: 'guard' } as const;
    expect(replayDecision(FACTS, { ...yes, allowed: false, reasons: [stale] })).toEqual([]);
    expect(fields({ ...yes, reasons: [stale] })).toEqual(['allowed']);
    expect(fields({ ...yes, allowed: false, reasons: [stale, { code: 'VerdictExpired', part: 'host' }] })).toEqual([
      'reasons.1',
    ]);
  });
});
