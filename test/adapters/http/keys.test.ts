import nacl from 'tweetnacl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../domain/encoding/bytes.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { openSealed } from '../../support/open-sealed.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'rsa', seed: 'keys over http' });
const wrapping = nacl.box.keyPair();

describe('keys over HTTP', () => {
  let authority: HttpAuthority;
  let token: string;
  let reporting: string;
  let made: { keyId: string; ciphertext: string; key: Uint8Array };

  const attested = async (host = 'h1'): Promise<Readonly<Record<string, string>>> => {
    const reply = await attestOverHttp(authority, host, tpm, undefined, wrapping.publicKey);
    expect(reply.statusCode).toBe(200);
    return Object.fromEntries(
      reply.json().tokens.map((each: { kind: string; token: string }) => [each.kind, each.token]),
    );
  };
  const asHost = (operation: string, body: unknown, bearer = token, provider = 'vault') =>
    authority.ask('POST', `/v1/key-providers/${provider}/${operation}`, {
      body,
      headers: { authorization: `Bearer ${bearer}` },
    });
  const reasonsOf = (reply: { json: () => { reasons?: ReadonlyArray<{ code: string }> } }): ReadonlyArray<string> =>
    (reply.json().reasons ?? []).map(({ code }) => code);

  beforeAll(async () => {
    authority = await openHttpAuthority();
    await certifiedOverHttp(authority, 'h1', tpm);
    await approvedOverHttp(authority, 'good');
  });
  afterAll(() => authority.close());

  it('creates a software provider that is healthy once it has a primary key', async () => {
    const { ask } = authority;
    expect(
      (await ask('POST', '/v1/key-providers', { as: 'wendy', body: { id: 'vault', kind: 'software' } })).statusCode,
    ).toBe(403);
    expect(
      (await ask('POST', '/v1/key-providers', { as: 'alice', body: { id: 'vault', kind: 'software' } })).statusCode,
    ).toBe(200);
    const before = (await ask('GET', '/v1/key-providers/vault', { as: 'wendy' })).json();
    expect(before.keyProvider).toMatchObject({ health: 'NONE', primaryKey: null });
    const changed = await ask('PUT', '/v1/key-providers/vault/primary-key', { as: 'alice', body: { create: 'first' } });
    expect(changed.json().events).toMatchObject([{ type: 'PrimaryKeyChanged' }]);
    const after = (await ask('GET', '/v1/key-providers/vault', { as: 'wendy' })).json();
    expect(after.keyProvider).toMatchObject({ health: 'OK' });
  });

  it('answers an affirming attestation with tokens that its key set verifies', async () => {
    const tokens = await attested();
    token = tokens['key-access']!;
    reporting = tokens['reporting']!;
    const set = (await authority.ask('GET', '/.well-known/jwks.json')).json();
    expect(set.keys).toMatchObject([{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' }]);
  });

  it('generates a key that only the host opens, and gives it again for its ciphertext', async () => {
    const reply = await asHost('generate-key', { bytes: 32, purpose: 'disk' });
    expect(reply.statusCode).toBe(200);
    const { keyId, ciphertext, sealed } = reply.json();
    const opened = openSealed(sealed, wrapping.secretKey);
    expect(opened?.keyId).toBe(keyId);
    expect(opened?.key).toHaveLength(32);
    made = { keyId, ciphertext, key: opened!.key };
    expect(openSealed(sealed, nacl.box.keyPair().secretKey)).toBeUndefined();
    const again = (await asHost('decrypt', { ciphertext })).json();
    expect(openSealed(again.sealed, wrapping.secretKey)).toEqual({ keyId, key: opened!.key });
  });

  it('wraps a key that the host brings', async () => {
    const plaintext = toBase64(nacl.randomBytes(32));
    const { ciphertext, sealed } = (await asHost('encrypt', { plaintext })).json();
    expect(sealed).toBeNull();
    const back = (await asHost('decrypt', { ciphertext })).json();
    expect(openSealed(back.sealed, wrapping.secretKey)?.key).toEqual(fromBase64(plaintext));
  });

  it('wraps a key anew by another primary key, and the plaintext stays', async () => {
    await authority.ask('PUT', '/v1/key-providers/vault/primary-key', { as: 'alice', body: { create: 'second' } });
    const { ciphertext, keyId, sealed } = (await asHost('rekey', { ciphertext: made.ciphertext })).json();
    expect(sealed).toBeNull();
    expect(keyId).not.toBe(made.keyId);
    const { events } = (await authority.ask('GET', `/v1/keys/${made.keyId}/history`, { as: 'arthur' })).json();
    expect(events[0]).toMatchObject({ type: 'KeyRekeyed', data: { new: keyId } });
    expect(openSealed((await asHost('decrypt', { ciphertext })).json().sealed, wrapping.secretKey)?.key).toEqual(
      made.key,
    );
  });

  it('shows who had which key on which verdict, now and as of then', async () => {
    const { ask } = authority;
    const now = (await ask('GET', `/v1/keys/${made.keyId}`, { as: 'arthur' })).json();
    expect(now.key).toMatchObject({ provider: 'vault', origin: 'generated', host: 'h1', revoked: null });
    expect(now.holders).toMatchObject([{ host: 'h1', count: 2, operation: 'decrypt' }]);
    const then = (
      await ask('GET', `/v1/key-ledger?key=${made.keyId}&index=${now.holders[0].first.index}`, { as: 'arthur' })
    ).json();
    expect(then.holdings).toMatchObject([{ count: 1, operation: 'generate-key', purpose: 'disk' }]);
    const access = (await ask('GET', '/v1/key-access', { as: 'arthur' })).json();
    expect(access.access).toMatchObject([{ host: 'h1', provider: 'vault', allowed: true, reasons: [] }]);
  });

  it('refuses tokens that are for reporting, forged, or cut, and records only what was genuine', async () => {
    const size = await authority.size();
    const report = await asHost('generate-key', { bytes: 32 }, reporting);
    expect([report.statusCode, reasonsOf(report)]).toEqual([403, ['TokenNotForKeys', 'TokenNotForUs']]);
    expect(await authority.size()).toBe(size + 1);
    for (const bad of [`${token.slice(0, -4)}AAAA`, token.slice(0, 40), 'x.y.z', `${token}.x`]) {
      const reply = await asHost('generate-key', { bytes: 32 }, bad);
      expect([reply.statusCode, reply.json().code]).toEqual([403, 'TokenForged']);
    }
    expect(await authority.size()).toBe(size + 1);
  });

  it('ends access at once when the host is quarantined, although the token is unexpired, and tells the host', async () => {
    const waiting = authority.ask('GET', '/v1/hosts/h1/key-access?wait=30', {
      headers: { authorization: `Bearer ${token}` },
    });
    await authority.ask('POST', '/v1/hosts/h1/quarantine', { as: 'alice', body: { reason: 'seen abroad' } });
    expect((await waiting).json()).toMatchObject({ allowed: false, reasons: [{ code: 'HostQuarantined' }] });
    const refused = await asHost('decrypt', { ciphertext: made.ciphertext });
    expect([refused.statusCode, reasonsOf(refused)]).toEqual([403, ['HostQuarantined']]);
    expect(
      reasonsOf(
        await authority.ask('POST', '/v1/hosts/h1/tokens', { body: {}, headers: { authorization: `Bearer ${token}` } }),
      ),
    ).toEqual(['HostQuarantined']);
    await authority.ask('POST', '/v1/hosts/h1/release', { as: 'alice', body: { reason: 'found' } });
    expect((await asHost('decrypt', { ciphertext: made.ciphertext })).statusCode).toBe(200);
  });

  it('renews tokens of the current verdict only', async () => {
    const renew = (bearer: string) =>
      authority.ask('POST', '/v1/hosts/h1/tokens', { body: {}, headers: { authorization: `Bearer ${bearer}` } });
    const renewed = (await renew(token)).json();
    expect(renewed.tokens.map(({ kind }: { kind: string }) => kind)).toEqual(['key-access', 'reporting']);
    expect((await renew(reporting)).json().tokens.map(({ kind }: { kind: string }) => kind)).toEqual(['reporting']);
    const old = token;
    token = (await attested())['key-access']!;
    expect(reasonsOf(await renew(old))).toEqual(['VerdictSuperseded']);
    expect(reasonsOf(await asHost('generate-key', { bytes: 16 }, old))).toEqual(['VerdictSuperseded']);
  });

  it('gives a revoked key to nobody, nor what it was wrapped anew as, and tells the host', async () => {
    const heard = authority.ask('GET', `/v1/hosts/h1/key-access?wait=30&keys=${made.keyId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const revoked = await authority.ask('POST', `/v1/keys/${made.keyId}/revoke`, {
      as: 'bob',
      body: { reason: 'leaked' },
    });
    expect(revoked.statusCode).toBe(200);
    expect((await heard).json()).toMatchObject({ allowed: true, revokedKeys: [made.keyId] });
    expect(reasonsOf(await asHost('decrypt', { ciphertext: made.ciphertext }))).toEqual(['KeyRevoked']);
    const shown = (await authority.ask('GET', `/v1/keys/${made.keyId}`, { as: 'arthur' })).json();
    const successor = (await authority.ask('GET', `/v1/keys/${shown.key.rekeyedAs[0]}`, { as: 'arthur' })).json();
    expect(successor.key.revoked).toMatchObject({ by: 'bob', reason: 'leaked' });
  });

  it('names every reason', async () => {
    await authority.ask('POST', '/v1/base-images/good/withdraw', { as: 'bob', body: { reason: 'CVE' } });
    await authority.ask('POST', '/v1/hosts/h1/quarantine', { as: 'alice', body: { reason: 'again' } });
    const reply = await asHost('decrypt', { ciphertext: made.ciphertext }, token, 'nowhere');
    expect(reasonsOf(reply)).toEqual([
      'HostQuarantined',
      'BaseImageWithdrawn',
      'ProviderUnknown',
      'KeyRevoked',
      'KeyOfAnotherProvider',
    ]);
  });

  it('records alike refusals once a minute', async () => {
    const size = await authority.size();
    for (let i = 0; i < 5; i++) await asHost('generate-key', { bytes: 16 });
    expect(await authority.size()).toBe(size + 1);
  });
});
