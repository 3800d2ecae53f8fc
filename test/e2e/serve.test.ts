import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cn, ecKey, makeCertificate } from '../support/certificate-maker.js';
import { run } from '../support/run-cli.js';
import { built, serve } from '../support/serving.js';
import { temporaryFolder } from '../support/temporary-folder.js';

beforeAll(built);

const founded = async (): Promise<string> => {
  const dir = join(temporaryFolder(), 'authority');
  expect((await run('init', '--dir', dir)).code).toBe(0);
  return dir;
};

const overTls = (url: string): Promise<{ status: number | undefined; hsts: string | undefined }> =>
  new Promise((resolve, reject) => {
    request(url, { rejectUnauthorized: false }, (reply) => {
      reply.resume();
      resolve({ status: reply.statusCode, hsts: reply.headers['strict-transport-security'] });
    })
      .on('error', reject)
      .end();
  });

describe('sekisho serve', () => {
  it('lets --dir work while it serves, keeps a second process out, and ends clean when asked', async () => {
    const dir = await founded();
    const { url, end } = await serve(dir);
    expect((await fetch(`${url}/v1/health`)).status).toBe(200);
    expect((await run('host', 'enrol', 'web-1', '--dir', dir)).code).toBe(0);
    expect((await run('host', 'list', '--dir', dir)).out).toContain('web-1');
    expect((await run('verify', '--dir', dir)).code).toBe(0);
    const second = await run('serve', '--dir', dir, '--port', '0');
    expect([second.code, second.err]).toEqual([4, expect.stringContaining('One process at a time')]);
    expect(await end()).toBe(0);
    expect(existsSync(join(dir, 'server.json'))).toBe(false);
    expect((await run('host', 'list', '--dir', dir)).out).toContain('web-1');
  });

  it('works again at once after a kill, whatever the file of the last server says', async () => {
    const dir = await founded();
    await (await serve(dir)).kill();
    expect(existsSync(join(dir, 'server.json'))).toBe(true);
    expect((await run('host', 'enrol', 'web-1', '--dir', dir)).code).toBe(0);
  });

  it('listens nowhere else without TLS, and with it speaks nothing but TLS', async () => {
    const dir = await founded();
    const refused = await run('serve', '--dir', dir, '--host', '0.0.0.0');
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('needs tls-cert and tls-key')]);
    expect((await run('serve', '--dir', dir, '--tls-cert', 'x')).code).toBe(2);
    const key = ecKey();
    const der = Buffer.from(makeCertificate({ subject: cn('localhost'), key })).toString('base64');
    const [certFile, keyFile] = [join(dir, '..', 'cert.pem'), join(dir, '..', 'key.pem')];
    writeFileSync(certFile, `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`);
    writeFileSync(keyFile, key.export({ format: 'pem', type: 'pkcs8' }));
    const { url, end } = await serve(dir, '--host', '0.0.0.0', '--tls-cert', certFile, '--tls-key', keyFile);
    expect(url).toMatch(/^https:/);
    expect(await overTls(`${url}/v1/health`)).toMatchObject({ status: 200, hsts: expect.stringContaining('max-age') });
    await expect(fetch(`${url.replace('https', 'http')}/v1/health`)).rejects.toThrow();
    await end();
  });

  it('answers broken HTTP and a header that is too large without falling over', async () => {
    const dir = await founded();
    const { url, end } = await serve(dir);
    const large = await fetch(`${url}/v1/health`, { headers: { 'x-large': 'a'.repeat(20_000) } });
    expect(large.status).toBe(431);
    expect((await fetch(`${url}/v1/health`)).status).toBe(200);
    await end();
  });
});
