import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { issuerOf, jwkOf, makeTokenEngine } from '../../../adapters/tokens/token-engine.js';
import { makeClaims } from '../../../domain/token/make-claims.js';
import { keyFromSeed } from '../../support/engines.js';
import { right } from '../../support/ledger.js';

const key = keyFromSeed(3);
const publicKey = { kid: key.kid, publicKey: key.publicKey };
const engine = makeTokenEngine(
  issuerOf('0011223344556677'),
  () => key,
  () => [publicKey],
);
const claims = makeClaims({
  issuer: engine.issuer,
  kind: 'key-access',
  host: 'h1',
  verdict: {
    id: '5e4c0d1e-9f0b-5a7c-8d6e-2b7a3f51c902',
    index: 7,
    revision: 2,
    verdict: 'affirming',
    at: '2026-12-01T00:00:00.000Z',
    notAfter: '2026-12-01T00:02:00.500Z',
    wrappingKey: null,
    image: null,
    tpmCa: null,
    endorsementKey: null,
    bootPcrs: {},
    basis: { stream: 'reference/test', revision: 3 },
  },
  wrappingKey: new Uint8Array(32).fill(5),
  now: '2026-12-01T00:00:00.000Z',
  lifetimeSeconds: 300,
});

describe('tokens', () => {
  it('are JWTs that any library verifies by the key set, and never outlive their verdict', async () => {
    const token = right(await engine.sign(claims)());
    const verified = await jwtVerify(token, await importJWK(jwkOf(publicKey), 'EdDSA'), {
      issuer: engine.issuer,
      audience: `${engine.issuer}:key-service`,
      currentDate: new Date('2026-12-01T00:01:00Z'),
    });
    expect(verified.payload).toMatchObject({ sub: 'h1', eat_profile: 'tag:ietf.org,2026:rats/ear#04' });
    expect(verified.payload.exp! - verified.payload.iat!).toBe(120);
  });

  it('say what they said when they were signed', async () => {
    expect(right(await engine.open(right(await engine.sign(claims)()))())).toEqual(claims);
  });

  it('are forged when anything of them is changed', async () => {
    const token = right(await engine.sign(claims)());
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom('A', 'z', '.', '_', '='), async (at, character) => {
        fc.pre(token[at] !== character);
        const other = token.slice(0, at) + character + token.slice(at + 1);
        expect(E.isLeft(await engine.open(other)())).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('are forged when another key, another algorithm or none signed them', async () => {
    const { privateKey } = await generateKeyPair('EdDSA');
    const header = { kid: key.kid, typ: 'eat+jwt' };
    const payload = { ...claims };
    const others = [
      await new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(privateKey),
      await new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(key.publicKey),
      `${Buffer.from(JSON.stringify({ alg: 'none', ...header })).toString('base64url')}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.`,
      '',
      'a.b.c',
      'x'.repeat(100_000),
    ];
    for (const token of others) expect(E.isLeft(await engine.open(token)())).toBe(true);
  });
});
