import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { decommissionCluster, disableCluster, registerCluster } from '../../../domain/cluster/change-cluster.js';
import { addHostToCluster, removeHostFromCluster } from '../../../domain/cluster/change-members.js';
import { servedCluster } from '../../../domain/cluster/served-cluster.js';
import { retireHost } from '../../../domain/host/change-host.js';
import { memberRow, servedClusterOf } from '../../../projections/cluster-row.js';
import { clusters } from '../../../projections/clusters.js';
import { asks, enrol, ledgerSize, openTestAuthority, type TestAuthority } from '../../support/authority.js';
import { openCluster } from '../../support/clusters.js';
import { eventsOf, foldOf } from '../../support/fold.js';
import { left, right } from '../../support/ledger.js';

const reason = 'r';
let authority: TestAuthority;

const add = (cluster: string, host = 'h1', request = asks('alice')) =>
  addHostToCluster(authority.deps)({ ...request, cluster, host })();
const remove = (cluster: string, host = 'h1', request = asks('wendy')) =>
  removeHostFromCluster(authority.deps)({ ...request, cluster, host, reason })();
const served = async (host = 'h1') => right(await servedCluster(authority.deps)(host)()).cluster;
const rows = async () => foldOf(clusters, await eventsOf(authority.deps.store));

describe('membership', () => {
  beforeEach(async () => {
    authority = await openTestAuthority();
    await enrol(authority, 'h1');
    await openCluster(authority, 'c1');
    await openCluster(authority, 'c2');
  });

  it('is of one cluster at most', async () => {
    right(await add('c1'));
    expect(left(await add('c2'))).toEqual({ _tag: 'HostInOtherCluster', cluster: 'c1' });
    right(await remove('c1'));
    right(await add('c2'));
    expect(await served()).toBe('c2');
  });

  it('records a repeated joining, a repeated leaving, and a repeated command, once', async () => {
    const request = asks('alice');
    right(await add('c1', 'h1', request));
    const size = await ledgerSize(authority);
    expect(right(await add('c1', 'h1', request)).events).toHaveLength(1);
    expect(right(await add('c1')).events).toEqual([]);
    expect(right(await remove('c2')).events).toEqual([]);
    expect(await ledgerSize(authority)).toBe(size);
    expect(right(await remove('c1')).events).toHaveLength(1);
    expect(right(await remove('c1')).events).toEqual([]);
    // The command is done: its host has left since, and is not brought back.
    expect(right(await add('c1', 'h1', request)).events).toHaveLength(1);
    expect(await served()).toBeUndefined();
  });

  it('is given by the trust side, and ended by the workload side too', async () => {
    const needs = (permission: string) => ({ _tag: 'PermissionRequired', permission });
    expect(left(await add('c1', 'h1', asks('wendy')))).toMatchObject(needs('ManageTrustedHosts'));
    right(await add('c1'));
    expect(left(await remove('c1', 'h1', asks('arthur')))).toMatchObject(needs('ManageWorkload'));
    right(await remove('c1', 'h1', asks('wendy')));
    right(await add('c1'));
    right(await remove('c1', 'h1', asks('alice')));
  });

  it('needs an enrolled host and a cluster that there is', async () => {
    expect(left(await add('c1', 'nobody'))).toMatchObject({ _tag: 'HostNotEnrolled' });
    expect(left(await add('c9'))).toEqual({ _tag: 'ClusterUnknown', cluster: 'c9' });
    right(await decommissionCluster(authority.deps)({ ...asks('alice'), cluster: 'c2', reason, hosts: 0 })());
    expect(left(await add('c2'))).toEqual({ _tag: 'ClusterDecommissioned', cluster: 'c2' });
  });

  it('ends with the host', async () => {
    right(await add('c1'));
    right(await retireHost(authority.deps)({ ...asks('wendy'), host: 'h1', reason })());
    expect(await served()).toBeUndefined();
    expect(memberRow(await rows(), 'h1')).toBeUndefined();
    expect(right(await remove('c1')).events).toEqual([]);
    expect(left(await add('c2'))).toMatchObject({ _tag: 'HostRetired' });
  });

  it('ends with the cluster, and the host is free to join another one', async () => {
    right(await add('c1'));
    right(await decommissionCluster(authority.deps)({ ...asks('alice'), cluster: 'c1', reason, hosts: 0 })());
    expect(await served()).toBeUndefined();
    expect(memberRow(await rows(), 'h1')).toBeUndefined();
    right(await add('c2'));
    expect(await served()).toBe('c2');
    expect(servedClusterOf(await rows(), 'h1')).toBe('c2');
  });

  it('counts while the cluster is trusted and enabled', async () => {
    right(await registerCluster(authority.deps)({ ...asks('alice'), cluster: 'a1', kind: 'authority' })());
    right(await add('c1'));
    expect(await served()).toBe('c1');
    right(await disableCluster(authority.deps)({ ...asks('alice'), cluster: 'c1', reason })());
    expect(await served()).toBeUndefined();
    expect(memberRow(await rows(), 'h1')?.cluster).toBe('c1');
    right(await remove('c1'));
    right(await add('a1'));
    expect(await served()).toBeUndefined();
  });

  it('names the streams that it was decided from', async () => {
    right(await add('c1'));
    const [joined] = (await eventsOf(authority.deps.store)).filter(({ event }) => event.type === 'HostJoined');
    expect(joined).toMatchObject({ stream: 'host/h1', basis: { 'cluster/c1': 1 } });
    expect(right(await servedCluster(authority.deps)('h1')()).basis).toEqual({ 'cluster/c1': 1 });
  });
});

type Step =
  | { readonly do: 'add' | 'remove'; readonly host: string; readonly cluster: string }
  | { readonly do: 'disable' | 'enable' | 'decommission'; readonly cluster: string }
  | { readonly do: 'retire'; readonly host: string }
  | { readonly do: 'restart' };

const host = fc.constantFrom('h1', 'h2', 'h3');
const cluster = fc.constantFrom('c1', 'c2', 'c3');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'remove' as const), host, cluster }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disable' as const), cluster }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decommission' as const), cluster }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retire' as const), host }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

const take = async (each: Step): Promise<unknown> => {
  const { deps } = authority;
  switch (each.do) {
    case 'add':
      return add(each.cluster, each.host);
    case 'remove':
      return remove(each.cluster, each.host);
    case 'disable':
    case 'enable':
      return disableCluster(deps)({ ...asks('alice'), cluster: each.cluster, reason })();
    case 'decommission':
      return decommissionCluster(deps)({ ...asks('alice'), cluster: each.cluster, reason, hosts: 0 })();
    case 'retire':
      return retireHost(deps)({ ...asks('wendy'), host: each.host, reason })();
    case 'restart':
      authority = await authority.restarted();
      return undefined;
  }
};

/** As one would say it, over the bare list of what happened; shares nothing with the code that it is compared with. */
const plainly = async (of: string): Promise<string | undefined> => {
  const all = JSON.parse(JSON.stringify(await eventsOf(authority.deps.store))) as ReadonlyArray<{
    stream: string;
    event: { type: string; data: { cluster?: string } };
  }>;
  const mine = all.filter(({ stream }) => stream === `host/${of}`).map(({ event }) => event);
  const last = mine.findLast(({ type }) => ['HostJoined', 'HostLeft', 'HostRetired'].includes(type));
  if (last?.type !== 'HostJoined') return undefined;
  const its = all.filter(({ stream }) => stream === `cluster/${last.data.cluster ?? ''}`);
  return its.at(-1)?.event.type === 'ClusterEnabled' ? last.data.cluster : undefined;
};

describe('random joining and leaving', () => {
  it('keeps every host in one cluster at most, the same one for deciding, for reading and said plainly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        authority = await openTestAuthority();
        for (const each of ['h1', 'h2', 'h3']) await enrol(authority, each);
        for (const each of ['c1', 'c2', 'c3']) await openCluster(authority, each);
        const seen = new Map<string, string | undefined>();
        for (const each of steps) {
          const outcome = (await take(each)) as E.Either<{ _tag: string }, unknown> | undefined;
          if (each.do === 'add' && outcome !== undefined && E.isRight(outcome)) seen.set(each.host, each.cluster);
          if (each.do === 'retire' && outcome !== undefined && E.isRight(outcome)) seen.delete(each.host);
        }
        for (const each of ['h1', 'h2', 'h3']) {
          const expected = await plainly(each);
          expect(await served(each)).toBe(expected);
          expect(servedClusterOf(await rows(), each)).toBe(expected);
          if (expected !== undefined) expect(seen.get(each)).toBe(expected);
        }
      }),
      { numRuns: 40 },
    );
  });
});
