import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
