import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { TEST_POLICY } from '../../support/authority.js';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';

let authority: HttpAuthority;
beforeAll(async () => {
  authority = await openHttpAuthority();
});
afterAll(async () => {
  await authority.close();
  rmSync(dirname(authority.dir), { recursive: true, force: true });
});

const read = async (path: string) => (await authority.ask('GET', path, { as: 'arthur' })).json();

const set = async (policy: object): Promise<number> => {
  const headers = { 'if-match': '*' };
  const reply = await authority.ask('PUT', '/v1/policy', { as: 'alice', body: policy, headers });
  expect(reply.statusCode).toBe(200);
  return reply.json().index;
};

const later = (seconds: number): void => {
  authority.now.at = plusSeconds(authority.now.at, seconds);
};

const A_DAY = 86_400;

describe('the policy and those before it', () => {
  it('are told newest first, each with what it changed of the one before', async () => {
    const first = (await read('/v1/policy/history')).policies;
    expect(first).toMatchObject([{ policy: TEST_POLICY, changed: { by: expect.stringMatching(/^authority:/) } }]);
    later(60);
    const a = await set({ ...TEST_POLICY, evidenceMaxAgeSeconds: 60 });
    later(60);
    const b = await set({ ...TEST_POLICY, evidenceMaxAgeSeconds: 60, modelListMaxAgeDays: 30 });
    const { policies, nextCursor } = await read('/v1/policy/history?limit=2');
    expect(
      policies.map(({ changed, changes }: { changed: { index: number }; changes: unknown }) => [
        changed.index,
        changes,
      ]),
    ).toEqual([
      [b, [{ rule: 'modelListMaxAgeDays', after: 30 }]],
      [a, [{ rule: 'evidenceMaxAgeSeconds', before: TEST_POLICY.evidenceMaxAgeSeconds, after: 60 }]],
    ]);
    expect((await read(`/v1/policy/history?cursor=${String(nextCursor)}`)).policies).toEqual(first);
  });

  it('are compared at any two moments, by index or by instant', async () => {
    const at = authority.now.at;
    later(60);
    const index = await set({ ...TEST_POLICY, requireSecureBoot: !TEST_POLICY.requireSecureBoot });
    const changed = {
      rule: 'requireSecureBoot',
      before: TEST_POLICY.requireSecureBoot,
      after: !TEST_POLICY.requireSecureBoot,
    };
    const { changes, from, to } = await read(`/v1/policy/diff?from=${at}`);
    expect(changes).toContainEqual(changed);
    expect([from.asOf.index, to.changed.index]).toEqual([index - 1, index]);
    expect((await read(`/v1/policy/diff?from=${String(index)}&to=${at}`)).changes).toContainEqual({
      ...changed,
      before: changed.after,
      after: changed.before,
    });
    expect((await read(`/v1/policy/diff?from=${String(index)}`)).changes).toEqual([]);
    expect((await read('/v1/policy/diff?from=0')).changes).not.toEqual([]);
    expect((await read('/v1/policy/diff?from=yesterday')).code).toBe('InvalidField');
    expect((await read('/v1/policy/diff?from=999999')).code).toBe('IndexUnknown');
  });
});

describe('the list of TPM models', () => {
  const listed = async (model: string, asOf: string) => {
    const body = { manufacturer: 'SIM', model, firmwareVersions: ['1.0'], biosVersions: [], asOf };
    expect((await authority.ask('POST', '/v1/tpm-models', { as: 'alice', body })).statusCode).toBe(200);
  };

  it('grows stale by its own date where policy says how old it may be, and says so where people look', async () => {
    await set(DEFAULT_POLICY);
    await listed('old', authority.now.at);
    const before = authority.now.at;
    later(30 * A_DAY);
    await listed('new', authority.now.at);
    expect(await read('/v1/tpm-models')).toMatchObject({ stale: 0, maxAgeDays: null });
    await set({ ...DEFAULT_POLICY, modelListMaxAgeDays: 30 });
    expect(await read('/v1/tpm-models')).toMatchObject({ stale: 0, maxAgeDays: 30 });
    later(1);
    const models = await read('/v1/tpm-models');
    expect(models).toMatchObject({
      stale: 1,
      tpmModels: [
        { model: 'new', stale: false },
        { model: 'old', stale: true },
      ],
    });
    expect(await read('/v1/health')).toMatchObject({ staleTpmModels: 1 });
    expect(await read(`/v1/tpm-models?at=${before}`)).toMatchObject({ stale: 0, maxAgeDays: null });
  });

  it('is no longer stale when a model was looked up again, or taken off', async () => {
    await authority.ask('DELETE', '/v1/tpm-models/SIM/old', { as: 'alice', body: { reason: 'gone' } });
    expect(await read('/v1/tpm-models')).toMatchObject({ stale: 0, tpmModels: [{}, { model: 'old', stale: false }] });
  });
});
