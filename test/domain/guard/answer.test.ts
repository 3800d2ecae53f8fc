import { describe, expect, it } from 'vitest';
import { answerTo } from '../../../domain/guard/answer.js';
import type { ClusterFacts, GuardFacts, HostFacts, ProviderFacts, VerdictFacts } from '../../../domain/guard/facts.js';
import type { Question } from '../../../domain/guard/question.js';
import type { Workload } from '../../../domain/guard/workload.js';

const NOW = '2026-12-01T00:00:00.000Z';
const LATER = '2026-12-01T01:00:00.000Z';
const EARLIER = '2026-11-30T23:00:00.000Z';

const verdict: VerdictFacts = {
  index: 7,
  affirming: true,
  notAfter: LATER,
  undercut: undefined,
  policyChanged: false,
};
const host = (name: string, cluster: string | undefined, other: Partial<HostFacts> = {}): HostFacts => ({
  host: name,
  retired: false,
  quarantined: false,
  verdict,
  membership: cluster === undefined ? undefined : { cluster, joined: 5 },
  ...other,
});
const cluster = (name: string, other: Partial<ClusterFacts> = {}): ClusterFacts => ({
  cluster: name,
  kind: 'trusted',
  status: 'enabled',
  index: 3,
  ...other,
});

const HOSTS: ReadonlyArray<HostFacts> = [
  host('a', 'east'),
  host('b', 'east', { verdict: { ...verdict, notAfter: '2026-12-01T00:30:00.000Z' } }),
  host('w', 'west'),
  host('bare', undefined),
  host('gate', 'gate'),
  host('off', 'off'),
  host('ended', 'ended'),
  host('strange', 'nowhere'),
  host('retired', 'east', { retired: true }),
  host('held', 'east', { quarantined: true }),
  host('new', 'east', { verdict: undefined }),
  host('bad', 'east', { verdict: { ...verdict, affirming: false } }),
  host('stale', 'east', { verdict: { ...verdict, notAfter: EARLIER } }),
  host('withdrawn', 'east', { verdict: { ...verdict, undercut: 'BaseImageWithdrawn' } }),
  host('ca', 'east', { verdict: { ...verdict, undercut: 'TpmCaRevoked' } }),
  host('key', 'east', { verdict: { ...verdict, undercut: 'EndorsementKeyRevoked' } }),
  host('policy', 'east', { verdict: { ...verdict, policyChanged: true } }),
  host('bare-held', undefined, { quarantined: true, verdict: undefined }),
  host('bare-new', undefined, { verdict: undefined }),
];
const CLUSTERS = [
  cluster('east'),
  cluster('west'),
  cluster('gate', { kind: 'authority' }),
  cluster('off', { status: 'disabled' }),
  cluster('ended', { status: 'decommissioned' }),
];

const vault: ProviderFacts = { index: 2, removed: false, health: 'OK', primaryKey: 'usable', serves: ['east', 'off'] };
const PROVIDERS: ReadonlyMap<string, ProviderFacts> = new Map([
  ['vault', vault],
  ['everywhere', { ...vault, serves: 'all' }],
  ['gone', { ...vault, removed: true }],
  ['warned', { ...vault, health: 'WARNING' }],
  ['ill', { ...vault, health: 'ERROR' }],
  ['unseen', { ...vault, health: 'NONE' }],
  ['keyless', { ...vault, primaryKey: 'missing' }],
  ['ended', { ...vault, primaryKey: 'ended' }],
]);

const FACTS: GuardFacts = {
  host: (name) => HOSTS.find((each) => each.host === name),
  cluster: (name) => CLUSTERS.find((each) => each.cluster === name),
  provider: (name) => PROVIDERS.get(name),
};

const guarded = { id: 'vm-1', encrypted: true, vtpm: true, firmware: 'efi', secureBoot: true } as const;
const open = { id: 'vm-2', encrypted: false, vtpm: false } as const;

const answer = (question: Question) => answerTo(FACTS, NOW)(question);
/** "code" of a question about one host, "part:code" where more are in it. */
const codes = (question: Question): ReadonlyArray<string> =>
  answer(question).reasons.map(({ part, code }) => (part === 'host' ? code : `${part}:${code}`));

const UNTRUSTED: ReadonlyArray<readonly [host: string, code: string]> = [
  ['nobody', 'HostUnknown'],
  ['retired', 'HostRetired'],
  ['held', 'HostQuarantined'],
  ['new', 'VerdictMissing'],
  ['bad', 'VerdictNotAffirming'],
  ['stale', 'VerdictExpired'],
  ['withdrawn', 'BaseImageWithdrawn'],
  ['ca', 'TpmCaRevoked'],
  ['key', 'EndorsementKeyRevoked'],
  ['policy', 'PolicyChanged'],
];
const OUTSIDE: ReadonlyArray<readonly [host: string, code: string]> = [
  ['bare', 'HostInNoCluster'],
  ['gate', 'ClusterNotTrusted'],
  ['off', 'ClusterDisabled'],
  ['ended', 'ClusterDecommissioned'],
  ['strange', 'ClusterUnknown'],
];

describe('starting a workload', () => {
  it('is allowed inside the protected area, until the verdict ends', () => {
    expect(answer({ ask: 'start', workload: guarded, host: 'a' })).toEqual({
      allowed: true,
      reasons: [],
      until: LATER,
      reliedOn: [{ host: 'a', verdict: 7, cluster: 'east', joined: 5, clusterState: 3 }],
      key: null,
    });
  });

  it.each([...UNTRUSTED, ...OUTSIDE])('is refused on host %s: %s', (name, code) => {
    const decision = answer({ ask: 'start', workload: guarded, host: name });
    expect([decision.allowed, decision.until]).toEqual([false, null]);
    expect(decision.reasons).toEqual([{ code, part: 'host', about: name }]);
  });

  it('names every reason, not the first alone', () => {
    const facts: GuardFacts = {
      ...FACTS,
      host: (name) =>
        host(name, 'off', {
          quarantined: true,
          verdict: { ...verdict, affirming: false, notAfter: EARLIER, policyChanged: true },
        }),
    };
    const { reasons } = answerTo(facts, NOW)({ ask: 'start', workload: guarded, host: 'x' });
    expect(reasons.map(({ code }) => code)).toEqual([
      'HostQuarantined',
      'VerdictNotAffirming',
      'VerdictExpired',
      'PolicyChanged',
      'ClusterDisabled',
    ]);
  });

  it('counts a verdict to its last millisecond', () => {
    const question = { ask: 'start', workload: guarded, host: 'a' } as const;
    expect(answerTo(FACTS, LATER)(question).allowed).toBe(true);
    expect(answerTo(FACTS, '2026-12-01T01:00:00.001Z')(question).allowed).toBe(false);
  });
});

describe('what a workload does not say of itself', () => {
  const on = (workload: object) => codes({ ask: 'start', workload: { id: 'vm', ...workload }, host: 'a' });

  it('is never taken for the easier case', () => {
    expect(on({})).toEqual(['workload:FirmwareUnsaid', 'workload:SecureBootUnsaid']);
    expect(on({ firmware: 'efi' })).toEqual(['workload:SecureBootUnsaid']);
    expect(on({ encrypted: false })).toEqual(['workload:FirmwareUnsaid', 'workload:SecureBootUnsaid']);
    expect(on({ firmware: 'bios', secureBoot: false })).toEqual(['workload:FirmwareNotEfi', 'workload:SecureBootOff']);
    expect(on({ firmware: 'efi', secureBoot: true })).toEqual([]);
  });

  it('keeps it inside the protected area unless it says that it has neither keys nor a virtual TPM', () => {
    const outside = (workload: object) => codes({ ask: 'start', workload: { id: 'vm', ...workload }, host: 'bare' });
    const form = { firmware: 'efi', secureBoot: true } as const;
    for (const said of [
      {},
      { encrypted: false },
      { vtpm: false },
      { encrypted: false, vtpm: true },
      { encrypted: true, vtpm: false },
    ])
      expect(outside({ ...form, ...said })).toEqual(['HostInNoCluster']);
    expect(outside({ encrypted: false, vtpm: false })).toEqual([]);
  });
});

describe.each(['move', 'clone'] as const)('to %s a workload', (ask) => {
  it('is allowed inside the protected area, in a cluster and between two', () => {
    expect(answer({ ask, workload: guarded, from: 'a', to: 'b' })).toMatchObject({
      allowed: true,
      until: '2026-12-01T00:30:00.000Z',
    });
    expect(codes({ ask, workload: guarded, from: 'a', to: 'w' })).toEqual([]);
  });

  it.each([...UNTRUSTED, ...OUTSIDE])('is refused from and to host %s: %s', (name, code) => {
    expect(codes({ ask, workload: guarded, from: name, to: 'a' })).toEqual([`source:${code}`]);
    expect(codes({ ask, workload: guarded, from: 'a', to: name })).toEqual([`target:${code}`]);
  });

  it('asks what the workload is, as starting it does', () => {
    expect(codes({ ask, workload: { id: 'vm' }, from: 'a', to: 'b' })).toEqual([
      'workload:FirmwareUnsaid',
      'workload:SecureBootUnsaid',
    ]);
  });
});

describe('a workload that is not guarded', () => {
  it('may be outside of trusted clusters, on hosts that never attested', () => {
    for (const name of ['bare', 'bare-new', 'gate', 'off'])
      expect([name, codes({ ask: 'start', workload: open, host: name })]).toEqual([name, []]);
    expect(answer({ ask: 'start', workload: open, host: 'bare' }).until).toBeNull();
    expect(answer({ ask: 'start', workload: open, host: 'a' }).until).toBe(LATER);
  });

  it.each(UNTRUSTED)('does not start where trust was asked for and is gone: %s, %s', (name, code) => {
    expect(codes({ ask: 'start', workload: open, host: name })).toEqual([code]);
    expect(codes({ ask: 'move', workload: open, from: 'a', to: name })).toEqual([`target:${code}`]);
  });

  it('starts nowhere in quarantine', () => {
    expect(codes({ ask: 'start', workload: open, host: 'bare-held' })).toEqual(['HostQuarantined']);
  });

  it('may leave any host that is known', () => {
    for (const [name] of UNTRUSTED.slice(1))
      expect(codes({ ask: 'move', workload: open, from: name, to: 'a' })).toEqual([]);
    expect(codes({ ask: 'move', workload: open, from: 'nobody', to: 'a' })).toEqual(['source:HostUnknown']);
  });
});

describe('restarting after a host failed', () => {
  const restart = (from: string, to: string, name = 'east', workload: Workload = guarded) =>
    codes({ ask: 'restart', workload, cluster: name, from, to });

  it('is allowed on a protected host of the same cluster, whatever became of the one that failed', () => {
    expect(answer({ ask: 'restart', workload: guarded, cluster: 'east', from: 'stale', to: 'a' })).toMatchObject({
      allowed: true,
      until: LATER,
    });
    for (const from of ['held', 'bad', 'new', 'b']) expect(restart(from, 'a')).toEqual([]);
  });

  it('is refused where one of both is not in the cluster', () => {
    expect(restart('w', 'a')).toEqual(['source:HostNotInCluster']);
    expect(restart('bare', 'a')).toEqual(['source:HostNotInCluster']);
    expect(restart('nobody', 'a')).toEqual(['source:HostUnknown']);
    expect(restart('b', 'w')).toEqual(['target:HostNotInCluster']);
    expect(restart('b', 'nobody')).toEqual(['target:HostUnknown']);
  });

  it('is refused in a cluster that does not count', () => {
    expect(restart('off', 'off', 'off')).toEqual(['cluster:ClusterDisabled', 'target:ClusterDisabled']);
    expect(restart('gate', 'gate', 'gate')).toEqual(['cluster:ClusterNotTrusted', 'target:ClusterNotTrusted']);
    expect(restart('a', 'b', 'nowhere')).toEqual([
      'cluster:ClusterUnknown',
      'source:HostNotInCluster',
      'target:HostNotInCluster',
    ]);
  });

  it.each(UNTRUSTED)('is refused on host %s: %s', (name, code) => {
    expect(restart('b', name)).toEqual([`target:${code}`]);
  });

  it('brings up what is not guarded in any cluster that there is', () => {
    expect(restart('gate', 'gate', 'gate', open)).toEqual([]);
    expect(restart('b', 'held', 'east', open)).toEqual(['target:HostQuarantined']);
    expect(restart('a', 'b', 'nowhere', open)).toContain('cluster:ClusterUnknown');
  });
});

describe('storage that a cluster shares', () => {
  const storage = (name: string, at = 'east') => codes({ ask: 'storage', cluster: at, host: name });

  it("is for its protected hosts, and for nobody else's", () => {
    expect(answer({ ask: 'storage', cluster: 'east', host: 'a' })).toMatchObject({ allowed: true, until: LATER });
    expect(storage('w')).toEqual(['HostNotInCluster']);
    expect(storage('bare')).toEqual(['HostNotInCluster', 'HostInNoCluster']);
    expect(storage('off', 'off')).toEqual(['cluster:ClusterDisabled', 'ClusterDisabled']);
    expect(storage('a', 'nowhere')).toEqual(['cluster:ClusterUnknown', 'HostNotInCluster']);
  });

  it.each(UNTRUSTED)('is not for host %s: %s', (name, code) => {
    expect(storage(name)).toEqual([code]);
  });
});

describe('host-based replication', () => {
  it('is refused for what is guarded, as vSphere Trust Authority refuses it', () => {
    expect(codes({ ask: 'replicate', workload: guarded, from: 'a', to: 'b' })).toEqual([
      'workload:ReplicationOfGuarded',
    ]);
    expect(codes({ ask: 'replicate', workload: { id: 'vm', encrypted: false }, from: 'a', to: 'bare' })).toEqual([
      'workload:ReplicationOfGuarded',
      'workload:FirmwareUnsaid',
      'workload:SecureBootUnsaid',
      'target:HostInNoCluster',
    ]);
    expect(codes({ ask: 'replicate', workload: open, from: 'a', to: 'bare' })).toEqual([]);
  });
});

describe('a workload that names its key provider', () => {
  const needing = (keyProvider: string) => ({ ...guarded, keyProvider });

  it('may start where the provider would give the host its key, and the answer says so', () => {
    const decision = answer({ ask: 'start', workload: needing('vault'), host: 'a' });
    expect(decision).toMatchObject({ allowed: true, until: LATER });
    expect(decision.key).toEqual({ provider: 'vault', host: 'a', allowed: true, reasons: [], state: 2 });
    expect(answer({ ask: 'start', workload: needing('warned'), host: 'a' }).allowed).toBe(true);
  });

  it.each([
    ['nowhere', 'ProviderUnknown'],
    ['gone', 'ProviderRemoved'],
    ['ill', 'ProviderUnhealthy'],
    ['unseen', 'ProviderUnhealthy'],
    ['keyless', 'PrimaryKeyMissing'],
    ['ended', 'PrimaryKeyRevoked'],
  ])('may not start where provider %s gives nobody a key: %s', (provider, code) => {
    const decision = answer({ ask: 'start', workload: needing(provider), host: 'a' });
    expect([decision.allowed, decision.until]).toEqual([false, null]);
    expect(decision.reasons).toEqual([{ code, part: 'key-provider', about: provider }]);
    expect(decision.key).toMatchObject({ provider, host: 'a', allowed: false, reasons: [code] });
  });

  it('may go only where its key can go, whichever way it goes', () => {
    for (const ask of ['move', 'clone'] as const) {
      const to = (keyProvider: string) => answer({ ask, workload: needing(keyProvider), from: 'a', to: 'w' });
      expect(to('everywhere')).toMatchObject({ allowed: true, key: { host: 'w', allowed: true } });
      expect(to('vault').reasons).toEqual([{ code: 'HostNotServed', part: 'key-provider', about: 'vault' }]);
    }
    const back = answer({ ask: 'move', workload: needing('vault'), from: 'w', to: 'a' });
    expect(back).toMatchObject({ allowed: true, key: { host: 'a', allowed: true } });
    const again = { ask: 'restart', workload: needing('vault'), cluster: 'east', from: 'held' } as const;
    expect(answer({ ...again, to: 'b' })).toMatchObject({ allowed: true, key: { host: 'b' } });
    expect(answer({ ...again, to: 'bad' }).key).toMatchObject({ allowed: false, reasons: ['VerdictNotAffirming'] });
  });

  it('gets no key on any host that the guard refuses for its own sake, nor in a cluster that does not count', () => {
    for (const [name, code] of UNTRUSTED) {
      const decision = answer({ ask: 'start', workload: needing('everywhere'), host: name });
      expect([decision.allowed, decision.key?.allowed, decision.key?.reasons]).toEqual([false, false, [code]]);
    }
    const off = answer({ ask: 'start', workload: needing('vault'), host: 'off' });
    expect(off.key?.reasons).toEqual(['HostNotServed']);
  });

  it('is guarded, whatever else is said of it: what needs a key is not open', () => {
    const workload = { ...open, keyProvider: 'everywhere' };
    expect(codes({ ask: 'start', workload, host: 'a' })).toEqual([
      'workload:FirmwareUnsaid',
      'workload:SecureBootUnsaid',
    ]);
    expect(codes({ ask: 'replicate', workload, from: 'a', to: 'b' })).toContain('workload:ReplicationOfGuarded');
    expect(answer({ ask: 'replicate', workload, from: 'a', to: 'b' }).key).toBeNull();
  });
});
