import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { clusterDecider } from '../../../domain/cluster/decider.js';
import type { ClusterEvent } from '../../../domain/cluster/events.js';
import { Service, serviceKey } from '../../../domain/cluster/service.js';
import { sameServices, serviceDifferences } from '../../../domain/cluster/service-differences.js';
import { hostDecider } from '../../../domain/host/decider.js';
import type { HostEvent } from '../../../domain/host/events.js';
import { OPERATORS } from '../../support/authority.js';
import { given as givenFor } from '../../support/decider.js';

const { alice, wendy } = OPERATORS;
const [A, B] = ['aa'.repeat(32), 'bb'.repeat(32)];
const judge: Service = { kind: 'attestation', hostname: 'gate.example', port: 8750, group: 'main', trustedCa: [A, B] };
const keys: Service = { ...judge, kind: 'key-provider' };
const reason = 'r';

const registered = (kind: 'authority' | 'trusted'): ClusterEvent => ({
  type: 'ClusterRegistered',
  data: { kind, displayName: null, site: null },
});
const advertised: ClusterEvent = { type: 'AuthorityServiceAdvertised', data: { service: judge } };
const attached: ClusterEvent = {
  type: 'ServicesAttached',
  data: { services: [judge, keys], from: 'gate', file: null },
};
const job = '00000000-0000-4000-8000-000000000001';
const started: ClusterEvent = {
  type: 'RemediationStarted',
  data: { job, hosts: 2, plan: A, deadline: '2026-01-01T01:00:00.000Z' },
};
const given = givenFor(clusterDecider('c1'));

describe('the services of an authority cluster', () => {
  it('are advertised once, and again when they changed', () => {
    const advertise = (service: Service) => ({ type: 'AdvertiseService', by: alice, service }) as const;
    given(registered('authority')).when(advertise(judge)).then(advertised);
    given(registered('authority'), advertised)
      .when(advertise({ ...judge, trustedCa: [B, A, A] }))
      .then();
    given(registered('authority'), advertised)
      .when(advertise({ ...judge, trustedCa: [A] }))
      .then({ type: 'AuthorityServiceAdvertised', data: { service: { ...judge, trustedCa: [A] } } });
    given(registered('trusted')).when(advertise(judge)).thenRejected({ _tag: 'ClusterOfOtherKind' });
    given(registered('authority'))
      .when({ ...advertise(judge), by: wendy })
      .thenRejected({ _tag: 'PermissionRequired', permission: 'ManageTrustedHosts' });
  });

  it('are not withdrawn while somebody shall use them', () => {
    const { kind, hostname, port } = judge;
    const withdraw = (...usedBy: ReadonlyArray<string>) =>
      ({ type: 'WithdrawService', by: alice, address: { kind, hostname, port }, usedBy, reason }) as const;
    given(registered('authority'), advertised)
      .when(withdraw('c1'))
      .thenRejected({ _tag: 'ServiceInUse', usedBy: ['c1'] });
    given(registered('authority'), advertised)
      .when(withdraw())
      .then({ type: 'AuthorityServiceWithdrawn', data: { kind, hostname, port, reason } });
    given(registered('authority')).when(withdraw()).thenRejected({ _tag: 'ServiceUnknown' });
  });
});

describe('the desired services of a trusted cluster', () => {
  const attach = (...services: ReadonlyArray<Service>) =>
    ({ type: 'AttachServices', by: alice, services, from: 'gate', file: undefined }) as const;

  it('are set as one, and recorded when they differ', () => {
    given(registered('trusted')).when(attach(judge, keys)).then(attached);
    given(registered('trusted'), attached).when(attach(keys, judge)).then();
    given(registered('authority')).when(attach(judge)).thenRejected({ _tag: 'ClusterOfOtherKind' });
  });

  it('name each service once, and no key provider whose group nobody judges for', () => {
    const at = given(registered('trusted'));
    at.when(attach()).thenRejected({ _tag: 'NoServices' });
    at.when(attach(judge, { ...judge, group: 'other' })).thenRejected({ _tag: 'ServiceTwice' });
    at.when(attach(judge, { ...keys, group: 'x' })).thenRejected({ _tag: 'ServiceGroupsDiffer', groups: ['x'] });
    at.when(attach(keys)).thenRejected({ _tag: 'ServiceGroupsDiffer', groups: ['main'] });
  });
});

describe('a remediation', () => {
  const start = {
    type: 'StartRemediation',
    by: alice,
    job,
    hosts: 2,
    plan: A,
    deadline: started.data.deadline,
  } as const;
  const by = { subject: 'authority', role: 'authority' } as const;
  const end = (left: ReadonlyArray<string>, now = '2026-01-01T00:30:00.000Z', of = job) =>
    ({ type: 'EndRemediation', by, job: of, hosts: 2, left, now }) as const;

  it('is one at a time, of a cluster whose hosts shall apply something', () => {
    given(registered('trusted'), attached).when(start).then(started);
    given(registered('trusted')).when(start).thenRejected({ _tag: 'NoServices' });
    given(registered('trusted'), attached, started).when(start).thenRejected({ _tag: 'RemediationRunning', job });
  });

  it('ends once nobody is left, or when its time is up, and only while it is under way', () => {
    const running = given(registered('trusted'), attached, started);
    running.when(end(['h1'])).then();
    running.when(end([])).then({ type: 'ClusterRemediated', data: { job, hosts: 2 } });
    running
      .when(end(['h1'], '2026-01-01T01:00:00.001Z'))
      .then({ type: 'RemediationFailed', data: { job, hosts: 2, failed: 1, first: ['h1'] } });
    running.when(end([], undefined, `${job.slice(0, -1)}2`)).thenRejected({ _tag: 'RemediationNotRunning' });
    given(registered('trusted'), attached).when(end([])).thenRejected({ _tag: 'RemediationNotRunning' });
    const over: ClusterEvent = { type: 'ClusterRemediated', data: { job, hosts: 2 } };
    given(registered('trusted'), attached, started, over).when(end([])).thenRejected({ _tag: 'RemediationNotRunning' });
    running.when({ ...end([]), by: wendy }).thenRejected({ _tag: 'PermissionRequired' });
  });
});

describe('what a host applies', () => {
  const host = givenFor(hostDecider);
  const enrolled: HostEvent = { type: 'HostEnrolled', data: { displayName: null, endorsementKey: null } };
  const joined: HostEvent = { type: 'HostJoined', data: { cluster: 'c1' } };
  const observed = (services: ReadonlyArray<Service>, by: 'host' | 'relayed'): HostEvent => ({
    type: 'AppliedConfigObserved',
    data: { cluster: 'c1', services, by },
  });
  const self = { subject: 'h1', role: 'host' } as const;
  const report = (by: typeof self | typeof wendy | typeof alice, ...services: ReadonlyArray<Service>) =>
    ({ type: 'ObserveAppliedConfig', by, services }) as const;

  it('is recorded when it changed, with whose word it is', () => {
    host(enrolled, joined)
      .when(report(self, judge))
      .then(observed([judge], 'host'));
    host(enrolled, joined, observed([judge], 'host'))
      .when(report(self, judge))
      .then();
    host(enrolled, joined)
      .when(report(wendy, judge))
      .then(observed([judge], 'relayed'));
    host(enrolled, joined, observed([judge], 'relayed'))
      .when(report(self, judge))
      .then(observed([judge], 'host'));
    host(enrolled, joined, observed([judge], 'host'))
      .when(report(wendy, judge))
      .then();
  });

  it('is said by the host itself, or by who may relay', () => {
    host(enrolled, joined)
      .when(report(alice, judge))
      .thenRejected({ _tag: 'PermissionRequired', permission: 'RelayReports' });
    host(enrolled).when(report(self, judge)).thenRejected({ _tag: 'HostInNoCluster' });
    const left: HostEvent = { type: 'HostLeft', data: { cluster: 'c1', reason } };
    host(enrolled, joined, observed([judge], 'host'), left, joined)
      .when(report(self, judge))
      .then(observed([judge], 'host'));
  });
});

const service: fc.Arbitrary<Service> = fc.record({
  kind: fc.constantFrom('attestation' as const, 'key-provider' as const),
  hostname: fc.constantFrom('a', 'b.c', '[::1]'),
  port: fc.constantFrom(1, 65_535),
  group: fc.constantFrom('g', 'h'),
  trustedCa: fc.array(fc.constantFrom(A, B), { maxLength: 3 }),
});
const distinct = fc.uniqueArray(service, { selector: serviceKey, maxLength: 6 });

describe('differences between services', () => {
  it('are none exactly where both are the same sets, and none after the wanted ones were applied', () => {
    const form = (all: ReadonlyArray<Service>) =>
      all.map((each) => JSON.stringify({ ...each, trustedCa: [...new Set(each.trustedCa)].sort() })).sort();
    fc.assert(
      fc.property(distinct, distinct, (wanted, applied) => {
        const same = JSON.stringify(form(wanted)) === JSON.stringify(form(applied));
        expect(sameServices(wanted, applied)).toBe(same);
        expect(sameServices(applied, wanted)).toBe(same);
        expect(serviceDifferences(wanted, [...wanted].reverse())).toEqual([]);
      }),
    );
  });

  it('say of each service what is other', () => {
    const other = { ...judge, group: 'x', trustedCa: [A] };
    expect(serviceDifferences([judge, keys], [other])).toEqual([
      { service: 'attestation gate.example:8750', what: 'group-differs' },
      { service: 'attestation gate.example:8750', what: 'trusted-ca-differs' },
      { service: 'key-provider gate.example:8750', what: 'missing' },
    ]);
    expect(serviceDifferences([], [keys])).toEqual([{ service: 'key-provider gate.example:8750', what: 'unwanted' }]);
  });
});

describe('a service', () => {
  it.each([
    ['port', 0],
    ['port', 65_536],
    ['port', 1.5],
    ['hostname', 'Gate.example'],
    ['hostname', 'a..b'],
    ['hostname', '-a'],
    ['hostname', 'a b'],
    ['hostname', `${'a'.repeat(64)}.example`],
    ['hostname', ''],
  ])('has no %s %s', (field, value) => {
    expect(E.isLeft(Service.decode({ ...judge, [field]: value }))).toBe(true);
  });
});
