import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOf, type Operation } from '../../../adapters/http/permissions.js';
import { type Kind, type Place, REACH } from '../../../adapters/http/reach.js';
import type { OperatorRole } from '../../../domain/access/operator-role.js';
import { mayRole } from '../../../domain/access/roles.js';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { pemOf } from '../../support/pem.js';
import {
  INSIDE,
  type Method,
  OUTSIDE,
  SCOPE,
  type Scoped,
  SERVICES,
  scopedPeople,
  withTwoOfEach,
} from '../../support/scoped-people.js';

/* Every operation there is, by those whose role is limited to a part. What it is about is in `REACH`; the requests are made of it. */

const LIMITED: Readonly<Record<OperatorRole, string>> = {
  'trust-administrator': 'limited-trust',
  'workload-administrator': 'limited-workload',
  'key-administrator': 'limited-key',
  auditor: 'limited-auditor',
};

const PEM = pemOf(new Uint8Array(8));

/** Bodies that their routes take, beside what names the thing; of the others it is a reason. */
const BODIES: Partial<Record<Operation, Readonly<Record<string, unknown>> | undefined>> = {
  enrolHost: {},
  reportRelayed: { report: 'AAAA' },
  replaceEndorsementKey: { publicKeyDigest: 'c3'.repeat(32), reason: 'r' },
  createKeyProvider: { kind: 'kmip', servers: [{ name: 'a', address: '127.0.0.1:9' }] },
  changeKeyProvider: { description: 'd' },
  addKeyServer: { name: 'b', address: '127.0.0.1:9' },
  changePrimaryKey: { primaryKey: 'primary-8' },
  setKeyServerCredential: { credential: 'AAAA' },
  issueClientCertificate: undefined,
  issueClientCsr: undefined,
  observeKeyProvider: undefined,
  replaceClientCertificate: { certificate: PEM },
  trustPeerCertificates: { certificates: [PEM] },
  registerKey: { id: 'd4'.repeat(32), primaryKey: 'primary-7', reason: 'r' },
  registerCluster: { kind: 'trusted' },
  changeCluster: { site: 's' },
  addClusterHost: {},
  advertiseService: SERVICES.services[0],
  withdrawService: { kind: 'attestation', hostname: 'gate.example', port: 8750, reason: 'r' },
  attachServices: { from: 'gate' },
  importServices: SERVICES,
  remediateCluster: {},
  relayAppliedConfig: { services: [] },
};

/** Values of other parameters of paths. */
const PARAMS: Readonly<Record<string, string>> = { revision: 'latest', name: 'a', key: 'primary-7', version: '8.0.3' };

let authority: HttpAuthority;
let scoped: Scoped;
let served: ReadonlyMap<Operation, { readonly method: Method; readonly path: string }>;

beforeAll(async () => {
  authority = await openHttpAuthority();
  scoped = scopedPeople(authority);
  await withTwoOfEach(authority, scoped);
  for (const [role, subject] of Object.entries(LIMITED)) await scoped.grant(subject, role as OperatorRole);
  const { paths } = (await authority.ask('GET', '/v1/openapi.json')).json();
  served = new Map(
    Object.entries<Record<string, { operationId: Operation }>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [
        operationId,
        { method: method.toUpperCase() as Method, path },
      ]),
    ),
  );
});
afterAll(() => authority.close());

const OPERATIONS = Object.keys(REACH) as ReadonlyArray<Operation>;
const named = OPERATIONS.filter((operation) => typeof REACH[operation] === 'object');

/** Somebody who is limited, and whose role would let them. */
const whoMay = (operation: Operation): string => {
  const access = accessOf(operation);
  const [, subject] =
    Object.entries(LIMITED).find(([role]) => access === 'operator' || mayRole(role as OperatorRole, access as never)) ??
    [];
  if (subject === undefined) throw new Error(`nobody may ${operation}`);
  return subject;
};

/** Everything that the operation names is inside, but this kind. */
const send = (operation: Operation, outside: Kind | undefined) => {
  const { method, path } = served.get(operation)!;
  const places = Object.entries(REACH[operation]) as ReadonlyArray<[Kind, Place]>;
  const names = places.map(([kind, place]) => ({ place, name: (kind === outside ? OUTSIDE : INSIDE)[kind] }));
  const params = names.reduce(
    (given, { place, name }) => ('path' in place ? { ...given, [place.path]: name } : given),
    PARAMS,
  );
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '?');
  const base = operation in BODIES ? BODIES[operation] : { reason: 'r' };
  const body = names.reduce(
    (given, { place, name }) => ('body' in place ? { ...given, [place.body]: name } : given),
    base,
  );
  return scoped.ask(whoMay(operation), method, url, method === 'GET' ? undefined : body);
};

describe('somebody whose role is limited', () => {
  const cases = named.flatMap((operation) =>
    Object.keys(REACH[operation]).map((kind) => [operation, kind as Kind] as const),
  );

  it.each(cases)('is refused %s of a %s that is not in their scope, by what is not', async (operation, kind) => {
    const before = await authority.size();
    const reply = await send(operation, kind);
    expect([reply.statusCode, reply.json().code]).toEqual([403, 'OutOfScope']);
    expect(reply.json().detail).toContain(`limited to ${SCOPE.join(', ')}: ${kind}/${OUTSIDE[kind]} is not in it`);
    expect(await authority.size()).toBe(before);
  });

  it.each(named)('is let through to %s of what is in their scope', async (operation) => {
    const reply = await send(operation, undefined);
    const { code } = reply.statusCode === 200 ? { code: 'none' } : reply.json();
    expect(['OutOfScope', 'RoleNotAllowed', 'RouteUnknown', 'Unexpected']).not.toContain(code);
  });

  it.each(OPERATIONS.filter((operation) => REACH[operation] === 'whole'))(
    'is refused %s, which is about the whole authority',
    async (operation) => {
      const { method, path } = served.get(operation)!;
      const reply = await scoped.ask(whoMay(operation), method, path.replaceAll(/\{\w+\}/g, 'x'), '{');
      expect([reply.statusCode, reply.json().code]).toEqual([403, 'OutOfScope']);
      expect(reply.json().detail).toContain('about the whole authority');
    },
  );

  describe('of the guard', () => {
    const workload = { id: 'vm-1', encrypted: true, vtpm: true, firmware: 'efi', secureBoot: true };
    const { host, cluster } = INSIDE;
    const inside = { ask: 'move', workload, from: host, to: 'blade-2' };
    const ask = (questions: ReadonlyArray<unknown>) =>
      scoped.ask(LIMITED['workload-administrator'], 'POST', '/v1/guard/ask-many', { questions });

    it.each([
      ['host', `host/${OUTSIDE.host}`, { ask: 'start', workload, host: OUTSIDE.host }],
      ['from', `host/${OUTSIDE.host}`, { ...inside, from: OUTSIDE.host }],
      ['to', `host/${OUTSIDE.host}`, { ...inside, to: OUTSIDE.host }],
      ['to', `host/${OUTSIDE.host}`, { ...inside, ask: 'clone', to: OUTSIDE.host }],
      ['from', `host/${OUTSIDE.host}`, { ...inside, ask: 'replicate', from: OUTSIDE.host }],
      ['cluster', `cluster/${OUTSIDE.cluster}`, { ...inside, ask: 'restart', cluster: OUTSIDE.cluster }],
      ['to', 'host/nobody', { ...inside, ask: 'restart', cluster, to: 'nobody' }],
      [
        'workload.keyProvider',
        `key-provider/${OUTSIDE['key-provider']}`,
        { ...inside, workload: { ...workload, keyProvider: OUTSIDE['key-provider'] } },
      ],
      ['cluster', `cluster/${OUTSIDE.cluster}`, { ask: 'storage', cluster: OUTSIDE.cluster, host }],
    ])('asks nothing whose %s is %s, alone or among others, and nothing is kept', async (field, what, question) => {
      const before = await authority.size();
      const one = await scoped.ask(LIMITED['workload-administrator'], 'POST', '/v1/guard/ask', { question });
      expect([one.statusCode, one.json().code]).toEqual([403, 'OutOfScope']);
      expect(one.json()).toMatchObject({ faults: [{ field: `question.${field}` }] });
      expect(one.json().detail).toContain(`${what} is not in it`);
      const many = await ask([inside, question]);
      expect(many.json()).toMatchObject({ code: 'OutOfScope', faults: [{ field: `questions.1.${field}` }] });
      expect(await authority.size()).toBe(before);
    });

    it('asks about what is in their scope, by name or by the cluster that it is in now', async () => {
      const known = await ask([inside, { ask: 'storage', cluster, host }, { ...inside, ask: 'restart', cluster }]);
      expect(known.json().answers).toHaveLength(3);
      const { reasons } = known.json().answers[0];
      expect(reasons.map(({ about }: { about: string }) => about)).toEqual(expect.arrayContaining([host, 'blade-2']));
    });

    it('asks about a host for as long as it is in their cluster', async () => {
      await scoped.ask('alice', 'POST', '/v1/clusters', { id: 'short-guarded', kind: 'trusted' });
      await scoped.grant('short-scheduler', 'workload-administrator', ['cluster/short-guarded']);
      const guest = 'guarded-guest';
      await scoped.ask('wendy', 'POST', '/v1/hosts', { id: guest });
      const question = { ask: 'start', workload, host: guest };
      const asks = () => scoped.ask('short-scheduler', 'POST', '/v1/guard/ask', { question });
      expect((await asks()).json().code).toBe('OutOfScope');
      await scoped.ask('alice', 'POST', '/v1/clusters/short-guarded/hosts', { host: guest });
      expect((await asks()).json().reasons).toEqual(
        expect.arrayContaining([{ code: 'VerdictMissing', part: 'host', about: guest }]),
      );
      await scoped.ask('wendy', 'DELETE', `/v1/clusters/short-guarded/hosts/${guest}`, { reason: 'r' });
      expect((await asks()).json().code).toBe('OutOfScope');
    });
  });

  const unnamed = { live: 'has no end', showKeyAccess: 'by row', showKeyLedger: 'by row' };
  const lists = OPERATIONS.filter((operation) => REACH[operation] === 'parts' && !(operation in unnamed));

  it.each(lists)('is shown nothing of others by %s', async (operation) => {
    const { method, path } = served.get(operation)!;
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARAMS[name] ?? '?');
    const body = method === 'GET' ? undefined : { change: {} };
    const [limited, whole] = await Promise.all([
      scoped.ask(whoMay(operation), method, url, body),
      scoped.ask(whoMay(operation) === LIMITED.auditor ? 'arthur' : 'alice', method, url, body),
    ]);
    expect([limited.statusCode, whole.statusCode]).toEqual([200, 200]);
    for (const name of Object.values(OUTSIDE)) expect(limited.body).not.toContain(name);
    if (!/Approvals|BreakGlass|Certificates|TrustHistory/.test(operation)) expect(whole.body).toMatch(/outer-|b2b2b2/);
  });

  it('is shown key access of their hosts and of their providers, and of no others', async () => {
    const { access } = (await scoped.ask(LIMITED.auditor, 'GET', '/v1/key-access')).json();
    const pairs = access.map((each: { host: string; provider: string }) => `${each.host} ${each.provider}`);
    expect(pairs).toContain(`${INSIDE.host} ${INSIDE['key-provider']}`);
    expect(pairs).toContain(`${OUTSIDE.host} ${INSIDE['key-provider']}`);
    expect(pairs).not.toContain(`${OUTSIDE.host} ${OUTSIDE['key-provider']}`);
  });

  it('has the hosts of their cluster for as long as they are in it', async () => {
    await scoped.ask('alice', 'POST', '/v1/clusters', { id: 'short', kind: 'trusted' });
    await scoped.grant('short-auditor', 'auditor', ['cluster/short']);
    const before = await scoped.ask('short-auditor', 'GET', `/v1/hosts/${INSIDE.host}`);
    expect(before.json().code).toBe('OutOfScope');
    const host = 'passing-through';
    await scoped.ask('wendy', 'POST', '/v1/hosts', { id: host });
    await scoped.ask('alice', 'POST', '/v1/clusters/short/hosts', { host });
    expect((await scoped.ask('short-auditor', 'GET', `/v1/hosts/${host}`)).statusCode).toBe(200);
    expect((await scoped.ask('short-auditor', 'GET', '/v1/hosts')).json().hosts).toMatchObject([{ id: host }]);
    await scoped.ask('wendy', 'DELETE', `/v1/clusters/short/hosts/${host}`, { reason: 'r' });
    expect((await scoped.ask('short-auditor', 'GET', `/v1/hosts/${host}`)).json().code).toBe('OutOfScope');
    expect((await scoped.ask('short-auditor', 'GET', '/v1/hosts?index=1')).json().hosts).toEqual([]);
  });

  it('is told so when they ask who they are', async () => {
    expect((await scoped.ask(LIMITED.auditor, 'GET', '/v1/whoami')).json()).toMatchObject({ scope: SCOPE });
    const { operators } = (await scoped.ask('arthur', 'GET', '/v1/operators')).json();
    expect(operators).toContainEqual(expect.objectContaining({ subject: LIMITED.auditor, scope: SCOPE }));
    expect(operators).toContainEqual(expect.objectContaining({ subject: 'alice', scope: null }));
  });
});
