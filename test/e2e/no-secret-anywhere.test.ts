import { createPrivateKey } from 'node:crypto';
import nacl from 'tweetnacl';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../domain/encoding/bytes.js';
import { clientKeyName, primaryKeysName } from '../../domain/key-provider/secret-names.js';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  openHttpAuthority,
  PASSPHRASE,
} from '../support/http-authority.js';
import { right } from '../support/ledger.js';
import { openSealed } from '../support/open-sealed.js';
import { placesBelow, secretsIn } from '../support/secret-search.js';
import { softwareTpm } from '../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'rsa', seed: 'no secret' });
const wrapping = nacl.box.keyPair();

describe('a whole life of keys', () => {
  it('leaves no key, password, token or private key in events, logs and files', async () => {
    const authority = await openHttpAuthority();
    const { ask, opened, dir, lines } = authority;
    const secrets = new Map<string, Uint8Array>([['passphrase', utf8(PASSPHRASE)]]);
    for (const [subject, token] of authority.tokens) secrets.set(`token of ${subject}`, utf8(token));
    const asHost = async (operation: string, body: unknown, token: string) =>
      (
        await ask('POST', `/v1/key-providers/local/${operation}`, {
          body,
          headers: { authorization: `Bearer ${token}` },
        })
      ).json();

    await certifiedOverHttp(authority, 'h1', tpm);
    await approvedOverHttp(authority, 'good');
    await ask('POST', '/v1/key-providers', { as: 'alice', body: { id: 'local', kind: 'software' } });
    await ask('PUT', '/v1/key-providers/local/primary-key', { as: 'alice', body: { create: 'first' } });
    const hsm = { id: 'hsm', kind: 'kmip', username: 'sekisho', servers: [{ name: 'a', address: '127.0.0.1:9' }] };
    await ask('POST', '/v1/key-providers', { as: 'alice', body: hsm });
    const credential = nacl.randomBytes(24);
    secrets.set('credential', credential);
    expect(
      (
        await ask('PUT', '/v1/key-providers/hsm/credential', {
          as: 'alice',
          body: { credential: toBase64(credential) },
        })
      ).statusCode,
    ).toBe(200);
    expect((await ask('POST', '/v1/key-providers/hsm/client-certificate', { as: 'alice' })).statusCode).toBe(200);

    const judged = (await attestOverHttp(authority, 'h1', tpm, undefined, wrapping.publicKey)).json();
    const token: string = judged.tokens[0].token;
    for (const [i, each] of judged.tokens.entries()) secrets.set(`token ${String(i)}`, utf8(each.token));
    const made = await asHost('generate-key', { bytes: 32 }, token);
    secrets.set('generated key', openSealed(made.sealed, wrapping.secretKey)!.key);
    const brought = nacl.randomBytes(32);
    secrets.set('key that the host brought', brought);
    const wrapped = await asHost('encrypt', { plaintext: toBase64(brought) }, token);
    expect(
      openSealed((await asHost('decrypt', { ciphertext: wrapped.ciphertext }, token)).sealed, wrapping.secretKey)?.key,
    ).toEqual(brought);
    await ask('PUT', '/v1/key-providers/local/primary-key', { as: 'alice', body: { create: 'second' } });
    await asHost('rekey', { ciphertext: made.ciphertext }, token);
    await ask('POST', `/v1/keys/${String(made.keyId)}/revoke`, { as: 'alice', body: { reason: 'test' } });
    await asHost('decrypt', { ciphertext: made.ciphertext }, token);
    await asHost('generate-key', { bytes: 32 }, `${token}x`);
    await ask('POST', '/v1/hosts/h1/quarantine', { as: 'alice', body: { reason: 'test' } });
    await asHost('generate-key', { bytes: 32 }, token);
    secrets.set("host's wrapping key", wrapping.secretKey);

    const primary = JSON.parse(fromUtf8(right(await opened.deps.vault.get(primaryKeysName('local'))())) ?? '');
    expect(primary.keys).toHaveLength(2);
    for (const { id, key } of primary.keys) secrets.set(`primary key ${String(id)}`, fromBase64(key));
    const shown = (await ask('GET', '/v1/key-providers/hsm/history', { as: 'arthur' })).json();
    const issued = shown.events.find(({ type }: { type: string }) => type === 'ClientCertificateIssued');
    const clientKey = right(await opened.deps.vault.get(clientKeyName('hsm', issued.data.key))());
    const { d = '' } = createPrivateKey({ key: Buffer.from(clientKey), format: 'der', type: 'pkcs8' }).export({
      format: 'jwk',
    });
    secrets.set('client key', new Uint8Array(Buffer.from(d, 'base64url')));

    // The write-ahead log as it is while the authority runs, and everything again after it ended.
    const running = placesBelow(dir);
    await authority.close();
    const logged = [['the log', Buffer.from(lines.join('\n'))] as const];
    expect(running.some(([file]) => file.endsWith('-wal'))).toBe(true);
    const found = secretsIn([...running, ...placesBelow(dir), ...logged], secrets);
    const kept = /^(?:passphrase in \/passphrase|token of (\w+) in \/tokens\/\1\.token)$/;
    expect(found.filter((each) => !kept.test(each))).toEqual([]);
    // The search itself finds what is there.
    expect(found.filter((each) => kept.test(each)).length).toBeGreaterThan(4);
  });
});
