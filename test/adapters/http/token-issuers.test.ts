import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { imageOf } from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';
import { type OidcIssuer, oidcIssuer } from '../../support/oidc-issuer.js';

const AUDIENCE = 'urn:sekisho:test';
const ROLES = [
  { claim: '/access/groups', value: 'gate', role: 'trust-administrator' },
  { claim: 'department', value: 'audit', role: 'auditor' },
];
const gate = { access: { groups: ['staff', 'gate'] } };

let authority: HttpAuthority;
let provider: OidcIssuer;

beforeAll(async () => {
  authority = await openHttpAuthority();
  provider = await oidcIssuer({
    ann: { ...gate, employee: 'e-1' },
    'ann-too': { ...gate, employee: 'e-1' },
    ben: { ...gate, employee: 'e-2' },
    ada: { department: 'audit', employee: 'e-3' },
    guest: { access: { groups: ['staff'] }, employee: 'e-4' },
    nobody: gate,
  });
});
afterAll(async () => {
  await provider.close();
  await authority.close();
});
beforeEach(async () => {
  // The provider's clock is the real one.
  authority.now.at = new Date().toISOString();
  await authority.ask('DELETE', '/v1/token-issuers/corp', { as: 'alice', body: { reason: 'test' } });
});

let versions = 0;
const newVersion = () => `image-${String(++versions)}`;

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const trust = (more: Readonly<Record<string, unknown>> = {}, as: Person = 'alice') =>
  authority.ask('PUT', '/v1/token-issuers/corp', {
    as,
    body: { issuer: provider.url, audience: AUDIENCE, roles: ROLES, personClaim: 'employee', ...more },
  });
const confirm = (as: Person) => authority.ask('POST', '/v1/token-issuers/corp/confirm', { as, body: {} });
const whoami = (token: string) => authority.ask('GET', '/v1/whoami', bearer(token));
const events = () => eventsOf(authority.opened.deps.store);
const propose = (token: string, version: string) =>
  authority.ask('POST', '/v1/base-images', { ...bearer(token), body: { image: imageOf(version) } });
const approve = (token: string, version: string) =>
  authority.ask('POST', `/v1/base-images/${version}/approve`, { ...bearer(token), body: {} });

describe('a token of a trusted issuer', () => {
  it('lets its holder in as what the rules give, and every event says who it was', async () => {
    await trust();
    const ann = await provider.tokenOf('ann');
    expect((await whoami(ann)).json()).toMatchObject({
      subject: 'corp:ann',
      role: 'trust-administrator',
      via: 'issuer',
      person: null,
    });
    expect((await propose(ann, newVersion())).statusCode).toBe(200);
    expect((await events()).slice(-2)).toMatchObject([
      {
        actor: { subject: 'corp:ann', role: 'trust-administrator' },
        event: {
          type: 'IdentityIntroduced',
          data: { subject: 'corp:ann', issuer: 'corp', person: 'e-1', role: 'trust-administrator' },
        },
      },
      { actor: { subject: 'corp:ann', role: 'trust-administrator' }, event: { type: 'BaseImageProposed' } },
    ]);
    const { tokenIssuers, identities } = (await authority.ask('GET', '/v1/token-issuers', { as: 'arthur' })).json();
    expect([tokenIssuers[0].confirmedBy, identities[0].subject]).toEqual([null, 'corp:ann']);
  });

  it('reaches no further than the rule that gives the role', async () => {
    const scope = ['cluster/east', 'host/esx-east-*'];
    await trust({ roles: ROLES.map((rule) => ({ ...rule, scope })) });
    const ben = await provider.tokenOf('ben');
    expect((await whoami(ben)).json()).toMatchObject({ subject: 'corp:ben', scope });
    const before = await authority.size();
    expect((await propose(ben, newVersion())).json().code).toBe('OutOfScope');
    expect(await authority.size()).toBe(before);
    const enrol = (id: string) => authority.ask('POST', '/v1/hosts', { ...bearer(ben), body: { id } });
    expect((await enrol('esx-west-1')).json().code).toBe('OutOfScope');
    expect((await enrol('esx-east-1')).statusCode).toBe(200);
    expect((await events()).at(-2)).toMatchObject({ event: { type: 'IdentityIntroduced', data: { scope } } });
  });

  it('introduces nobody who only reads, and nobody twice', async () => {
    await trust();
    const [ben, ada] = [await provider.tokenOf('ben'), await provider.tokenOf('ada')];
    const before = await authority.size();
    expect((await authority.ask('GET', '/v1/hosts', bearer(ada))).statusCode).toBe(200);
    expect(await authority.size()).toBe(before);
    await propose(ben, newVersion());
    await propose(ben, newVersion());
    expect(await authority.size()).toBe(before + 3);
  });

  it('opens nothing beyond its role, and no role comes but by a rule', async () => {
    await trust();
    expect((await propose(await provider.tokenOf('ada'), newVersion())).json().code).toBe('RoleNotAllowed');
    const guest = await whoami(await provider.tokenOf('guest'));
    expect([guest.statusCode, guest.json().code]).toEqual([403, 'NoRoleMapped']);
  });

  it('is refused when the claim that says who it is is missing', async () => {
    await trust();
    const reply = await whoami(await provider.tokenOf('nobody'));
    expect([reply.statusCode, reply.json().code]).toEqual([401, 'ClaimUnfit']);
  });

  it('is refused for another audience, from an issuer that is not trusted, and after the issuer was removed', async () => {
    const ann = await provider.tokenOf('ann');
    const codes = async (token: string) => {
      const reply = await whoami(token);
      return [reply.statusCode, reply.json().code];
    };
    expect(await codes(ann)).toEqual([401, 'TokenRefused']);
    await trust();
    expect(await codes(await provider.tokenOf('ann', 'urn:other'))).toEqual([401, 'TokenRefused']);
    expect((await codes(ann))[0]).toBe(200);
    await authority.ask('DELETE', '/v1/token-issuers/corp', { as: 'alice', body: { reason: 'test' } });
    expect(await codes(ann)).toEqual([401, 'TokenRefused']);
  });

  it('is refused once it expired by our clock, the issuer being granted its skew', async () => {
    await trust({ skewSeconds: 60 });
    const ann = await provider.tokenOf('ann');
    authority.now.at = plusSeconds(authority.now.at, 330);
    expect((await whoami(ann)).statusCode).toBe(200);
    authority.now.at = plusSeconds(authority.now.at, 60);
    expect((await whoami(ann)).json()).toMatchObject({ code: 'TokenRefused', detail: 'The token is expired.' });
  });

  it('asks the issuer for its keys once', async () => {
    await trust({ skewSeconds: 31 });
    const before = provider.asked();
    for (const user of ['ann', 'ben', 'ann']) expect((await whoami(await provider.tokenOf(user))).statusCode).toBe(200);
    expect(provider.asked() - before).toBe(1);
  });

  it('is refused by algorithms that the issuer was not trusted with', async () => {
    await trust({ algorithms: ['RS256'] });
    expect((await whoami(await provider.tokenOf('ann'))).json().code).toBe('TokenRefused');
  });
});

describe('where two people are needed', () => {
  it('nobody of an issuer that one person trusted is a second one, and each is once another person confirmed it', async () => {
    await trust();
    const [ann, too, ben] = await Promise.all(['ann', 'ann-too', 'ben'].map((user) => provider.tokenOf(user)));
    const version = newVersion();
    await propose(ann!, version);
    expect((await approve(ben!, version)).json().code).toBe('SameOperator');
    expect((await confirm('alice')).json().code).toBe('SamePerson');
    expect(
      (await authority.ask('POST', '/v1/token-issuers/corp/confirm', { ...bearer(ben!), body: {} })).json().code,
    ).toBe('SamePerson');
    expect((await confirm('bob')).statusCode).toBe(200);
    expect((await approve(too!, version)).json().code).toBe('SameOperator');
    expect((await approve(ben!, version)).statusCode).toBe(200);
    expect((await whoami(too!)).json().person).toBe('corp:e-1');
  });

  it('a token of an issuer and one of ours never make two, whoever holds them', async () => {
    await trust();
    await confirm('bob');
    const ann = await provider.tokenOf('ann');
    const [hers, ours] = [newVersion(), newVersion()];
    const alice = authority.tokens.get('alice') ?? '';
    await propose(ann, hers);
    expect((await approve(alice, hers)).json().code).toBe('SameOperator');
    await propose(alice, ours);
    expect((await approve(ann, ours)).json().code).toBe('SameOperator');
  });

  it('new rules of an issuer have to be confirmed anew', async () => {
    await trust();
    await confirm('bob');
    const [ann, ben] = [await provider.tokenOf('ann'), await provider.tokenOf('ben')];
    const version = newVersion();
    await propose(ann, version);
    await trust({ personClaim: 'sub' });
    expect((await approve(ben, version)).json().code).toBe('SameOperator');
  });

  it('an issuer can wait for a second person itself', async () => {
    const shared = authority;
    authority = await openHttpAuthority(new Date().toISOString());
    const policy = { operations: ['trustTokenIssuer'], lifetimeSeconds: 3600 };
    await authority.ask('PUT', '/v1/approval-policy', { as: 'alice', body: policy });
    const { id, digest } = (await trust()).json().approval;
    await authority.ask('POST', `/v1/approvals/${id}/approve`, { as: 'bob', body: { digest } });
    expect((await trust()).statusCode).toBe(200);
    expect((await whoami(await provider.tokenOf('ann'))).json().person).toBe('corp:e-1');
    await authority.close();
    authority = shared;
  });
});

/** An issuer that answers whatever a test wants. */
const oddIssuer = async (answer: (path: string) => string) => {
  let asked = 0;
  const server = createServer(({ url = '' }, response) => {
    asked++;
    response.end(answer(url));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { url, asked: () => asked, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
};

describe('an issuer that can not be asked', () => {
  const signed = async (issuer: string, header: Readonly<Record<string, unknown>> = {}) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const claims = { sub: 'ann', aud: AUDIENCE, employee: 'e-1', ...gate };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k', ...header })
      .setIssuer(issuer)
      .setExpirationTime('5m')
      .sign(privateKey);
    return { token, jwk: { ...(await exportJWK(publicKey)), kid: 'k' } };
  };

  it('lets nobody in, says so, and is left alone for a while', async () => {
    const gone = await oddIssuer(() => '{');
    await trust({ issuer: gone.url });
    const { token } = await signed(gone.url);
    for (let i = 0; i < 5; i++) {
      const reply = await whoami(token);
      expect([reply.statusCode, reply.json().code]).toEqual([503, 'TokenIssuerUnreachable']);
    }
    expect(gone.asked()).toBe(1);
    await gone.close();
  });

  it.each([
    [
      'is about another issuer',
      () => JSON.stringify({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example' }),
    ],
    ['is endless', () => 'x'.repeat(1_000_000)],
    [
      'sends us to a plain address elsewhere',
      (url: string) => JSON.stringify({ issuer: url, jwks_uri: 'http://10.0.0.1/k' }),
    ],
  ])('lets nobody in when its discovery document %s', async (_, body) => {
    const odd = await oddIssuer(() => body(odd.url));
    await trust({ issuer: odd.url });
    expect((await whoami((await signed(odd.url)).token)).json().code).toBe('TokenIssuerUnreachable');
    await odd.close();
  });

  it.each([
    ['a key that is not its own', {}, 'TokenRefused'],
    ['a type that is for something else', { typ: 'logout+jwt' }, 'TokenRefused'],
  ])('refuses a token of %s', async (_, header, code) => {
    let keys: ReadonlyArray<unknown> = [];
    const odd = await oddIssuer(() => JSON.stringify({ keys }));
    await trust({ issuer: odd.url, keysUrl: `${odd.url}/keys` });
    const good = await signed(odd.url, header);
    keys = 'typ' in header ? [good.jwk] : [(await signed(odd.url)).jwk];
    expect((await whoami(good.token)).json().code).toBe(code);
    await odd.close();
  });

  it('refuses a token that nobody signed', async () => {
    await trust();
    const token = new UnsecuredJWT({ sub: 'ann', employee: 'e-1', ...gate })
      .setIssuer(provider.url)
      .setAudience(AUDIENCE)
      .setExpirationTime('5m')
      .encode();
    expect((await whoami(`${token}x`)).statusCode).toBe(401);
    expect((await whoami(token)).statusCode).toBe(401);
  });
});

describe('trusting an issuer', () => {
  it.each([
    ['a key address without TLS elsewhere', { keysUrl: 'http://login.example/keys' }],
    ['an issuer that is no address', { issuer: 'login' }],
    ['a shared secret', { algorithms: ['HS256'] }],
    ['no algorithm', { algorithms: [] }],
    ['a clock that is an hour off', { skewSeconds: 3600 }],
    ['a role that nobody is granted', { roles: [{ claim: 'sub', value: 'x', role: 'authority' }] }],
  ])('refuses %s', async (_, more) => {
    expect((await trust(more)).statusCode).toBe(400);
  });

  it('takes the permission for it, and no second issuer of the same name by others', async () => {
    expect((await trust({}, 'kim')).json().code).toBe('RoleNotAllowed');
    await trust();
    const body = { issuer: provider.url, audience: 'x', roles: ROLES };
    const twice = await authority.ask('PUT', '/v1/token-issuers/twin', { as: 'alice', body });
    expect([twice.statusCode, twice.json().code]).toEqual([409, 'TokenIssuerTwice']);
  });
});
