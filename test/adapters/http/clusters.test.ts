import nacl from 'tweetnacl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
  type Person,
} from '../../support/http-authority.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'rsa', seed: 'clusters over http' });
const wrapping = nacl.box.keyPair();
const because = { reason: 'r' };

describe('clusters over HTTP', () => {
  let authority: HttpAuthority;
  let token: string;

  const ask = (method: 'GET' | 'POST' | 'DELETE' | 'PUT', path: string, body?: unknown, as: Person = 'alice') =>
    authority.ask(method, path, { as, ...(body === undefined ? {} : { body }) });
  const read = async (path: string) => (await ask('GET', path, undefined, 'arthur')).json();
  const generate = async (provider: string) => {
    const reply = await authority.ask('POST', `/v1/key-providers/${provider}/generate-key`, {
      body: { bytes: 32 },
      headers: { authorization: `Bearer ${token}` },
    });
    const reasons: ReadonlyArray<{ code: string }> = reply.json().reasons ?? [];
    return reply.statusCode === 200 ? 'released' : reasons.map(({ code }) => code);
  };

  beforeAll(async () => {
    authority = await openHttpAuthority();
    await certifiedOverHttp(authority, 'h1', tpm);
    await approvedOverHttp(authority, 'good');
    for (const id of ['c1', 'c2']) {
      expect((await ask('POST', '/v1/clusters', { id, kind: 'trusted', site: 'east' })).statusCode).toBe(200);
      expect((await ask('POST', `/v1/clusters/${id}/enable`, because)).statusCode).toBe(200);
    }
    await ask('POST', '/v1/clusters', { id: 'gate', kind: 'authority' });
    for (const [id, serves] of [
      ['everybody', 'all'],
      ['first', ['c1']],
      ['second', ['c2']],
    ]) {
      await ask('POST', '/v1/key-providers', { id, kind: 'software', serves });
      await ask('PUT', `/v1/key-providers/${String(id)}/primary-key`, { create: 'k' });
      await ask('POST', `/v1/key-providers/${String(id)}/observe`, undefined);
    }
    const reply = await attestOverHttp(authority, 'h1', tpm, undefined, wrapping.publicKey);
    token = reply.json().tokens.find(({ kind }: { kind: string }) => kind === 'key-access').token;
  });
  afterAll(() => authority.close());

  it('are shown with their hosts and the trust of each', async () => {
    expect((await ask('POST', '/v1/clusters/c1/hosts', { host: 'h1' })).json()).toMatchObject({
      stream: 'host/h1',
      events: [{ type: 'HostJoined' }],
    });
    const { clusters } = await read('/v1/clusters');
    expect(clusters).toMatchObject([
      { id: 'c1', kind: 'trusted', site: 'east', status: 'enabled', served: true, hosts: 1 },
      { id: 'c2', hosts: 0 },
      { id: 'gate', kind: 'authority', status: 'disabled', served: false },
    ]);
    const { cluster, hosts, nextCursor } = await read('/v1/clusters/c1');
    expect([cluster.changed, nextCursor]).toMatchObject([{ by: 'alice', reason: 'r' }, null]);
    expect(hosts).toMatchObject([{ host: 'h1', state: 'trusted', reasons: [], joined: { by: 'alice' } }]);
  });

  it('decide of which providers a host has keys, from one request to the next', async () => {
    const all = async () => [await generate('everybody'), await generate('first'), await generate('second')];
    expect(await all()).toEqual(['released', 'released', ['HostNotServed']]);
    const access = await read('/v1/key-access?host=h1');
    expect(access.access.map(({ provider, allowed }: never) => [provider, allowed])).toEqual([
      ['everybody', true],
      ['first', true],
      ['second', false],
    ]);

    await ask('POST', '/v1/clusters/c1/disable', because);
    expect(await all()).toEqual(['released', ['HostNotServed'], ['HostNotServed']]);
    await ask('POST', '/v1/clusters/c1/enable', because);
    expect(await generate('first')).toBe('released');

    expect((await ask('DELETE', '/v1/clusters/c1/hosts/h1', because, 'wendy')).statusCode).toBe(200);
    expect(await all()).toEqual(['released', ['HostNotServed'], ['HostNotServed']]);
    await ask('POST', '/v1/clusters/c2/hosts', { host: 'h1' });
    expect(await all()).toEqual(['released', ['HostNotServed'], 'released']);
    expect((await ask('POST', '/v1/replay', {}, 'arthur')).json()).toMatchObject({ differenceCount: 0 });
  });

  it('say who was where at any time', async () => {
    const now = await read('/v1/hosts/h1/cluster');
    expect(now).toMatchObject({ cluster: 'c2', served: true });
    expect(now.memberships.map(({ cluster }: { cluster: string }) => cluster)).toEqual(['c2', 'c1']);
    const { joined, until } = now.memberships[1];
    const then = await read(`/v1/hosts/h1/cluster?index=${String(joined.index)}`);
    expect(then).toMatchObject({ cluster: 'c1', served: true, memberships: [{ cluster: 'c1', until: null }] });
    const between = await read(`/v1/hosts/h1/cluster?index=${String(until)}`);
    expect(between).toMatchObject({ cluster: null, served: false });
    const shown = await read(`/v1/clusters/c1?index=${String(joined.index)}`);
    expect(shown.hosts).toMatchObject([{ host: 'h1', state: 'trusted' }]);
    const access = await read(`/v1/key-access?provider=first&index=${String(joined.index)}`);
    expect(access.access).toMatchObject([{ allowed: true }]);
    const { events } = await read('/v1/clusters/c1/history');
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'ClusterEnabled',
      'ClusterDisabled',
      'ClusterEnabled',
      'ClusterRegistered',
    ]);
  });

  it('change their names and sites, were called otherwise before, and let the same hosts in', async () => {
    const named = async (at = '') => {
      const { cluster } = await read(`/v1/clusters/c2${at}`);
      return [cluster.displayName, cluster.site, cluster.served, cluster.hosts];
    };
    const first = (await ask('PUT', '/v1/clusters/c2', { displayName: 'Payroll' })).json().events[0];
    expect(first).toMatchObject({ type: 'ClusterDescriptionChanged' });
    expect(await named()).toEqual(['Payroll', 'east', true, 1]);
    expect((await ask('PUT', '/v1/clusters/c2', { displayName: null, site: 'west' })).statusCode).toBe(200);
    expect(await named()).toEqual([null, 'west', true, 1]);
    expect(await named(`?index=${String(first.index)}`)).toEqual(['Payroll', 'east', true, 1]);
    expect(await named(`?index=${String(first.index - 1)}`)).toEqual([null, 'east', true, 1]);
    const { events } = await read('/v1/clusters/c2/history?limit=1');
    expect(events[0].data).toEqual({
      old: { displayName: 'Payroll', site: 'east' },
      new: { displayName: null, site: 'west' },
    });
    expect((await ask('PUT', '/v1/clusters/c2', { site: 'west' })).json()).toMatchObject({
      status: 409,
      code: 'ClusterUnchanged',
    });
    expect((await ask('PUT', '/v1/clusters/c2', { kind: 'authority' })).json().code).toBe('InvalidField');
    expect((await ask('PUT', '/v1/clusters/c2', { site: 'x' }, 'wendy')).json().code).toBe('RoleNotAllowed');
    expect(await generate('second')).toBe('released');
  });

  it('refuse what breaks a rule of theirs, each in its own words', async () => {
    const code = async (...given: Parameters<typeof ask>) => (await ask(...given)).json().code;
    expect(await code('POST', '/v1/clusters', { id: 'c1', kind: 'authority' })).toBe('ClusterOfOtherKind');
    expect(await code('POST', '/v1/clusters', { id: 'a/b', kind: 'trusted' })).toBe('InvalidField');
    expect(await code('POST', '/v1/clusters/c1/hosts', { host: 'h1' })).toBe('HostInOtherCluster');
    expect(await code('POST', '/v1/clusters/nowhere/hosts', { host: 'h1' })).toBe('ClusterUnknown');
    expect(await code('GET', '/v1/clusters/nowhere')).toBe('ClusterUnknown');
    expect(await code('GET', '/v1/hosts/nobody/cluster')).toBe('HostNotEnrolled');
    expect(await code('POST', '/v1/clusters/c2/decommission', because)).toBe('ClusterHasHosts');
    expect(await code('POST', '/v1/clusters/c1/hosts', { host: 'h1' }, 'wendy')).toBe('RoleNotAllowed');
    expect(await code('POST', '/v1/clusters/c2/decommission', { ...because, withHosts: true })).toBeUndefined();
    expect(await generate('second')).toEqual(['HostNotServed']);
    expect(await code('POST', '/v1/clusters/c2/enable', because)).toBe('ClusterDecommissioned');
    expect(await read('/v1/hosts/h1/cluster')).toMatchObject({ cluster: null });
  });

  it('take a second person for letting hosts in, where the policy says so, and none for taking them out', async () => {
    await ask('PUT', '/v1/approval-policy', { operations: ['addClusterHost'], lifetimeSeconds: 3600 });
    const asked = await ask('POST', '/v1/clusters/c1/hosts', { host: 'h1' });
    expect(asked.statusCode).toBe(202);
    expect(await read('/v1/hosts/h1/cluster')).toMatchObject({ cluster: null });
    const { id, digest } = asked.json().approval;
    await ask('POST', `/v1/approvals/${String(id)}/approve`, { digest }, 'bob');
    expect((await ask('POST', '/v1/clusters/c1/hosts', { host: 'h1' })).statusCode).toBe(200);
    expect((await ask('DELETE', '/v1/clusters/c1/hosts/h1', because)).statusCode).toBe(200);
  });
});
