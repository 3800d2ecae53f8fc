import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../domain/access/identity.js';
import { KeyUrl, TokenIssuer } from '../../../domain/access/token-issuer.js';
import { right } from '../../support/ledger.js';

const issuer: TokenIssuer = {
  name: 'corp',
  issuer: 'https://login.example',
  audience: 'sekisho',
  keysUrl: null,
  algorithms: ['ES256'],
  subjectClaim: 'sub',
  personClaim: '/employee/id',
  skewSeconds: 30,
  roles: [
    { claim: 'https://example.com/groups', value: 'gate', role: 'trust-administrator', scope: null },
    { claim: '/access/a~1b/roles', value: 'audit', role: 'auditor', scope: null },
  ],
};
const person = { employee: { id: 'e-1' } };

describe('who a token is of', () => {
  it('is said by the claims that the issuer was trusted with', () => {
    const claims = { sub: 'ann', ...person, 'https://example.com/groups': ['x', 'gate'] };
    expect(right(identityOf(issuer, claims))).toEqual({
      subject: 'corp:ann',
      issuer: 'corp',
      person: 'e-1',
      role: 'trust-administrator',
      scope: null,
    });
    const audit = { sub: 'ada', ...person, access: { 'a/b': { roles: 'audit' } } };
    expect(right(identityOf(issuer, audit)).role).toBe('auditor');
  });

  it('is in the first role that fits when several do', () => {
    const both = { sub: 'a', ...person, 'https://example.com/groups': 'gate', access: { 'a/b': { roles: ['audit'] } } };
    expect(right(identityOf(issuer, both)).role).toBe('trust-administrator');
    const turned = { ...issuer, roles: [...issuer.roles].reverse() };
    expect(right(identityOf(turned, both)).role).toBe('auditor');
  });

  it.each([
    ['no such claim', {}],
    ['part of the text', { 'https://example.com/groups': 'gateway' }],
    ['a list in a list', { 'https://example.com/groups': [['gate']] }],
    ['a number', { 'https://example.com/groups': 1 }],
    ['an inherited property', Object.create({ 'https://example.com/groups': 'gate' })],
  ])('has no role by %s', (_, more: object) => {
    const claims = Object.assign(Object.create(Object.getPrototypeOf(more)), more, { sub: 'ann', ...person });
    expect(identityOf(issuer, claims)).toEqual(E.left({ _tag: 'NoRoleMapped', issuer: 'corp' }));
  });

  it.each([[''], ['a b'], ['\u202eann'], ['änn'], ['x'.repeat(96)], [7], [null], [['ann']]])(
    'is nobody when the account is %j',
    (sub) => {
      const claims = { sub, ...person, 'https://example.com/groups': 'gate' };
      expect(identityOf(issuer, claims)).toEqual(E.left({ _tag: 'ClaimUnfit', claim: 'sub' }));
    },
  );

  it('is never anybody whom another issuer, or the ledger, could name, whatever the claims', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (extra, sub) => {
        const found = identityOf(issuer, { ...extra, sub, ...person, 'https://example.com/groups': 'gate' });
        if (E.isRight(found)) expect(found.right.subject).toBe(`corp:${sub}`);
        else expect(found.left._tag).toBe('ClaimUnfit');
      }),
    );
  });
});

describe('an address for keys', () => {
  it.each(['https://login.example', 'https://login.example:8443/realms/x', 'http://127.0.0.1:9/k', 'http://[::1]/'])(
    'may be %s',
    (url) => expect(KeyUrl.is(url)).toBe(true),
  );
  it.each([
    'http://login.example',
    'http://127.0.0.1.example/',
    'http://localhost@evil.example',
    'https://user:pass@login.example',
    'https://login.example/?q=1',
    'https://login.example/#x',
    'https://login.example/ x',
    'ftp://login.example',
    'file:///etc/passwd',
    'https://',
  ])('may not be %s', (url) => expect(KeyUrl.is(url)).toBe(false));
});

describe('settings of an issuer', () => {
  it('have no field beside those that are known', () => {
    expect(TokenIssuer.is(issuer)).toBe(true);
    expect(TokenIssuer.is({ ...issuer, secret: 'x' })).toBe(false);
  });
});
