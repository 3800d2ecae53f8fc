import nacl from 'tweetnacl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settleRemediations } from '../../../adapters/authority/remediations.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { basicConstraints, cn, ecKey, KEY_CERT_SIGN, makeCertificate } from '../../support/certificate-maker.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
  type Person,
} from '../../support/http-authority.js';
import { pemOf } from '../../support/pem.js';
import { softwareTpm } from '../../support/software-tpm.js';

const because = { reason: 'r' };
const ca = (() => {
  const [key, subject] = [ecKey(), cn('Service CA')];
  return pemOf(makeCertificate({ key, subject, extensions: [basicConstraints(true), KEY_CERT_SIGN] }));
})();
const judge = { kind: 'attestation', hostname: 'gate.example', port: 8750, group: 'main', trustedCa: [ca] };
const keys = { ...judge, kind: 'key-provider' };

describe('the services of clusters', () => {
  let authority: HttpAuthority;
  let token: string;
  let desired: ReadonlyArray<unknown>;

  const ask = (method: 'GET' | 'POST' | 'DELETE' | 'PUT', path: string, body?: unknown, as: Person = 'alice') =>
    authority.ask(method, path, { as, ...(body === undefined ? {} : { body }) });
  const read = async (path: string) => (await ask('GET', path, undefined, 'arthur')).json();
  const report = (services: ReadonlyArray<unknown>, bearer = token, host = 'h1') =>
    authority.ask('POST', `/v1/hosts/${host}/applied-config`, {
      body: { services },
      headers: { authorization: `Bearer ${bearer}` },
    });
  const relay = (host: string, services: ReadonlyArray<unknown>, as: Person = 'wendy') =>
    ask('POST', `/v1/hosts/${host}/relayed-config`, { services }, as);
  const drift = async () => {
    const { health, hosts } = await read('/v1/clusters/east/drift');
    return [health, ...hosts.map((each: Record<string, unknown>) => [each['host'], each['health'], each['by']])];
  };

  beforeAll(async () => {
    authority = await openHttpAuthority();
    const tpm = softwareTpm({ kind: 'rsa', seed: 'services over http' });
    await certifiedOverHttp(authority, 'h1', tpm);
    await approvedOverHttp(authority, 'good');
    await ask('POST', '/v1/hosts', { id: 'h2' });
    for (const [id, kind] of [
      ['gate', 'authority'],
      ['east', 'trusted'],
      ['west', 'trusted'],
    ])
      await ask('POST', '/v1/clusters', { id, kind });
    for (const host of ['h1', 'h2']) await ask('POST', '/v1/clusters/east/hosts', { host });
    const reply = await attestOverHttp(authority, 'h1', tpm, undefined, nacl.box.keyPair().publicKey);
    token = reply.json().tokens.find(({ kind }: { kind: string }) => kind === 'reporting').token;
  });
  afterAll(() => authority.close());

  it('are advertised, and attached from an authority that is enabled', async () => {
    for (const service of [judge, keys])
      expect((await ask('POST', '/v1/clusters/gate/services', service)).statusCode).toBe(200);
    const attach = () => ask('PUT', '/v1/clusters/east/desired-services', { from: 'gate' });
    expect((await attach()).json().code).toBe('ClusterDisabled');
    await ask('POST', '/v1/clusters/gate/enable', because);
    expect((await attach()).json().events).toMatchObject([{ type: 'ServicesAttached' }]);
    const topology = await read('/v1/topology');
    expect(topology.authorities).toMatchObject([
      { id: 'gate', usedBy: ['east'], services: [{ kind: 'attestation' }, { kind: 'key-provider' }] },
    ]);
    expect(topology.trusted).toMatchObject([
      { id: 'east', hosts: 2, health: 'NONE', desired: { from: 'gate' } },
      { id: 'west', hosts: 0, desired: null },
    ]);
    desired = topology.trusted[0].desired.services;
    expect(
      (await ask('POST', '/v1/clusters/gate/services/withdraw', { ...address(judge), ...because })).json().code,
    ).toBe('ServiceInUse');
  });

  const address = ({ kind, hostname, port }: typeof judge) => ({ kind, hostname, port });

  it('go to the other side as a file that sets the whole desired state', async () => {
    const file = (await ask('GET', '/v1/clusters/gate/services-file')).json();
    expect(file).toMatchObject({ type: 'sekisho-services', v: 1, cluster: 'gate', services: [judge, keys] });
    const carried = await ask('PUT', '/v1/clusters/west/services-file', file);
    expect(carried.json().events).toMatchObject([{ type: 'ServicesAttached' }]);
    const { trusted } = await read('/v1/topology');
    expect(trusted[1].desired.services).toEqual(desired);
    expect(trusted[1].desired).toMatchObject({ from: null, file: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const kept = await ask('GET', `/v1/evidence/${String(trusted[1].desired.file)}`, undefined, 'arthur');
    expect(JSON.parse(kept.rawPayload.toString())).toEqual(file);
    expect((await ask('PUT', '/v1/clusters/west/services-file', file)).json().events).toEqual([]);
    expect((await ask('PUT', '/v1/clusters/west/services-file', { ...file, extra: 1 })).json().code).toBe(
      'InvalidField',
    );
    expect((await ask('GET', '/v1/clusters/east/services-file')).json().code).toBe('ClusterOfOtherKind');
    await ask('DELETE', '/v1/clusters/west/desired-services', because);
    expect((await read('/v1/topology')).trusted[1].desired).toBeNull();
  });

  it('are reported by the host itself, with its token, and compared with what it shall apply', async () => {
    const wrong = [{ ...(desired[0] as object), group: 'other' }];
    const first = (await report(wrong)).json();
    expect(first.events).toMatchObject([{ type: 'AppliedConfigObserved' }]);
    expect(first).toMatchObject({ stream: 'host/h1', desired, remediation: null });
    expect(first.differences.map(({ what }: { what: string }) => what)).toEqual(['group-differs', 'missing']);
    expect((await report(wrong)).json().events).toEqual([]);
    expect(await drift()).toEqual(['ERROR', ['h1', 'ERROR', 'host'], ['h2', 'NONE', null]]);
    expect((await relay('h2', desired)).json().events).toMatchObject([{ type: 'AppliedConfigObserved' }]);
    expect(await drift()).toEqual(['ERROR', ['h1', 'ERROR', 'host'], ['h2', 'OK', 'relayed']]);
  });

  it('are reported in no name but that of who holds the token, and relayed by who may', async () => {
    const size = await authority.size();
    expect((await report([], token, 'h2')).json().code).toBe('TokenForged');
    expect((await report([], `${token.slice(0, -4)}AAAA`)).json().code).toBe('TokenForged');
    expect((await relay('h1', [], 'alice')).json().code).toBe('RoleNotAllowed');
    expect((await report([{ ...(desired[0] as object), port: 0 }])).json().code).toBe('InvalidField');
    expect((await relay('h9', desired)).json().code).toBe('HostNotEnrolled');
    expect(await authority.size()).toBe(size);
  });

  it('are put right by a job, which tells only the hosts that differ, and ends when they report', async () => {
    const { job, events } = (await ask('POST', '/v1/clusters/east/remediate', {})).json();
    expect(events).toMatchObject([{ type: 'RemediationStarted' }]);
    expect((await ask('POST', '/v1/clusters/east/remediate', {})).json().code).toBe('RemediationRunning');
    expect((await read(`/v1/jobs/${String(job)}`)).job).toMatchObject({
      cluster: 'east',
      status: 'running',
      hosts: 1,
      done: 0,
      waiting: ['h1'],
    });
    const told = (await report([{ ...(desired[0] as object), group: 'still' }])).json();
    expect(told.remediation).toBe(job);
    const done = (await report(desired)).json();
    expect([done.differences, done.remediation]).toEqual([[], null]);
    expect((await read(`/v1/jobs/${String(job)}`)).job).toMatchObject({ status: 'done', done: 1, waiting: [] });
    expect(await drift()).toEqual(['OK', ['h1', 'OK', 'host'], ['h2', 'OK', 'relayed']]);
    const { events: history } = await read('/v1/clusters/east/history');
    expect(history[0]).toMatchObject({
      type: 'ClusterRemediated',
      actor: { role: 'authority' },
      data: { job, hosts: 1 },
    });
  });

  it('are put right no more once the time is up, and the job names who is left', async () => {
    await relay('h2', [desired[0]]);
    const { job } = (await ask('POST', '/v1/clusters/east/remediate', { seconds: 60 })).json();
    const { opened } = authority;
    const settle = async () => {
      await read('/v1/topology');
      await settleRemediations(opened.deps, opened.reads.clusters.now());
      return (await read(`/v1/jobs/${String(job)}`)).job;
    };
    expect(await settle()).toMatchObject({ status: 'running', waiting: ['h2'] });
    authority.now.at = plusSeconds(authority.now.at, 61);
    expect(await settle()).toMatchObject({ status: 'failed', hosts: 1, done: 0, waiting: ['h2'] });
    const [last] = (await read('/v1/clusters/east/history?limit=1')).events;
    expect(last).toMatchObject({ type: 'RemediationFailed', data: { job, hosts: 1, failed: 1, first: ['h2'] } });
    expect((await ask('GET', '/v1/jobs/00000000-0000-4000-8000-000000000000')).json().code).toBe('JobUnknown');
  });

  it('leave every change of how hosts stand to them, with the event that made it and what differed', async () => {
    const all = await read('/v1/clusters/east/drift/history');
    const told = all.transitions.map(({ host, before, after, services, cause }: never) => [
      (cause as { type: string }).type,
      host,
      before,
      after,
      (services as ReadonlyArray<{ what: ReadonlyArray<string> }>).map(({ what }) => what.join()).join(' '),
    ]);
    expect([told.reverse(), all.nextCursor]).toEqual([
      [
        ['HostJoined', 'h1', null, 'NONE', ''],
        ['HostJoined', 'h2', null, 'NONE', ''],
        ...['h2', 'h1'].map((host) => ['ServicesAttached', host, 'NONE', 'NONE', ' ']),
        ['AppliedConfigObserved', 'h1', 'NONE', 'ERROR', 'group-differs missing'],
        ['AppliedConfigObserved', 'h2', 'NONE', 'OK', ' '],
        ['AppliedConfigObserved', 'h1', 'ERROR', 'OK', ' '],
        ['AppliedConfigObserved', 'h2', 'OK', 'ERROR', 'missing'],
      ],
      null,
    ]);
  });

  it('have a history that is read page by page, and ends where it is read as of', async () => {
    const path = '/v1/clusters/east/drift/history';
    const all = (await read(path)).transitions;
    let [cursor, paged]: [number | null, ReadonlyArray<unknown>] = [null, []];
    do {
      const page = await read(`${path}?limit=1${cursor === null ? '' : `&cursor=${String(cursor)}`}`);
      expect(page.transitions.length).toBeGreaterThan(0);
      paged = [...paged, ...page.transitions];
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(all);
    const { index, time } = all[3].cause as { readonly index: number; readonly time: string };
    expect((await read(`${path}?index=${String(index)}`)).transitions).toEqual(all.slice(3));
    expect((await read(`${path}?index=${String(index - 1)}&cursor=${String(index + 5)}`)).transitions).toEqual(
      all.slice(4),
    );
    expect(all[3]).toMatchObject({ cause: { by: 'h1', time } });
    expect((await ask('GET', '/v1/clusters/nowhere/drift/history')).json().code).toBe('ClusterUnknown');
    expect((await ask('GET', '/v1/clusters/west/drift/history')).json().transitions).toEqual([]);
  });

  it('are remembered with what was applied then', async () => {
    const { joined, memberships } = await read('/v1/hosts/h1/cluster').then((all) => ({
      ...all,
      joined: all.memberships[0].joined,
    }));
    expect(memberships).toHaveLength(1);
    const then = await read(`/v1/clusters/east/drift?index=${String(joined.index)}`);
    expect(then).toMatchObject({ health: 'NONE', desired: null });
  });
});
