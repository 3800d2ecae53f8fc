import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import {
  decommissionCluster,
  disableCluster,
  enableCluster,
  registerCluster,
} from '../../../domain/cluster/change-cluster.js';
import { addHostToCluster, removeHostFromCluster } from '../../../domain/cluster/change-members.js';
import { answerTo } from '../../../domain/guard/answer.js';
import type { Question } from '../../../domain/guard/question.js';
import type { Workload } from '../../../domain/guard/workload.js';
import { changePolicy } from '../../../domain/reference/change-reference.js';
import { clusters } from '../../../projections/clusters.js';
import { guardFactsOf } from '../../../projections/guard-facts.js';
import { hostTrust } from '../../../projections/host-trust.js';
import { reference } from '../../../projections/reference.js';
import { POLICY_KEY } from '../../../projections/reference-row.js';
import { asks, openTestAuthority, type TestAuthority } from '../../support/authority.js';
import { eventsOf, foldOf } from '../../support/fold.js';
import { plainlyAllowed } from '../../support/plain-guard-rule.js';
import { type Step as HistoryStep, steps, take } from '../../support/random-history.js';

type OwnStep =
  | { readonly do: 'enable' | 'disable' | 'decommission'; readonly cluster: string }
  | { readonly do: 'join' | 'leave'; readonly host: string; readonly cluster: string }
  | { readonly do: 'policy' };
type Step = HistoryStep | OwnStep;

const OWN: ReadonlySet<string> = new Set<OwnStep['do']>([
  'enable',
  'disable',
  'decommission',
  'join',
  'leave',
  'policy',
]);
const isOwn = (step: Step): step is OwnStep => OWN.has(step.do);

const host = fc.constantFrom('h1', 'h2', 'h3', 'nobody');
const cluster = fc.constantFrom('c1', 'c1', 'c2', 'gate', 'nowhere');

const own: fc.Arbitrary<OwnStep> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('enable', 'enable', 'disable'), cluster }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decommission' as const), cluster }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('join', 'join', 'leave'), host, cluster }) },
  { weight: 1, arbitrary: fc.constant({ do: 'policy' as const }) },
);

const BEGUN: ReadonlyArray<OwnStep> = [
  { do: 'enable', cluster: 'c1' },
  { do: 'enable', cluster: 'c2' },
  { do: 'join', host: 'h1', cluster: 'c1' },
  { do: 'join', host: 'h2', cluster: 'c1' },
];

const histories: fc.Arbitrary<ReadonlyArray<Step>> = fc
  .tuple(steps, fc.array(fc.tuple(own, fc.nat(60)), { maxLength: 14 }))
  .map(([history, added]) => {
    const all: Array<Step> = [...history.slice(0, 9), ...BEGUN, ...history.slice(9)];
    for (const [step, at] of added) all.splice(13 + (at % Math.max(1, all.length - 13)), 0, step);
    return all;
  });

const WORKLOADS: ReadonlyArray<Workload> = [
  { id: 'vm', encrypted: true, vtpm: false, firmware: 'efi', secureBoot: true },
  { id: 'vm', encrypted: false, firmware: 'efi', secureBoot: true },
  { id: 'vm', encrypted: false, vtpm: false },
  { id: 'vm', firmware: 'bios', secureBoot: false },
  { id: 'vm' },
];
const [HOSTS, CLUSTERS] = [
  ['h1', 'h2', 'h3', 'nobody'],
  ['c1', 'c2', 'gate', 'nowhere'],
];
const pairs = HOSTS.flatMap((from) => HOSTS.map((to) => ({ from, to })));

const QUESTIONS: ReadonlyArray<Question> = [
  ...WORKLOADS.flatMap((workload) => [
    ...HOSTS.map((each) => ({ ask: 'start' as const, workload, host: each })),
    ...pairs.flatMap((pair) => (['move', 'clone', 'replicate'] as const).map((ask) => ({ ask, workload, ...pair }))),
    ...pairs.flatMap((pair) => CLUSTERS.map((each) => ({ ask: 'restart' as const, workload, cluster: each, ...pair }))),
  ]),
  ...HOSTS.flatMap((each) => CLUSTERS.map((name) => ({ ask: 'storage' as const, cluster: name, host: each }))),
];

/** Whatever comes of it. */
const walk = async ({ deps }: TestAuthority, step: OwnStep): Promise<unknown> => {
  const request = { ...asks('alice'), commandId: randomUUID(), reason: 'test' };
  switch (step.do) {
    case 'enable':
      return enableCluster(deps)({ ...request, cluster: step.cluster })();
    case 'disable':
      return disableCluster(deps)({ ...request, cluster: step.cluster })();
    case 'decommission':
      return decommissionCluster(deps)({ ...request, cluster: step.cluster, hosts: 0 })();
    case 'join':
      return addHostToCluster(deps)({ ...request, cluster: step.cluster, host: step.host })();
    case 'leave':
      return removeHostFromCluster(deps)({ ...request, cluster: step.cluster, host: step.host })();
    case 'policy': {
      const policy = { ...DEFAULT_POLICY, evidenceMaxAgeSeconds: 1 + (Date.parse(deps.clock.now()) % 10_000) };
      return changePolicy(deps)({ ...request, policy, expectedRevision: undefined })();
    }
  }
};

const begun = async (): Promise<TestAuthority> => {
  const authority = await openTestAuthority();
  for (const [name, kind] of [
    ['c1', 'trusted'],
    ['c2', 'trusted'],
    ['gate', 'authority'],
  ] as const)
    await registerCluster(authority.deps)({ ...asks('alice'), cluster: name, kind })();
  return authority;
};

interface Counts {
  yes: number;
  no: number;
}

/** Every question, at this moment of the history. */
const askAll = async ({ deps, now: { at: now } }: TestAuthority, counts: Counts): Promise<void> => {
  const events = await eventsOf(deps.store);
  const policy = foldOf(reference, events).get(POLICY_KEY);
  const facts = guardFactsOf({
    hosts: foldOf(hostTrust, events),
    clusters: foldOf(clusters, events),
    providers: new Map(),
    policyRevision: policy?.kind === 'policy' ? policy.changed.revision : -1,
  });
  const answer = answerTo(facts, now);
  for (const question of QUESTIONS) {
    const { allowed, reasons, until } = answer(question);
    expect([question, allowed]).toEqual([question, plainlyAllowed(events, question, now)]);
    expect(reasons.length === 0).toBe(allowed);
    expect(until === null || (allowed && until >= now)).toBe(true);
    counts[allowed ? 'yes' : 'no']++;
  }
};

/** Behind these steps two hosts are protected, whatever comes then. */
const BEGINNING = 9 + BEGUN.length;

describe('answers of the guard in random histories', () => {
  it('are yes exactly where the plain rule says so', async () => {
    const counts: Counts = { yes: 0, no: 0 };
    await fc.assert(
      fc.asyncProperty(histories, async (all) => {
        const authority = await begun();
        for (const [i, step] of all.entries()) {
          await (isOwn(step) ? walk(authority, step) : take(authority, step));
          if (i === BEGINNING - 1) await askAll(authority, counts);
        }
        await askAll(authority, counts);
      }),
      { numRuns: 25 },
    );
    // Each history begins with some dozens of them.
    expect(counts.yes).toBeGreaterThan(25 * 10);
    expect(counts.no).toBeGreaterThan(25 * 10);
  }, 180_000);
});
