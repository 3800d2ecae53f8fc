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
import { scopedPeople } from '../../support/scoped-people.js';
import { softwareTpm } from '../../support/software-tpm.js';

const because = { reason: 'r' };
const GATE = { hostname: 'gate.example', port: 8750, group: 'test', trustedCa: [] };

// The rules of docs/clusters.md, one test each.
describe('the rules of a topology', () => {
  let authority: HttpAuthority;
  let tokens: Readonly<Record<'reporting' | 'key-access', string>>;

  type Method = 'GET' | 'POST' | 'DELETE' | 'PUT';
  const ask = (method: Method, path: string, body?: unknown, as: Person = 'alice') =>
    authority.ask(method, path, { as, ...(body === undefined ? {} : { body }) });
  const code = async (...given: Parameters<typeof ask>) => (await ask(...given)).json().code;
  const read = async (path: string) => (await ask('GET', path, undefined, 'arthur')).json();
  const asHost = (path: string, token: string, body: unknown) =>
    authority.ask('POST', path, { body, headers: { authorization: `Bearer ${token}` } });
  const released = async () =>
    (await asHost('/v1/key-providers/vault/generate-key', tokens['key-access'], { bytes: 32 })).statusCode;
  const register = async (id: string, kind: string, site: string) => {
    expect(await code('POST', '/v1/clusters', { id, kind, site })).toBeUndefined();
    expect(await code('POST', `/v1/clusters/${id}/enable`, because)).toBeUndefined();
  };

  beforeAll(async () => {
    authority = await openHttpAuthority();
    const tpm = softwareTpm({ kind: 'rsa', seed: 'rules of a topology' });
    await certifiedOverHttp(authority, 'h1', tpm);
    await approvedOverHttp(authority, 'good');
    for (const id of ['h2', 'h3']) await ask('POST', '/v1/hosts', { id });
    await register('gate', 'authority', 'Hall 1');
    for (const kind of ['attestation', 'key-provider'])
      await ask('POST', '/v1/clusters/gate/services', { kind, ...GATE });
    for (const [id, site] of [
      ['east', 'East'],
      ['west', 'West'],
      ['north', 'North'],
    ] as const) {
      await register(id, 'trusted', site);
      await ask('PUT', `/v1/clusters/${id}/desired-services`, { from: 'gate' });
    }
    await ask('POST', '/v1/clusters/east/hosts', { host: 'h1' });
    await ask('POST', '/v1/clusters/west/hosts', { host: 'h2' });
    await ask('POST', '/v1/key-providers', { id: 'vault', kind: 'software', serves: ['east'] });
    await ask('PUT', '/v1/key-providers/vault/primary-key', { create: 'k' });
    await ask('POST', '/v1/key-providers/vault/observe');
    const reply = await attestOverHttp(authority, 'h1', tpm, undefined, nacl.box.keyPair().publicKey);
    tokens = Object.fromEntries(
      (reply.json().tokens as ReadonlyArray<{ kind: string; token: string }>).map(({ kind, token }) => [kind, token]),
    ) as typeof tokens;
  });
  afterAll(() => authority.close());

  it('have one authority serve many trusted clusters, at many sites', async () => {
    const { authorities, trusted } = await read('/v1/topology');
    expect(authorities).toMatchObject([{ id: 'gate', site: 'Hall 1', usedBy: ['east', 'north', 'west'] }]);
    expect(trusted.map(({ id, site }: { id: string; site: string }) => [id, site])).toEqual([
      ['east', 'East'],
      ['north', 'North'],
      ['west', 'West'],
    ]);
  });

  it('name to who sees a part only the users that are in it', async () => {
    const { ask: askAs, grant } = scopedPeople(authority);
    await grant('sam', 'auditor', ['cluster/gate', 'cluster/east']);
    const { authorities, trusted } = (await askAs('sam', 'GET', '/v1/topology')).json();
    expect(authorities).toMatchObject([{ id: 'gate', usedBy: ['east'] }]);
    expect(trusted.map(({ id }: { id: string }) => id)).toEqual(['east']);
  });

  it('have no cluster be both kinds, by any command', async () => {
    expect(await code('POST', '/v1/clusters', { id: 'gate', kind: 'trusted' })).toBe('ClusterOfOtherKind');
    expect(await code('PUT', '/v1/clusters/gate/desired-services', { from: 'gate' })).toBe('ClusterOfOtherKind');
    expect(await code('POST', '/v1/clusters/gate/remediate', {})).toBe('ClusterOfOtherKind');
    const service = { kind: 'attestation', ...GATE };
    expect(await code('POST', '/v1/clusters/east/services', service)).toBe('ClusterOfOtherKind');
    expect(await code('PUT', '/v1/clusters/west/desired-services', { from: 'east' })).toBe('ClusterOfOtherKind');
  });

  it('have hosts of an authority cluster be served as nobody’s', async () => {
    expect(await code('POST', '/v1/clusters/gate/hosts', { host: 'h3' })).toBeUndefined();
    expect(await read('/v1/hosts/h3/cluster')).toMatchObject({ cluster: 'gate', served: false });
    expect(await code('DELETE', '/v1/clusters/gate/hosts/h3', because)).toBeUndefined();
  });

  it('end an authority cluster only once nobody uses it', async () => {
    const size = await authority.size();
    expect(await code('POST', '/v1/clusters/gate/decommission', because)).toBe('ClusterInUse');
    expect(await authority.size()).toBe(size);
  });

  it('end a cluster, or the life of a host, without touching hosts of another one', async () => {
    const { remediation } = (await asHost('/v1/hosts/h1/applied-config', tokens.reporting, { services: [] })).json();
    expect(remediation).toBeNull();
    const { job } = (await ask('POST', '/v1/clusters/east/remediate', {})).json();
    const before = [await read('/v1/hosts/h1/cluster'), await read('/v1/clusters/east/drift')];
    const revisionOf = async () => (await read('/v1/hosts/h1/history')).events.length;
    const revision = await revisionOf();

    expect(await code('POST', '/v1/clusters/west/decommission', { ...because, withHosts: true })).toBeUndefined();
    expect(await code('POST', '/v1/hosts/h2/retire', because)).toBeUndefined();
    expect(await read('/v1/hosts/h2/cluster')).toMatchObject({ cluster: null });

    const after = [await read('/v1/hosts/h1/cluster'), await read('/v1/clusters/east/drift')];
    const untimed = (answer: object) => ({ ...answer, asOf: null });
    expect(after.map(untimed)).toEqual(before.map(untimed));
    expect(await revisionOf()).toBe(revision);
    expect((await read(`/v1/jobs/${String(job)}`)).job).toMatchObject({ status: 'running', waiting: ['h1'] });
    expect(await released()).toBe(200);
  });

  it('keep two administrations apart: who lets hosts work decides nothing of whom they trust', async () => {
    const workload: ReadonlyArray<readonly [Method, string, unknown]> = [
      ['POST', '/v1/clusters', { id: 'own', kind: 'trusted' }],
      ['POST', '/v1/clusters/east/disable', because],
      ['POST', '/v1/clusters/east/decommission', { ...because, withHosts: true }],
      ['POST', '/v1/clusters/east/hosts', { host: 'h3' }],
      ['POST', '/v1/clusters/gate/services', { kind: 'attestation', ...GATE, port: 9 }],
      [
        'POST',
        '/v1/clusters/gate/services/withdraw',
        { kind: 'attestation', hostname: 'gate.example', port: 8750, ...because },
      ],
      ['PUT', '/v1/clusters/east/desired-services', { from: 'gate' }],
      ['DELETE', '/v1/clusters/east/desired-services', because],
      ['POST', '/v1/clusters/east/remediate', {}],
    ];
    const size = await authority.size();
    for (const [method, path, body] of workload)
      expect([path, await code(method, path, body, 'wendy')]).toEqual([path, 'RoleNotAllowed']);
    expect(await authority.size()).toBe(size);
    expect(await code('DELETE', '/v1/clusters/east/hosts/h1', because, 'wendy')).toBeUndefined();
    expect(await released()).toBe(403);
  });
});

describe('two authorities, each with an administration of its own', () => {
  it('share services by a file, and nothing else: no people, no clusters, no hosts', async () => {
    const [far, near] = [await openHttpAuthority(), await openHttpAuthority()];
    const as = (authority: HttpAuthority, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) =>
      authority.ask(method, path, { as: 'alice', ...(body === undefined ? {} : { body }) });
    await as(far, 'POST', '/v1/clusters', { id: 'gate', kind: 'authority' });
    await as(far, 'POST', '/v1/clusters/gate/services', { kind: 'attestation', ...GATE });
    const file = (await as(far, 'GET', '/v1/clusters/gate/services-file')).json();
    await as(near, 'POST', '/v1/clusters', { id: 'east', kind: 'trusted' });
    expect((await as(near, 'PUT', '/v1/clusters/east/services-file', file)).statusCode).toBe(200);
    const { authorities, trusted } = (await as(near, 'GET', '/v1/topology')).json();
    expect([authorities, trusted[0].desired.services]).toMatchObject([[], [{ hostname: 'gate.example' }]]);
    const stranger = near.tokens.get('alice') ?? '';
    const refused = await far.ask('GET', '/v1/clusters', { headers: { authorization: `Bearer ${stranger}` } });
    expect(refused.statusCode).toBe(401);
    await far.close();
    await near.close();
  });
});
