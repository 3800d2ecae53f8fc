import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import {
  basicConstraints,
  cn,
  ecKey,
  generalizedTime,
  KEY_CERT_SIGN,
  makeCertificate,
} from '../../support/certificate-maker.js';
import { eventsOf } from '../../support/fold.js';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';
import { pemOf } from '../../support/pem.js';

const NOW = '2026-12-01T00:00:00.000Z';
const ISSUER = 'https://vc1.example/openidconnect/vsphere.local';
const rootKey = ecKey();
const root = pemOf(
  makeCertificate({ key: rootKey, subject: cn('STS root'), extensions: [basicConstraints(true), KEY_CERT_SIGN] }),
);
const signing = (key: KeyObject, notAfter = '20301231235959Z'): string =>
  pemOf(
    makeCertificate({
      key,
      subject: cn('ssoserverSign'),
      issuer: cn('STS root'),
      issuerKey: rootKey,
      notAfter: generalizedTime(notAfter),
      extensions: [basicConstraints(false)],
    }),
  );

let authority: HttpAuthority;
beforeAll(async () => {
  authority = await openHttpAuthority(NOW);
});
afterAll(() => authority.close());
beforeEach(async () => {
  authority.now.at = NOW;
  await authority.ask('DELETE', '/v1/principals/vc-1', { as: 'alice', body: { reason: 'test' } });
});

const [first, second] = [ecKey(), ecKey()];
const TOKENS = { audience: 'sekisho', subjectClaim: 'sub', groupsClaim: 'group_names' };
const trust = (more: Readonly<Record<string, unknown>> = {}, as: Person = 'alice') =>
  authority.ask('POST', '/v1/principals', {
    as,
    body: {
      name: 'vc-1',
      issuer: ISSUER,
      holder: { kind: 'group', name: 'WorkloadAdmins' },
      chain: signing(first) + root,
      tokens: TOKENS,
      ...more,
    },
  });
const rotate = (overlapSeconds: number, key = second) =>
  authority.ask('PUT', '/v1/principals/vc-1/certificates', {
    as: 'alice',
    body: { chain: signing(key) + root, overlapSeconds },
  });
const token = (key: KeyObject, claims: Readonly<Record<string, unknown>> = {}) =>
  new SignJWT({ group_names: ['WorkloadAdmins'], ...claims })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(ISSUER)
    .setSubject('vpxd@vsphere.local')
    .setAudience('sekisho')
    .setExpirationTime(new Date('2026-12-31T00:00:00Z'))
    .sign(key);
const bearer = async (key: KeyObject, claims: Readonly<Record<string, unknown>> = {}) => ({
  headers: { authorization: `Bearer ${await token(key, claims)}` },
});
const whoami = async (key: KeyObject, claims: Readonly<Record<string, unknown>> = {}) => {
  const reply = await authority.ask('GET', '/v1/whoami', await bearer(key, claims));
  return reply.statusCode === 200 ? reply.json().subject : reply.json().code;
};
const shown = async () => (await authority.ask('GET', '/v1/principals/vc-1', { as: 'arthur' })).json();

describe('a principal of the workload side', () => {
  it('is shown with its certificates in their order, as another authority would take them', async () => {
    const chain = signing(first) + root;
    expect((await trust({ chain })).statusCode).toBe(200);
    const { principal, chain: exported } = await shown();
    expect(exported).toBe(chain);
    expect(principal).toMatchObject({ status: 'trusted', chain: { subject: 'CN=ssoserverSign' }, previous: null });
    const { holder, tokens, issuer } = principal;
    await authority.ask('DELETE', '/v1/principals/vc-1', { as: 'alice', body: { reason: 'moved' } });
    expect((await shown()).principal).toMatchObject({ status: 'removed', removed: { reason: 'moved' } });
    expect((await trust({ holder, tokens, issuer, chain: exported })).statusCode).toBe(200);
  });

  it.each([
    ['the root first', () => root + signing(first)],
    [
      'a CA that did not sign',
      () => signing(first) + pemOf(makeCertificate({ key: ecKey(), subject: cn('STS root') })),
    ],
    ['a certificate that is over', () => signing(first, '20261130000000Z') + root],
    ['no certificate', () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  ])('is refused with %s', async (_, chain) => {
    expect((await trust({ chain: chain() })).json().code).toBe('CertificateUnreadable');
  });

  it('is one of each name and issuer, token issuers counted', async () => {
    await trust();
    expect((await trust()).json().code).toBe('PrincipalExists');
    expect((await trust({ name: 'vc-2' })).json().code).toBe('PrincipalExists');
    const twin = { issuer: ISSUER, audience: 'x', roles: [] };
    const reply = await authority.ask('PUT', '/v1/token-issuers/corp', { as: 'alice', body: twin });
    expect(reply.json().code).toBe('PrincipalExists');
  });

  it('shows when its certificates are over, and before that they are', async () => {
    await trust({ chain: signing(first, '20261215000000Z') + root });
    const soon = (await authority.ask('GET', '/v1/certificates/expiring', { as: 'arthur' })).json();
    expect(soon.certificates).toMatchObject([{ use: 'principal', name: 'vc-1', expired: false }]);
    authority.now.at = '2026-12-16T00:00:00.000Z';
    expect((await shown()).principal.status).toBe('expired');
    expect(await whoami(first)).toBe('TokenRefused');
  });
});

describe('its tokens', () => {
  it('let nobody in unless that was said', async () => {
    await trust({ tokens: null });
    expect(await whoami(first)).toBe('TokenRefused');
  });

  it('make workload administrators of those whom the principal names, and nothing else, whatever they say', async () => {
    await trust();
    expect(await whoami(first)).toBe('vc-1:vpxd@vsphere.local');
    expect(await whoami(first, { group_names: ['Others'] })).toBe('NoRoleMapped');
    const asTrust = await bearer(first, { role: 'trust-administrator' });
    expect((await authority.ask('GET', '/v1/whoami', asTrust)).json()).toMatchObject({
      role: 'workload-administrator',
      person: null,
    });
    const reply = await authority.ask('POST', '/v1/hosts', { ...asTrust, body: { id: 'by-principal' } });
    expect(reply.statusCode).toBe(200);
    expect((await eventsOf(authority.opened.deps.store)).at(-1)).toMatchObject({
      actor: { subject: 'vc-1:vpxd@vsphere.local', role: 'workload-administrator' },
      event: { type: 'HostEnrolled' },
    });
    const refused = await authority.ask('POST', '/v1/operators', {
      ...asTrust,
      body: { subject: 'x', role: 'auditor' },
    });
    expect(refused.json().code).toBe('RoleNotAllowed');
  });

  it('are those of one user where the principal is one', async () => {
    await trust({ holder: { kind: 'user', name: 'vpxd@vsphere.local' } });
    expect(await whoami(first, { group_names: [] })).toBe('vc-1:vpxd@vsphere.local');
    await authority.ask('DELETE', '/v1/principals/vc-1', { as: 'alice', body: { reason: 'test' } });
    await trust({ holder: { kind: 'user', name: 'somebody-else' } });
    expect(await whoami(first)).toBe('NoRoleMapped');
  });

  it('count by the new certificates at once, and by the old ones as long as was said', async () => {
    await trust();
    expect(await whoami(second)).toBe('TokenRefused');
    expect((await rotate(3600)).statusCode).toBe(200);
    expect([await whoami(first), await whoami(second)]).toEqual(['vc-1:vpxd@vsphere.local', 'vc-1:vpxd@vsphere.local']);
    authority.now.at = plusSeconds(NOW, 3600);
    expect([await whoami(first), await whoami(second)]).toEqual(['TokenRefused', 'vc-1:vpxd@vsphere.local']);
    expect((await rotate(0, first)).statusCode).toBe(200);
    expect([await whoami(first), await whoami(second)]).toEqual(['vc-1:vpxd@vsphere.local', 'TokenRefused']);
  });

  it("are not the root's, and not anybody's once the principal was removed", async () => {
    await trust();
    expect(await whoami(rootKey)).toBe('TokenRefused');
    await authority.ask('DELETE', '/v1/principals/vc-1', { as: 'alice', body: { reason: 'test' } });
    expect(await whoami(first)).toBe('TokenRefused');
  });
});
