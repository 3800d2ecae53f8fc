import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { testCa } from '../../support/kmip-certificates.js';

const PATH = '/v1/key-providers/hsm/peer-certificates';

describe('the certificates that key servers show', () => {
  const identity = testCa().server();
  let authority: HttpAuthority;
  let server: Server;

  beforeAll(async () => {
    authority = await openHttpAuthority();
    server = createServer({ cert: identity.certificate, key: identity.privateKey });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const body = { id: 'hsm', kind: 'kmip', servers: [{ name: 'a', address }] };
    expect((await authority.ask('POST', '/v1/key-providers', { as: 'kim', body })).statusCode).toBe(200);
  });
  afterAll(async () => {
    server.close();
    await authority.close();
    rmSync(dirname(authority.dir), { recursive: true, force: true });
  });

  it('are read before they are trusted, to those alone who may trust them, and leave no event', async () => {
    const before = await authority.size();
    expect((await authority.ask('GET', PATH, { as: 'wendy' })).statusCode).toBe(403);
    const seen = (await authority.ask('GET', PATH, { as: 'kim' })).json();
    expect(seen.certificates).toMatchObject([{ server: 'a', trusted: false, pem: identity.certificate }]);
    expect(await authority.size()).toBe(before);
  });

  it('are told apart once they are trusted', async () => {
    const body = { certificates: [identity.certificate] };
    expect((await authority.ask('PUT', PATH, { as: 'kim', body })).statusCode).toBe(200);
    const seen = (await authority.ask('GET', PATH, { as: 'kim' })).json();
    expect(seen.certificates).toMatchObject([{ server: 'a', trusted: true }]);
  });
});
