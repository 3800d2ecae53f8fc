import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64, toHex, utf8 } from '../../../domain/encoding/bytes.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { BAD_BOOT, imageOf } from '../../support/authority.js';
import { keyDigest } from '../../support/forged-evidence.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  challengeFor,
  evidenceFor,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { softwareTpm } from '../../support/software-tpm.js';

let authority: HttpAuthority;
const tpm = softwareTpm({ kind: 'rsa', seed: 'routes' });

beforeAll(async () => {
  authority = await openHttpAuthority();
  await approvedOverHttp(authority, 'image-1');
  await certifiedOverHttp(authority, 'web-1', tpm);
});
afterAll(async () => {
  await authority.close();
  rmSync(dirname(authority.dir), { recursive: true });
});

const get = (url: string, as: 'alice' | 'bob' | 'wendy' | 'arthur' = 'arthur') => authority.ask('GET', url, { as });

/** Runs a request that must be refused, and makes sure that nothing was written. */
const refused = async (
  work: () => ReturnType<HttpAuthority['ask']>,
): Promise<{ status: number; code: string; fields: ReadonlyArray<string> }> => {
  const before = await authority.size();
  const reply = await work();
  expect(reply.headers['content-type']).toContain('application/problem+json');
  expect(await authority.size()).toBe(before);
  const { code, faults = [] } = reply.json<{ code: string; faults?: ReadonlyArray<{ field: string }> }>();
  return { status: reply.statusCode, code, fields: faults.map(({ field }) => field) };
};

describe('attesting over HTTP', () => {
  it('answers good evidence with an affirming verdict that is in the ledger', async () => {
    const before = await authority.size();
    const reply = await attestOverHttp(authority, 'web-1', tpm);
    expect(reply.json()).toMatchObject({
      verdict: 'affirming',
      reasons: [],
      image: { version: 'image-1' },
      index: before,
    });
    expect(await authority.size()).toBe(before + 1);
    expect((await get('/v1/hosts/web-1')).json()).toMatchObject({
      asOf: { index: before },
      host: { state: 'trusted' },
    });
  });

  it('answers bad evidence of the host itself with 200, a contraindicated verdict and its reasons', async () => {
    const reply = await attestOverHttp(authority, 'web-1', tpm, BAD_BOOT);
    expect(reply.statusCode).toBe(200);
    expect(reply.json().verdict).toBe('contraindicated');
    expect(reply.json().reasons.map(({ code }: { code: string }) => code)).toContain('CommandLineNotAllowed');
    expect((await get('/v1/hosts/web-1')).json().host).toMatchObject({
      state: 'refused',
      reasons: ['CommandLineNotAllowed'],
    });
    await attestOverHttp(authority, 'web-1', tpm);
    const { events } = (await get('/v1/hosts/web-1/history?limit=2')).json();
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['HostAttested', 'AttestationRefused']);
  });

  it('takes a challenge once', async () => {
    const nonce = await challengeFor(authority, 'web-1', tpm);
    authority.now.at = plusSeconds(authority.now.at, 1);
    const body = evidenceFor(nonce, tpm, authority.now.at);
    expect((await authority.ask('POST', '/v1/hosts/web-1/attestations', { body })).statusCode).toBe(200);
    expect(await refused(() => authority.ask('POST', '/v1/hosts/web-1/attestations', { body }))).toMatchObject({
      status: 409,
      code: 'ChallengeUsed',
    });
  });

  it('refuses a challenge that is too old', async () => {
    const nonce = await challengeFor(authority, 'web-1', tpm);
    authority.now.at = plusSeconds(authority.now.at, 121);
    const body = evidenceFor(nonce, tpm, authority.now.at);
    expect(await refused(() => authority.ask('POST', '/v1/hosts/web-1/attestations', { body }))).toMatchObject({
      status: 409,
      code: 'ChallengeExpired',
    });
  });

  it('refuses a nonce that it never gave, and a quote of another key', async () => {
    const made = evidenceFor('00'.repeat(56), tpm, authority.now.at);
    expect(await refused(() => authority.ask('POST', '/v1/hosts/web-1/attestations', { body: made }))).toMatchObject({
      status: 403,
      code: 'ChallengeForged',
    });
    const nonce = await challengeFor(authority, 'web-1', tpm);
    const foreign = evidenceFor(nonce, softwareTpm({ kind: 'rsa', seed: 'stranger' }), authority.now.at);
    expect(await refused(() => authority.ask('POST', '/v1/hosts/web-1/attestations', { body: foreign }))).toMatchObject(
      {
        status: 403,
        code: 'EvidenceNotHostsOwn',
      },
    );
  });

  it.each([
    ['quote', { quote: 'AAA*' }],
    ['signature', { signature: 7 }],
    ['eventLog', { eventLog: 'A' }],
    ['pcrs', { pcrs: { sha256: { 99: '00' } } }],
    ['nonce', { nonce: 'XY' }],
  ])('names the field %s when it is malformed', async (field, change) => {
    const nonce = await challengeFor(authority, 'web-1', tpm);
    const body = { ...evidenceFor(nonce, tpm, authority.now.at), ...change };
    const { status, code, fields } = await refused(() =>
      authority.ask('POST', '/v1/hosts/web-1/attestations', { body }),
    );
    expect([status, code, fields[0]]).toEqual([400, 'InvalidField', field]);
  });

  it('refuses evidence over one MiB', async () => {
    const raw = JSON.stringify({ eventLog: 'A'.repeat(1_048_576) });
    expect(await refused(() => authority.ask('POST', '/v1/hosts/web-1/attestations', { raw }))).toMatchObject({
      status: 413,
      code: 'BodyTooLarge',
    });
  });

  it('refuses a key given twice, before it could mean two things', async () => {
    const raw = '{"akName":"00","akName":"11"}';
    expect(await refused(() => authority.ask('POST', '/v1/hosts/web-1/challenges', { raw }))).toMatchObject({
      status: 400,
      code: 'MalformedJson',
    });
  });

  it('knows neither challenges nor verdicts of a host that is not enrolled', async () => {
    const body = { akName: toHex(tpm.akName) };
    const ask = () => authority.ask('POST', '/v1/hosts/nobody/challenges', { body });
    expect(await refused(ask)).toMatchObject({ status: 404, code: 'HostNotEnrolled' });
    for (const url of ['/v1/hosts/nobody', '/v1/hosts/nobody/history', '/v1/hosts/nobody/verdicts/latest']) {
      expect(await refused(() => get(url))).toMatchObject({ status: 404, code: 'HostNotEnrolled' });
    }
  });

  it('certifies no key of an endorsement key that policy does not trust', async () => {
    await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'odd' } });
    const other = softwareTpm({ kind: 'rsa', seed: 'stranger' });
    const body = { ekPublic: toBase64(other.ekPublic), akPublic: toBase64(other.akPublic) };
    expect(
      await refused(() => authority.ask('POST', '/v1/hosts/odd/attestation-key/challenges', { body })),
    ).toMatchObject({
      status: 403,
      code: 'EndorsementKeyNotTrusted',
    });
    const forged = { activation: 'x'.repeat(40), secret: 'AAAA' };
    expect(await refused(() => authority.ask('POST', '/v1/hosts/odd/attestation-key', { body: forged }))).toMatchObject(
      {
        status: 403,
        code: 'ActivationForged',
      },
    );
  });
});

describe('reading over HTTP', () => {
  it('explains the newest verdict down to who approved its image', async () => {
    await attestOverHttp(authority, 'web-1', tpm);
    const answer = (await get('/v1/hosts/web-1/verdicts/latest')).json();
    expect(answer).toMatchObject({
      host: 'web-1',
      verdict: { verdict: 'affirming', grade: 'challenged' },
      image: { version: 'image-1', proposed: { by: 'alice' }, approved: { by: 'bob' } },
      findings: [],
    });
    expect(answer.claims.claims.akName).toBe(toHex(tpm.akName));
    const byRevision = (await get(`/v1/hosts/web-1/verdicts/${String(answer.verdict.revision)}`)).json();
    expect(byRevision.verdict.index).toBe(answer.verdict.index);
    expect((await get(`/v1/evidence/${answer.evidence.evidence}`)).statusCode).toBe(200);
  });

  it('tells the state of a host as of an index and as of a time', async () => {
    const { host } = (await get('/v1/hosts/web-1')).json();
    const before = host.enrolled.index;
    expect((await get(`/v1/hosts/web-1?index=${String(before)}`)).json()).toMatchObject({
      asOf: { index: before },
      host: { state: 'enrolled' },
    });
    expect((await get(`/v1/hosts/web-1?at=${host.enrolled.time}`)).json().host.verdict).toBeNull();
    const later = plusSeconds(authority.now.at, 7200);
    expect((await get(`/v1/hosts/web-1?at=${later}`)).json().host).toMatchObject({
      state: 'stale',
      reasons: ['EvidenceStale'],
    });
  });

  it('refuses a moment that is two, no instant, or not there yet', async () => {
    const both = await refused(() => get(`/v1/hosts/web-1?index=1&at=${authority.now.at}`));
    expect([both.status, both.code]).toEqual([400, 'InvalidField']);
    const tuesday = await refused(() => get('/v1/hosts/web-1?at=tuesday'));
    expect([tuesday.status, tuesday.fields]).toEqual([400, ['at']]);
    expect(await refused(() => get('/v1/hosts/web-1?index=999999'))).toMatchObject({
      status: 404,
      code: 'IndexUnknown',
    });
  });

  it('pages through hosts and through a history', async () => {
    const first = (await get('/v1/hosts?limit=1')).json();
    expect(first.hosts).toHaveLength(1);
    const second = (await get(`/v1/hosts?limit=1&cursor=${String(first.nextCursor)}`)).json();
    expect(second.hosts[0].id).not.toBe(first.hosts[0].id);
    const newest = (await get('/v1/hosts/web-1/history?limit=2')).json();
    expect(newest.events).toHaveLength(2);
    const older = (await get(`/v1/hosts/web-1/history?limit=500&cursor=${String(newest.nextCursor)}`)).json();
    expect(older.events[0].revision).toBe(newest.events[1].revision - 1);
    expect(older.events.at(-1)).toMatchObject({ type: 'HostEnrolled', revision: 0, actor: { subject: 'wendy' } });
    expect(older.nextCursor).toBeNull();
  });

  it('shows entries as they were signed', async () => {
    const page = (await get('/v1/events?from=0&limit=3')).json();
    expect(page.events.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
    const founded = JSON.parse(Buffer.from(page.events[0].bytes, 'base64').toString());
    expect(founded).toMatchObject({ stream: 'authority', type: 'AuthorityFounded' });
    expect((await get('/v1/events/0')).json().event).toEqual(page.events[0]);
    const ofStream = (await get('/v1/events?stream=host/web-1&limit=1')).json();
    expect(ofStream.events[0]).toMatchObject({ stream: 'host/web-1', revision: 0 });
  });

  it.each([
    ['/v1/authority', 'name', 'Test'],
    ['/v1/base-images', 'images', undefined],
    ['/v1/base-images/image-1', 'hosts', ['web-1']],
    ['/v1/tpm-cas', 'tpmCas', []],
    ['/v1/endorsement-keys', 'endorsementKeys', undefined],
    ['/v1/tpm-models', 'tpmModels', []],
    ['/v1/operators', 'operators', undefined],
    ['/v1/policy', 'revision', 0],
    ['/v1/health', 'status', 'ok'],
  ])('answers %s', async (url, field, value) => {
    const reply = await get(url);
    expect(reply.statusCode).toBe(200);
    const answer = reply.json();
    if (value === undefined) expect(answer[field].length).toBeGreaterThan(0);
    else expect(answer[field]).toEqual(value);
  });

  it('makes all verdicts again without a difference, and finds the ledger whole', async () => {
    const replayed = (await authority.ask('POST', '/v1/replay', { as: 'arthur', body: {} })).json();
    expect(replayed.checked).toBeGreaterThan(3);
    expect(replayed).toMatchObject({ differenceCount: 0, differences: [] });
    const verified = (await authority.ask('POST', '/v1/verify', { as: 'arthur' })).json();
    expect(verified).toMatchObject({ size: await authority.size(), faultCount: 0, faults: [] });
  });

  it('counts verdicts, refusals and appends', async () => {
    const { body } = await authority.ask('GET', '/metrics');
    expect(body).toMatch(/sekisho_verdicts_total\{verdict="affirming"\} \d/);
    expect(body).toMatch(/sekisho_refusals_total\{code="ChallengeForged"\} \d/);
    expect(body).toMatch(/sekisho_appends_total \d/);
  });
});

describe('commands over HTTP', () => {
  it('record once however often they are sent with the same idempotency key', async () => {
    const headers = { 'idempotency-key': '0b8f3f0e-6a0a-4f57-9d53-7c2b9f0a1c2d' };
    const send = () => authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'once' }, headers });
    const first = (await send()).json();
    const before = await authority.size();
    expect((await send()).json()).toEqual(first);
    expect(await authority.size()).toBe(before);
    const again = () => authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'once' } });
    expect(await refused(again)).toMatchObject({ status: 409, code: 'HostAlreadyEnrolled' });
  });

  it('quarantine, release and retire a host', async () => {
    await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'moved' } });
    const body = { reason: 'suspicious' };
    const act = (action: string) => authority.ask('POST', `/v1/hosts/moved/${action}`, { as: 'alice', body });
    expect((await act('quarantine')).json().events).toMatchObject([{ type: 'HostQuarantined' }]);
    expect((await get('/v1/hosts/moved')).json().host).toMatchObject({ state: 'quarantined', quarantine: body });
    expect(await refused(() => act('quarantine'))).toMatchObject({ status: 409, code: 'HostAlreadyQuarantined' });
    expect((await act('release')).statusCode).toBe(200);
    expect((await act('retire')).statusCode).toBe(200);
    expect((await get('/v1/hosts/moved')).json().host.state).toBe('retired');
    expect((await get('/v1/hosts?state=retired')).json().hosts).toHaveLength(1);
  });

  it('let nobody approve an own image, and approve only the document that was read', async () => {
    const image = imageOf('image-2');
    await authority.ask('POST', '/v1/base-images', { as: 'alice', body: { image } });
    const approve = (as: 'alice' | 'bob', body: unknown) =>
      authority.ask('POST', '/v1/base-images/image-2/approve', { as, body });
    expect(await refused(() => approve('alice', {}))).toMatchObject({ status: 403, code: 'SameOperator' });
    const other = { digest: '00'.repeat(32) };
    expect(await refused(() => approve('bob', other))).toMatchObject({ status: 409, code: 'DigestMismatch' });
    const { digest } = (await get('/v1/base-images/image-2')).json().image;
    expect((await approve('bob', { digest })).statusCode).toBe(200);
    const withdraw = { as: 'alice', body: { reason: 'mistake' } } as const;
    expect((await authority.ask('POST', '/v1/base-images/image-2/withdraw', withdraw)).statusCode).toBe(200);
    expect((await get('/v1/base-images/image-2')).json().image).toMatchObject({
      status: 'withdrawn',
      withdrawn: { by: 'alice' },
    });
  });

  it('change the policy only from the version that was read', async () => {
    const read = await get('/v1/policy', 'alice');
    const { policy } = read.json();
    const put = (headers: Record<string, string>) =>
      authority.ask('PUT', '/v1/policy', { as: 'alice', body: { ...policy, tokenLifetimeSeconds: 301 }, headers });
    expect(await refused(() => put({}))).toMatchObject({ status: 428, code: 'PreconditionMissing' });
    expect(await refused(() => put({ 'if-match': 'W/"x"' }))).toMatchObject({ status: 400, fields: ['If-Match'] });
    expect((await put({ 'if-match': String(read.headers.etag) })).statusCode).toBe(200);
    expect(await refused(() => put({ 'if-match': String(read.headers.etag) }))).toMatchObject({
      status: 412,
      code: 'PreconditionFailed',
    });
    expect((await get('/v1/policy')).json().policy.tokenLifetimeSeconds).toBe(301);
  });

  it('list and unlist TPM models, endorsement keys and CAs', async () => {
    const asOf = authority.now.at;
    const model = { manufacturer: 'id:1', model: 'm', firmwareVersions: ['1'], biosVersions: [], asOf };
    expect((await authority.ask('POST', '/v1/tpm-models', { as: 'alice', body: model })).statusCode).toBe(200);
    const reason = { as: 'alice', body: { reason: 'old' } } as const;
    expect((await authority.ask('DELETE', '/v1/tpm-models/id:1/m', reason)).statusCode).toBe(200);
    expect((await get('/v1/tpm-models')).json().tpmModels[0].delisted).toMatchObject({ by: 'alice', reason: 'old' });
    const { publicKey } = { publicKey: softwareTpm({ kind: 'ecc', seed: 'listed' }) };
    const body = { name: 'spare', publicKeyDigest: keyDigest(publicKey.ekPublic) };
    expect((await authority.ask('POST', '/v1/endorsement-keys', { as: 'bob', body })).statusCode).toBe(200);
    expect((await authority.ask('DELETE', '/v1/endorsement-keys/spare', reason)).statusCode).toBe(200);
    const twoForms = { ...body, name: 'two', certificate: '-----BEGIN CERTIFICATE-----' };
    expect(
      await refused(() => authority.ask('POST', '/v1/endorsement-keys', { as: 'bob', body: twoForms })),
    ).toMatchObject({ status: 400 });
    const noPem = { name: 'ca', chain: '-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----' };
    expect(await refused(() => authority.ask('POST', '/v1/tpm-cas', { as: 'alice', body: noPem }))).toMatchObject({
      status: 422,
      code: 'CertificateUnreadable',
    });
    expect(await refused(() => authority.ask('DELETE', '/v1/tpm-cas/none', reason))).toMatchObject({
      status: 404,
      code: 'ReferenceUnknown',
    });
  });

  it('grant a token that works, and withdraw it', async () => {
    const granted = (
      await authority.ask('POST', '/v1/operators', { as: 'alice', body: { subject: 'dora', role: 'auditor' } })
    ).json();
    const asDora = () => authority.ask('GET', '/v1/events', { headers: { authorization: `Bearer ${granted.token}` } });
    expect((await asDora()).statusCode).toBe(200);
    await authority.ask('DELETE', '/v1/operators/dora', { as: 'alice', body: { reason: 'left' } });
    expect((await asDora()).statusCode).toBe(401);
    expect((await get('/v1/events')).body).not.toContain(granted.token);
  });

  it('take a relayed report for what it is', async () => {
    const report = toBase64(utf8('<returnval><tpmLogReliable>false</tpmLogReliable></returnval>'));
    const send = (value: string) =>
      authority.ask('POST', '/v1/hosts/web-1/relayed-reports', { as: 'wendy', body: { report: value } });
    const broken = await refused(() => send(toBase64(utf8('<a><b></a>'))));
    expect([broken.status, broken.fields]).toEqual([400, ['report']]);
    const state = (await get('/v1/hosts/web-1')).json().host.state;
    await send(report);
    expect((await get('/v1/hosts/web-1')).json().host.state).toBe(state);
  });

  it('are all described by OpenAPI 3.1', async () => {
    const document = (await authority.ask('GET', '/v1/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    const attest = document.paths['/v1/hosts/{id}/attestations'].post;
    expect(attest.requestBody.content['application/json'].schema).toMatchObject({
      additionalProperties: false,
      required: ['nonce', 'quote', 'signature', 'pcrs', 'eventLog'],
    });
    expect(attest.security).toEqual([]);
  });
});

describe('the log', () => {
  it('has no evidence, token, body or secret in it', () => {
    const log = authority.lines.join('');
    expect(log).toContain('"operation":"attestHost"');
    for (const token of authority.tokens.values()) expect(log).not.toContain(token);
    for (const word of ['eventLog', 'signature', 'sekisho_', 'suspicious', toBase64(tpm.akPublic).slice(0, 40)]) {
      expect(log).not.toContain(word);
    }
  });
});
