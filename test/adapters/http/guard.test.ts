import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { recordDecisions } from '../../../domain/guard/guard-streams.js';
import { MOST_QUESTIONS } from '../../../domain/guard/question.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
  type Person,
} from '../../support/http-authority.js';
import { right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpms = new Map(['h1', 'h2'].map((id) => [id, softwareTpm({ kind: 'rsa', seed: `guard ${id}` })]));
const because = { reason: 'r' };
const workload = { id: 'vm-1', encrypted: true, vtpm: true, firmware: 'efi', secureBoot: true } as const;
const start = (host: string) => ({ ask: 'start', workload, host });
const move = (from: string, to: string) => ({ ask: 'move', workload, from, to });

describe('the guard over HTTP', () => {
  let authority: HttpAuthority;

  const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, as: Person = 'alice') =>
    authority.ask(method, path, { as, ...(body === undefined ? {} : { body }) });
  const asked = (question: unknown, as: Person = 'wendy') => send('POST', '/v1/guard/ask', { question }, as);
  const codes = async (question: unknown) => {
    const { allowed, reasons } = (await asked(question)).json();
    return allowed ? 'yes' : reasons.map(({ code, part }: Record<string, string>) => `${String(part)}:${String(code)}`);
  };
  const advised = async (host: string) =>
    (await send('GET', `/v1/guard/hosts/${host}/advice`, undefined, 'wendy')).json();
  const attested = async (): Promise<void> => {
    for (const [id, tpm] of tpms) expect((await attestOverHttp(authority, id, tpm)).statusCode).toBe(200);
  };

  beforeAll(async () => {
    authority = await openHttpAuthority();
    for (const [id, tpm] of tpms) await certifiedOverHttp(authority, id, tpm);
    await approvedOverHttp(authority, 'good');
    await send('POST', '/v1/clusters', { id: 'c1', kind: 'trusted' });
    await send('POST', '/v1/clusters/c1/enable', because);
    for (const id of tpms.keys()) await send('POST', '/v1/clusters/c1/hosts', { host: id });
    await send('POST', '/v1/hosts', { id: 'bare' });
    await attested();
  });
  afterAll(() => authority.close());

  it('says yes inside the protected area, as of which entry, how fresh, and what it leans on', async () => {
    const reply = await asked(start('h1'));
    expect(reply.statusCode).toBe(200);
    const answer = reply.json();
    expect(answer).toMatchObject({ allowed: true, reasons: [], freshness: { most: 5000 } });
    expect(answer.asOf.index).toBe((await authority.size()) - 1);
    expect(answer.judgedAt).toBe(authority.now.at);
    expect(answer.until > authority.now.at).toBe(true);
    const [relied] = answer.reliedOn;
    const eventAt = async (index: number) => {
      const { event } = (await send('GET', `/v1/events/${String(index)}`, undefined, 'arthur')).json();
      return JSON.parse(Buffer.from(event.bytes, 'base64').toString()).type;
    };
    expect([await eventAt(relied.verdict), await eventAt(relied.joined), await eventAt(relied.clusterState)]).toEqual([
      'HostAttested',
      'HostJoined',
      'ClusterEnabled',
    ]);
  });

  it('answers many questions as of one moment, in their order', async () => {
    const questions = [start('h1'), start('bare'), move('h1', 'h2'), move('bare', 'h1'), start('nobody')];
    const size = await authority.size();
    const { answers, asOf } = (await send('POST', '/v1/guard/ask-many', { questions }, 'wendy')).json();
    expect(answers.map(({ allowed }: { allowed: boolean }) => allowed)).toEqual([true, false, true, false, false]);
    expect(answers[3].reasons).toMatchObject([
      { part: 'source', code: 'VerdictMissing', about: 'bare' },
      { part: 'source', code: 'HostInNoCluster' },
    ]);
    expect(answers[4].reasons).toEqual([{ code: 'HostUnknown', part: 'host', about: 'nobody' }]);
    expect(asOf.index).toBe(size - 1);
  });

  it('takes no more questions than it says, and none that it does not know', async () => {
    const many = (count: number) =>
      send('POST', '/v1/guard/ask-many', { questions: Array.from({ length: count }, () => start('h1')) }, 'wendy');
    expect((await many(MOST_QUESTIONS)).json().answers).toHaveLength(MOST_QUESTIONS);
    expect((await many(MOST_QUESTIONS + 1)).json().code).toBe('InvalidField');
    for (const question of [
      { ...start('h1'), ask: 'stop' },
      { ...start('h1'), force: true },
      { ask: 'start', host: 'h1' },
      start('a/b'),
      { ...start('h1'), workload: { ...workload, firmware: 'uefi' } },
      { ...start('h1'), workload: { ...workload, encrypted: 'false' } },
    ])
      expect((await asked(question)).json().code).toBe('InvalidField');
  });

  it('knows in the next request what was recorded in the one before', async () => {
    await send('POST', '/v1/hosts/h1/quarantine', because);
    expect(await codes(start('h1'))).toEqual(['host:HostQuarantined']);
    expect(await codes(move('h1', 'h2'))).toEqual(['source:HostQuarantined']);
    expect(await codes({ ask: 'restart', workload, cluster: 'c1', from: 'h1', to: 'h2' })).toBe('yes');
    expect(await advised('h1')).toMatchObject({
      protected: false,
      actions: [
        'keep-running',
        'start-nothing',
        'no-new-keys',
        'move-open-workloads',
        'restart-guarded-workloads-elsewhere',
      ],
      elsewhere: { count: 1, first: ['h2'] },
    });
    await send('POST', '/v1/hosts/h1/release', because);
    expect(await codes(start('h1'))).toBe('yes');
    expect(await advised('h1')).toMatchObject({ protected: true, reasons: [], actions: [] });

    await send('POST', '/v1/clusters/c1/disable', because);
    expect(await codes(start('h1'))).toEqual(['host:ClusterDisabled']);
    expect(await codes({ ask: 'storage', cluster: 'c1', host: 'h1' })).toEqual([
      'cluster:ClusterDisabled',
      'host:ClusterDisabled',
    ]);
    await send('POST', '/v1/clusters/c1/enable', because);
    await send('DELETE', '/v1/clusters/c1/hosts/h2', because);
    expect(await codes(move('h1', 'h2'))).toEqual(['target:HostInNoCluster']);
    await send('POST', '/v1/clusters/c1/hosts', { host: 'h2' });
    expect(await codes(move('h1', 'h2'))).toBe('yes');
  });

  it('says no wherever every key would be refused: another policy, evidence grown old', async () => {
    const { policy } = (await send('GET', '/v1/policy')).json();
    const changed = await authority.ask('PUT', '/v1/policy', {
      as: 'alice',
      body: { ...policy, evidenceMaxAgeSeconds: policy.evidenceMaxAgeSeconds - 1 },
      headers: { 'if-match': '*' },
    });
    expect(changed.statusCode).toBe(200);
    expect(await codes(start('h1'))).toEqual(['host:PolicyChanged']);
    await attested();
    const { until } = (await asked(start('h1'))).json();
    authority.now.at = plusSeconds(until, 1);
    expect(await codes(start('h1'))).toEqual(['host:VerdictExpired']);
    expect((await advised('h1')).actions).toEqual(['keep-running', 'start-nothing', 'no-new-keys', 'attest-again']);
    await attested();
    expect(await codes(start('h1'))).toBe('yes');
  });

  it('is asked by those who run workloads, and by nobody who only reads', async () => {
    for (const who of ['arthur', 'kim'] as const)
      expect((await asked(start('h1'), who)).json().code).toBe('RoleNotAllowed');
    expect((await asked(start('h1'), 'alice')).statusCode).toBe(200);
    expect((await advised('nobody')).code).toBe('HostNotEnrolled');
  });

  it('refuses a token from the very next question on after it was taken back', async () => {
    const granted = (await send('POST', '/v1/operators', { subject: 'sched', role: 'workload-administrator' })).json();
    await authority.ask('POST', '/v1/operators/sched/confirm', { as: 'bob', body: {} });
    const headers = { authorization: `Bearer ${String(granted.token)}` };
    const asks = () => authority.ask('POST', '/v1/guard/ask', { headers, body: { question: start('h1') } });
    for (let i = 0; i < 3; i++) expect((await asks()).statusCode).toBe(200);
    expect(
      (await authority.ask('DELETE', '/v1/operators/sched/token', { as: 'alice', body: because })).statusCode,
    ).toBe(200);
    expect((await asks()).json().code).toBe('Unauthenticated');
  });

  it('writes no line into the log for each answer, but one for each request that it did not answer', async () => {
    const lines = () =>
      authority.lines.map((line) => JSON.parse(line)).filter(({ operation }) => operation === 'askGuard');
    const from = lines().length;
    await asked(start('h1'));
    await asked({ ...start('h1'), force: true });
    expect(lines().slice(from)).toMatchObject([
      { level: 20, status: 200 },
      { level: 30, status: 400, code: 'InvalidField' },
    ]);
  });

  const kept = async (query = ''): Promise<ReadonlyArray<Record<string, unknown>>> =>
    (await send('GET', `/v1/guard/decisions${query}`, undefined, 'arthur')).json().decisions;
  const keep = (record: string, as: Person = 'alice') =>
    authority.ask('PUT', '/v1/guard/policy', { as, body: { record, reason: 'said by a test' } });

  it('keeps refusals, and what else its policy says, before it answers', async () => {
    const before = await authority.size();
    const refused = (await asked(start('bare'))).json();
    expect(refused.recorded).toBe(before);
    expect((await asked(start('h1'))).json().recorded).toBeNull();
    expect(await authority.size()).toBe(before + 1);
    const [newest] = await kept();
    expect(newest).toMatchObject({
      entry: before,
      asker: 'wendy',
      question: start('bare'),
      allowed: false,
      reasons: [
        { code: 'VerdictMissing', part: 'host' },
        { code: 'HostInNoCluster', part: 'host' },
      ],
      index: before - 1,
      at: authority.now.at,
    });

    expect((await keep('all')).json()).toMatchObject({ stream: 'guard', events: [{ type: 'GuardPolicyChanged' }] });
    const questions = [start('h1'), start('bare'), start('h2')];
    const { answers } = (await send('POST', '/v1/guard/ask-many', { questions }, 'wendy')).json();
    expect(answers.map(({ recorded }: { recorded: number }) => recorded)).toEqual(Array(3).fill(before + 2));
    await keep('none');
    expect((await asked(start('bare'))).json().recorded).toBeNull();
    expect(await authority.size()).toBe(before + 4);
  });

  it('says whether the key of a workload would come with it, keeps by which provider, and makes it again', async () => {
    await keep('all');
    await send('POST', '/v1/key-providers', { id: 'vault', kind: 'software', serves: ['c1'] });
    await send('PUT', '/v1/key-providers/vault/primary-key', { create: 'k' });
    await send('POST', '/v1/key-providers/vault/observe');
    const needing = { ask: 'start', workload: { ...workload, keyProvider: 'vault' }, host: 'h1' };
    const yes = (await asked(needing)).json();
    expect(yes).toMatchObject({ allowed: true, key: { provider: 'vault', host: 'h1', allowed: true, reasons: [] } });
    const access = (await send('GET', '/v1/key-access?host=h1&provider=vault', undefined, 'kim')).json().access;
    expect(access).toMatchObject([{ allowed: true }]);

    expect((await send('PUT', '/v1/key-providers/vault', { serves: ['elsewhere'] })).statusCode).toBe(200);
    const no = (await asked(needing)).json();
    expect(no).toMatchObject({
      allowed: false,
      reasons: [{ code: 'HostNotServed', part: 'key-provider', about: 'vault' }],
      key: { allowed: false, reasons: ['HostNotServed'] },
    });
    expect(no.key.state).toBeGreaterThan(yes.key.state);
    expect((await asked(start('h1'))).json().key).toBeNull();
    expect((await asked({ ...needing, workload: { ...workload, keyProvider: 'a/b' } })).json().code).toBe(
      'InvalidField',
    );

    const [plain, refused, allowed] = await kept();
    expect([plain?.['keyProvider'], refused?.['keyProvider'], allowed?.['keyProvider']]).toEqual([
      null,
      { provider: 'vault', state: no.key.state },
      { provider: 'vault', state: yes.key.state },
    ]);
    expect((await send('POST', '/v1/replay', {}, 'arthur')).json()).toMatchObject({ differenceCount: 0 });
  });

  it('shows what was kept by workload, host, kind, outcome and time, and as of any moment', async () => {
    await keep('all');
    const other = { ...workload, id: 'vm-2' };
    const questions = [
      { ask: 'start', workload: other, host: 'h1' },
      { ask: 'clone', workload: other, from: 'h1', to: 'bare' },
      { ask: 'storage', cluster: 'c1', host: 'h2' },
    ];
    authority.now.at = plusSeconds(authority.now.at, 7200);
    const { answers } = (await send('POST', '/v1/guard/ask-many', { questions }, 'wendy')).json();
    const { recorded } = answers[0];
    const asks = async (query: string) => (await kept(query)).map(({ question }) => (question as { ask: string }).ask);
    expect(await asks('?workload=vm-2')).toEqual(['clone', 'start']);
    expect(await asks('?workload=vm-2&allowed=no')).toEqual(['clone', 'start']);
    expect(await asks('?host=h2&ask=storage')).toEqual(['storage']);
    expect(await asks(`?from=${authority.now.at}`)).toEqual(['storage', 'clone', 'start']);
    expect((await asks(`?index=${String(recorded - 1)}`)).length).toBeGreaterThan(3);
    expect(await asks(`?index=${String(recorded - 1)}&workload=vm-2`)).toEqual([]);
    expect(await asks('?workload=nothing')).toEqual([]);

    const first = (await send('GET', '/v1/guard/decisions?limit=1', undefined, 'arthur')).json();
    expect(first.decisions).toHaveLength(3);
    expect(first.nextCursor).toMatch(/^guard\/2026-12-01T\d\d:\d+$/);
    const next = (
      await send('GET', `/v1/guard/decisions?cursor=${encodeURIComponent(first.nextCursor)}`, undefined, 'arthur')
    ).json();
    expect(next.nextCursor).toBeNull();
    expect([...first.decisions, ...next.decisions]).toEqual(await kept());
    expect((await send('GET', '/v1/guard/decisions?cursor=guard', undefined, 'arthur')).json().code).toBe(
      'InvalidField',
    );
  });

  it('says which answers are kept, who said so and who was answered, as of any moment', async () => {
    const policy = async (query = '') => (await send('GET', `/v1/guard/policy${query}`, undefined, 'arthur')).json();
    const now = await policy();
    expect(now).toMatchObject({
      record: 'all',
      changed: { by: 'alice', reason: 'said by a test' },
      askers: [{ subject: 'wendy', unrecorded: 0 }],
    });
    expect(await policy(`?index=${String(now.changed.index - 1)}`)).toMatchObject({ record: 'none' });
    expect(await policy('?index=0')).toMatchObject({ record: 'refusals', changed: null, askers: [] });
    expect((await keep('none', 'wendy')).json().code).toBe('RoleNotAllowed');
    expect((await keep('some')).json().code).toBe('InvalidField');
  });

  it('is borne out by the ledger, answer by answer, and an answer that is not is named', async () => {
    const replay = async (body: object = {}) => (await send('POST', '/v1/replay', body, 'arthur')).json();
    const keptNow = await kept('?limit=500');
    const sound = await replay();
    expect(sound).toMatchObject({ decisions: keptNow.length, differenceCount: 0 });
    expect(keptNow.filter(({ allowed }) => allowed === true).length).toBeGreaterThan(1);
    expect((await replay({ host: 'h2' })).decisions).toBeLessThan(sound.decisions);

    const { deps } = authority.opened;
    const index = (await authority.size()) - 1;
    const lie = (host: string, at: number) => ({
      question: { ask: 'start' as const, workload, host },
      allowed: true,
      reasons: [],
      reliedOn: [],
      keyProvider: null,
      index: at,
      at: authority.now.at,
    });
    const by = { subject: 'wendy', role: 'workload-administrator' as const };
    const decisions = [lie('bare', index), lie('nobody', index + 99)];
    right(await recordDecisions(deps)({ by, commandId: randomUUID(), recording: 'all', decisions, unrecorded: 0 })());
    const found = await replay();
    expect(found).toMatchObject({ decisions: keptNow.length + 2, differenceCount: 2 });
    const fields = found.differences.map(
      ({ host, differences }: { host: string; differences: Array<{ field: string }> }) => [
        host,
        differences.map(({ field }) => field.split('.')[0]),
      ],
    );
    expect(fields).toEqual([
      ['bare', ['allowed', 'reasons', 'reasons', 'reliedOn']],
      ['nobody', ['index', 'allowed', 'reasons', 'reliedOn']],
    ]);
  });
});

describe('a guard that may answer from nothing old', () => {
  it('says no to everything once what it knows is older than that, and advises nothing that could not be taken back', async () => {
    // Waiting for the read models takes some time, however little.
    const authority = await openHttpAuthority(undefined, undefined, undefined, { guardMaxStalenessMs: 0 });
    const open = { id: 'vm', encrypted: false, vtpm: false };
    await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'h1' } });
    const question = { ask: 'start', workload: open, host: 'h1' };
    const answer = (await authority.ask('POST', '/v1/guard/ask', { as: 'wendy', body: { question } })).json();
    expect(answer).toMatchObject({
      allowed: false,
      until: null,
      reasons: [{ code: 'AnswerStale', part: 'guard' }],
      freshness: { most: 0 },
    });
    expect(answer.freshness.age).toBeGreaterThan(0);
    const advice = (await authority.ask('GET', '/v1/guard/hosts/h1/advice', { as: 'wendy' })).json();
    expect(advice).toMatchObject({ protected: false, elsewhere: { count: 0 } });
    expect((await authority.ask('POST', '/v1/replay', { as: 'arthur', body: {} })).json()).toMatchObject({
      decisions: 1,
      differenceCount: 0,
    });
    await authority.close();
  }, 120_000);
});
