import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { newToken } from '../../../adapters/access/tokens.js';
import { makeHostGate } from '../../../adapters/http/host-gate.js';
import { MOST_BODY_BYTES } from '../../../adapters/http/json-body.js';
import { NoBody, Nothing, route } from '../../../adapters/http/route.js';
import { makeServer } from '../../../adapters/http/server.js';
import { systemRandom } from '../../../adapters/system.js';
import { makeMetrics } from '../../../adapters/telemetry/metrics.js';
import { closed } from '../../../domain/encoding/closed.js';
import { Base64UpTo, Text } from '../../../domain/encoding/primitives.js';

const token = newToken(systemRandom.bytes);
const auditor = newToken(systemRandom.bytes);

const body = closed({ evidence: closed({ quote: Base64UpTo(4096) }, 'Evidence'), note: Text(32) }, 'Body');

const routes = [
  route({
    method: 'GET',
    path: '/v1/hosts/{id}',
    operation: 'showHost',
    summary: 'A host.',
    params: closed({ id: Text(64) }, 'HostPath'),
    query: Nothing,
    body: NoBody,
    answer: closed({ id: t.string }, 'Host'),
    handle: ({ params }) => TE.right({ body: { id: params.id } }),
  }),
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/attestations',
    operation: 'attestHost',
    summary: 'Attest.',
    params: closed({ id: Text(64) }, 'HostPath'),
    query: Nothing,
    body,
    answer: closed({ ok: t.boolean }, 'Done'),
    handle: () => TE.right({ body: { ok: true } }),
  }),
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/quarantine',
    operation: 'quarantineHost',
    summary: 'Quarantine.',
    params: closed({ id: Text(64) }, 'HostPath'),
    query: Nothing,
    body: closed({ note: Text(32) }, 'Quarantine'),
    answer: closed({ command: t.string }, 'Done'),
    handle: ({ commandId }) => TE.right({ body: { command: commandId } }),
  }),
  route({
    method: 'GET',
    path: '/v1/health',
    operation: 'health',
    summary: 'Fails on purpose.',
    params: Nothing,
    query: Nothing,
    body: NoBody,
    answer: Nothing,
    handle: () => () => Promise.reject(new Error('secret-in-message')),
  }),
];

const start = () => {
  const lines: Array<string> = [];
  const metrics = makeMetrics();
  const app = makeServer({
    routes,
    metrics,
    access: {
      authenticate: ({ token: given }) =>
        Promise.resolve(
          given === token
            ? E.right({ subject: 'trust-admin-1', role: 'trust-administrator' as const, scope: null })
            : given === auditor
              ? E.right({ subject: 'auditor-1', role: 'auditor' as const, scope: null })
              : E.left({ _tag: 'Unauthenticated' as const }),
        ),
      gate: makeHostGate(
        {
          perAddress: { rate: 1, burst: 3 },
          refusedPerAddressAndHost: { rate: 1, burst: 3 },
          refusedPerHost: { rate: 1, burst: 3 },
        },
        () => 0,
      ),
    },
    log: { level: 'info', stream: { write: (line) => lines.push(line) } },
  });
  return { app, lines, metrics };
};

const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
const json = { 'content-type': 'application/json' };

let server: ReturnType<typeof start>;
beforeEach(() => {
  server = start();
});

const attest = (payload: string | Buffer, headers: Record<string, string> = json) =>
  server.app.inject({ method: 'POST', url: '/v1/hosts/h1/attestations', payload, headers });

describe('the HTTP frame', () => {
  it('answers a known token with JSON that nobody may cache', async () => {
    const reply = await server.app.inject({ method: 'GET', url: '/v1/hosts/h1', headers: bearer(token) });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ id: 'h1' });
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.headers['x-content-type-options']).toBe('nosniff');
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['no token', {}],
    ['an unknown token', bearer(newToken(systemRandom.bytes))],
    ['another scheme', { authorization: `Basic ${token}` }],
    ['a token of absurd length', bearer('a'.repeat(5000))],
  ])('refuses %s with 401', async (_, headers) => {
    const reply = await server.app.inject({ method: 'GET', url: '/v1/hosts/h1', headers });
    expect(reply.statusCode).toBe(401);
    expect(reply.json()).toMatchObject({ code: 'Unauthenticated', status: 401 });
    expect(reply.headers['www-authenticate']).toContain('Bearer');
    expect(reply.headers['content-type']).toContain('application/problem+json');
  });

  it('refuses a role that may not, before reading the body', async () => {
    const reply = await server.app.inject({
      method: 'POST',
      url: '/v1/hosts/h1/quarantine',
      headers: { ...bearer(auditor), ...json },
      payload: '{ not json',
    });
    expect(reply.statusCode).toBe(403);
    expect(reply.json().code).toBe('RoleNotAllowed');
  });

  it.each([
    ['malformed JSON', '{"note": }', 400, 'MalformedJson', '(document)'],
    ['a key given twice', '{"note":"a","note":"b"}', 400, 'MalformedJson', '(document)'],
    ['no body', '', 400, 'BodyMissing', undefined],
    ['an unknown field', '{"evidence":{"quote":"AAAA"},"note":"a","more":1}', 400, 'InvalidField', 'more'],
    ['base64 that is none', '{"evidence":{"quote":"AA*A"},"note":"a"}', 400, 'InvalidField', 'evidence.quote'],
    ['a field of another type', '{"evidence":{"quote":"AAAA"},"note":1}', 400, 'InvalidField', 'note'],
  ])('refuses %s with one clear problem', async (_, payload, status, code, field) => {
    const reply = await attest(payload);
    expect(reply.statusCode).toBe(status);
    expect(reply.json().code).toBe(code);
    expect(reply.json().faults?.[0].field).toBe(field);
  });

  it('refuses a body that is not UTF-8', async () => {
    const reply = await attest(Buffer.from([0x22, 0xff, 0x22]));
    expect(reply.json().code).toBe('BodyNotUtf8');
  });

  it('refuses a body over the limit with 413 and says the limit', async () => {
    const reply = await attest(`{"note":"${'a'.repeat(MOST_BODY_BYTES)}"}`);
    expect(reply.statusCode).toBe(413);
    expect(reply.json().code).toBe('BodyTooLarge');
    expect(reply.json().detail).toContain(String(MOST_BODY_BYTES));
  });

  it('refuses another media type with 415', async () => {
    const reply = await attest('<xml/>', { 'content-type': 'text/xml' });
    expect(reply.statusCode).toBe(415);
  });

  it('refuses an idempotency key that is no UUID', async () => {
    const reply = await server.app.inject({
      method: 'POST',
      url: '/v1/hosts/h1/quarantine',
      headers: { ...bearer(token), ...json, 'idempotency-key': 'again' },
      payload: '{"note":"x"}',
    });
    expect(reply.statusCode).toBe(400);
    expect(reply.json().faults[0].field).toBe('Idempotency-Key');
  });

  it('passes an idempotency key on as the command id', async () => {
    const id = '6f1b2c52-97b5-4c0a-8d7e-0d1f2a3b4c5d';
    const reply = await server.app.inject({
      method: 'POST',
      url: '/v1/hosts/h1/quarantine',
      headers: { ...bearer(token), ...json, 'idempotency-key': id },
      payload: '{"note":"x"}',
    });
    expect(reply.json()).toEqual({ command: id });
  });

  it('holds one address back after its burst, with Retry-After', async () => {
    const payload = '{"evidence":{"quote":"AAAA"},"note":"a"}';
    for (let i = 0; i < 3; i++) expect((await attest(payload)).statusCode).toBe(200);
    const reply = await attest(payload);
    expect(reply.statusCode).toBe(429);
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('answers an unknown path and a path that can not be decoded with problems', async () => {
    const unknown = await server.app.inject({ method: 'GET', url: '/v2/nothing' });
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'RouteUnknown']);
    const bad = await server.app.inject({ method: 'GET', url: '/v1/hosts/%E0%A4%A', headers: bearer(token) });
    expect([bad.statusCode, bad.json().code]).toEqual([400, 'RequestMalformed']);
  });

  it('logs neither bodies, tokens, queries nor messages of errors', async () => {
    await attest('{"evidence":{"quote":"c2VjcmV0"},"note":"secret-note"}');
    await server.app.inject({ method: 'GET', url: '/v1/hosts/h1?token=secret-query', headers: bearer(token) });
    const failed = await server.app.inject({ method: 'GET', url: '/v1/health' });
    expect(failed.statusCode).toBe(500);
    const log = server.lines.join('');
    expect(log).toContain('"path":"/v1/hosts/h1"');
    expect(log).toContain('unexpected failure');
    for (const secret of [token, 'secret', 'c2VjcmV0', '?']) expect(log).not.toContain(secret);
    expect(failed.body).not.toContain('secret');
  });

  it('counts refusals by code', async () => {
    await attest('');
    expect(server.metrics.exposition()).toContain('sekisho_refusals_total{code="BodyMissing"} 1');
  });
});
