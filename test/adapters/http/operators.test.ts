import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOfToken, newToken } from '../../../adapters/access/tokens.js';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { fromBase64, fromUtf8 } from '../../../domain/encoding/bytes.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';

let authority: HttpAuthority;
beforeEach(async () => {
  authority = await openHttpAuthority();
});
afterEach(() => authority.close());

const trust = 'trust-administrator';
const withKey = (key: string) => ({ 'idempotency-key': key });
const grant = (as: Person, key: string, subject: string, role: string = trust) =>
  authority.ask('POST', '/v1/operators', { as, headers: withKey(key), body: { subject, role } });
const opens = async (token: string | undefined) =>
  (await authority.ask('GET', '/v1/operators', { headers: { authorization: `Bearer ${token ?? ''}` } })).statusCode;

describe('a grant that is sent again', () => {
  it('gives the new name another token, and ends the one before', async () => {
    const key = randomUUID();
    const first = (await grant('alice', key, 'carol')).json();
    const again = (await grant('alice', key, 'carol')).json();
    expect(again.index).toBe(first.index);
    expect([await opens(first.token), await opens(again.token)]).toEqual([401, 200]);
  });

  it('never gives out a token of a name or a role that it did not grant', async () => {
    const key = randomUUID();
    expect((await grant('alice', key, 'carol', 'auditor')).statusCode).toBe(200);
    for (const [subject, role] of [
      ['bob', trust],
      ['carol', trust],
    ] as const) {
      const reply = await grant('alice', key, subject, role);
      expect([subject, reply.statusCode, reply.json().code]).toEqual([subject, 409, 'CommandIdUsed']);
    }
    expect((await grant('bob', key, 'carol', 'auditor')).json().code).toBe('CommandIdUsed');
    expect(await opens(authority.tokens.get('bob'))).toBe(200);
  });

  it('gives no token of a name that has become a person of its own', async () => {
    const key = randomUUID();
    const { token } = (await grant('alice', key, 'carol')).json();
    await authority.ask('POST', '/v1/operators/carol/confirm', { as: 'bob', body: {} });
    expect((await grant('alice', key, 'carol')).json().code).toBe('CommandIdUsed');
    expect(await opens(token)).toBe(200);
  });
});

describe('a token', () => {
  it('of a grant is over when the grant says so', async () => {
    const body = { subject: 'carol', role: 'auditor', tokenLifetimeSeconds: 60 };
    const { token } = (await authority.ask('POST', '/v1/operators', { as: 'alice', body })).json();
    authority.now.at = plusSeconds(authority.now.at, 59);
    expect(await opens(token)).toBe(200);
    authority.now.at = plusSeconds(authority.now.at, 1);
    expect(await opens(token)).toBe(401);
    for (const tokenLifetimeSeconds of [0, 59, -1, 1.5, 1e12, '60']) {
      const wrong = { ...body, subject: 'dora', tokenLifetimeSeconds };
      expect((await authority.ask('POST', '/v1/operators', { as: 'alice', body: wrong })).statusCode).toBe(400);
    }
  });

  it('is replaced by its holder with one that only they know, and never lasts longer for it', async () => {
    const lifetime = { tokenLifetimeSeconds: 60 };
    const body = { subject: 'carol', role: 'auditor', ...lifetime };
    const { token } = (await authority.ask('POST', '/v1/operators', { as: 'alice', body })).json();
    const renew = (held: string, asked: Readonly<Record<string, unknown>>) =>
      authority.ask('PUT', '/v1/whoami/token', { headers: { authorization: `Bearer ${held}` }, body: asked });
    const [own, next] = [newToken(randomBytes), newToken(randomBytes)];
    const digest = (text: string) => digestOfToken(nodeHashing, text);
    expect((await renew(token, { sha256: digest(authority.tokens.get('bob') ?? '') })).json().code).toBe('TokenTaken');
    expect((await renew(token, { sha256: digest(own) })).json().events).toMatchObject([
      { type: 'OperatorTokenIssued' },
    ]);
    expect([await opens(token), await opens(own)]).toEqual([401, 200]);
    expect((await renew(own, { sha256: digest(next), tokenLifetimeSeconds: 3600 })).statusCode).toBe(200);
    authority.now.at = plusSeconds(authority.now.at, 59);
    expect([await opens(own), await opens(next)]).toEqual([401, 200]);
    authority.now.at = plusSeconds(authority.now.at, 1);
    expect(await opens(next)).toBe(401);
    expect((await authority.ask('PUT', '/v1/whoami/token', { as: 'alice', body: { sha256: 'x' } })).statusCode).toBe(
      400,
    );
  });

  it('is revoked by its holder, or by who may take roles away, and by nobody else; the role stays', async () => {
    const { token } = (await grant('alice', randomUUID(), 'carol', 'auditor')).json();
    const revoke = (headers: Readonly<Record<string, string>>, subject: string) =>
      authority.ask('DELETE', `/v1/operators/${subject}/token`, { headers, body: { reason: 'lost' } });
    const holding = (held: string | undefined) => ({ authorization: `Bearer ${held ?? ''}` });
    const wendy = holding(authority.tokens.get('wendy'));
    expect((await revoke(wendy, 'carol')).json().code).toBe('NotYourName');
    expect(await opens(token)).toBe(200);
    expect((await revoke(holding(token), 'carol')).statusCode).toBe(200);
    expect(await opens(token)).toBe(401);
    expect((await revoke(holding(authority.tokens.get('alice')), 'bob')).statusCode).toBe(200);
    expect(await opens(authority.tokens.get('bob'))).toBe(401);
    const { operators } = (await authority.ask('GET', '/v1/operators', { as: 'arthur' })).json();
    expect(operators).toContainEqual(expect.objectContaining({ subject: 'carol', role: 'auditor', token: null }));
  });

  it('is in the ledger by its digest alone, which opens nothing, and in no bundle of a host', async () => {
    const token: string = (await grant('alice', randomUUID(), 'carol', 'auditor')).json().token;
    await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'web-1' } });
    const { events } = (await authority.ask('GET', '/v1/events?stream=access', { as: 'arthur' })).json();
    const texts: ReadonlyArray<string> = events.map(({ bytes }: { bytes: string }) => fromUtf8(fromBase64(bytes)));
    const digest = digestOfToken(nodeHashing, token);
    expect(texts.filter((text) => text.includes(digest))).toHaveLength(1);
    expect(texts.filter((text) => text.includes(token))).toEqual([]);
    for (const offered of [digest, `sekisho_${digest}`, `sekisho_${digest.slice(0, 43)}`])
      expect([offered, await opens(offered)]).toEqual([offered, 401]);
    const bundle = await authority.ask('GET', '/v1/hosts/web-1/bundle', { as: 'arthur' });
    expect([bundle.statusCode, bundle.body.includes('web-1')]).toEqual([200, true]);
    const strings: Array<string> = [];
    JSON.parse(bundle.body, (_, value: unknown) => {
      if (typeof value === 'string') strings.push(value);
      return value;
    });
    const read = [bundle.body, ...strings.map((text) => Buffer.from(text, 'base64').toString('latin1'))].join('\n');
    expect(read).toContain('HostEnrolled');
    expect([read.includes('OperatorTokenIssued'), read.includes(digest)]).toEqual([false, false]);
  });
});

describe('a withdrawal that is sent again', () => {
  it('ends the token of nobody else', async () => {
    const key = randomUUID();
    await grant('alice', randomUUID(), 'carol');
    const withdraw = (subject: string) =>
      authority.ask('DELETE', `/v1/operators/${subject}`, {
        as: 'alice',
        headers: withKey(key),
        body: { reason: 'r' },
      });
    expect((await withdraw('carol')).statusCode).toBe(200);
    expect((await withdraw('bob')).json().code).toBe('CommandIdUsed');
    expect(await opens(authority.tokens.get('bob'))).toBe(200);
  });
});
