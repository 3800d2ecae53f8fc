import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { MOST_QUESTIONS } from '../../../domain/guard/question.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
  type Person,
} from '../../support/http-authority.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpms = new Map(['h1', 'h2'].map((id) => [id, softwareTpm({ kind: 'rsa', seed: `guard ${id}` })]));
const because = { reason: 'r' };
const workload = { id: 'vm-1', encrypted: true, vtpm: true, firmware: 'efi', secureBoot: true };
const start = (host: string) => ({ ask: 'start', workload, host });
const move = (from: string, to: string) => ({ ask: 'move', workload, from, to });

describe('the guard over HTTP', () => {
  let authority: HttpAuthority;

  const send = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, as: Person = 'alice') =>
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
    const { answers, asOf } = (await send('POST', '/v1/guard/ask-many', { questions }, 'wendy')).json();
    expect(answers.map(({ allowed }: { allowed: boolean }) => allowed)).toEqual([true, false, true, false, false]);
    expect(answers[3].reasons).toMatchObject([
      { part: 'source', code: 'VerdictMissing', about: 'bare' },
      { part: 'source', code: 'HostInNoCluster' },
    ]);
    expect(answers[4].reasons).toEqual([{ code: 'HostUnknown', part: 'host', about: 'nobody' }]);
    expect(asOf.index).toBe((await authority.size()) - 1);
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
});
