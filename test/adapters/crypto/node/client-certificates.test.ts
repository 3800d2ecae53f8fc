import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeClientCertificates } from '../../../../adapters/crypto/node/client-certificates.js';
import { left, right } from '../../../support/ledger.js';
import { requireTools } from '../../../support/system-parts.js';
import { temporaryFolder } from '../../../support/temporary-folder.js';

const NOW = '2026-11-26T12:00:00.500Z';

const pemOf = (der: Uint8Array, label: string): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`;

const keyPem = (pkcs8: Uint8Array): string =>
  createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  }) as string;

const { selfSigned, request, read, readPrivateKey } = nodeClientCertificates;

describe('client certificates', () => {
  it('are signed by themselves, for TLS clients, and valid from a little before now', async () => {
    const made = right(await selfSigned('sekisho, "east" = 1', NOW)());
    const certificate = new X509Certificate(made.der);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem(made.privateKey)))).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).toBe(false);
    expect(certificate.toLegacyObject().subject).toEqual({ CN: 'sekisho, "east" = 1' });
    expect(made.notBefore < NOW && NOW < made.notAfter).toBe(true);
    const again = right(read(pemOf(made.der, 'CERTIFICATE')));
    expect(again).toMatchObject({ key: made.key, notBefore: made.notBefore, notAfter: made.notAfter });
  });

  it("have a new key each time, which is found to be theirs and no one else's", async () => {
    const [one, two] = [right(await selfSigned('a', NOW)()), right(await selfSigned('a', NOW)())];
    expect(one.key).not.toBe(two.key);
    expect(right(readPrivateKey(keyPem(one.privateKey), one.key)).privateKey).toEqual(one.privateKey);
    expect(left(readPrivateKey(keyPem(one.privateKey), two.key))).toContain('of another key');
    for (const text of ['', 'secret', pemOf(one.der, 'CERTIFICATE')])
      expect(left(readPrivateKey(text, one.key))).toContain('private key in PEM');
  });

  it.runIf(requireTools(['openssl']))('can be asked of a CA by a request that OpenSSL verifies', async () => {
    const made = right(await request('sekisho')());
    const file = join(temporaryFolder(), 'request.pem');
    writeFileSync(file, pemOf(made.der, 'CERTIFICATE REQUEST'));
    const said = execFileSync('openssl', ['req', '-in', file, '-verify', '-noout', '-text'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(said).toMatch(/Subject: CN ?= ?sekisho/);
    expect(said).toContain('TLS Web Client Authentication');
    right(readPrivateKey(keyPem(made.privateKey), made.key));
  });
});
