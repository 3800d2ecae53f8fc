import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FollowerStatus } from '../../../adapters/consumer/follower-status.js';
import { followerServer } from '../../../adapters/http/follower-server.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { certifiedOverHttp, type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { softwareTpm } from '../../support/software-tpm.js';

const TOKEN = 'WL3cKdcu8vm1k0NW2v5mzVVm';

let authority: HttpAuthority;
let app: FastifyInstance;
let status: FollowerStatus;
let lines: Array<string>;

/** The same read models as a follower's, made from the same events. */
beforeAll(async () => {
  authority = await openHttpAuthority();
  await certifiedOverHttp(authority, 'web-1', softwareTpm({ kind: 'rsa', seed: 'web-1' }));
  authority.now.at = plusSeconds(authority.now.at, 60);
  await authority.ask('POST', '/v1/hosts/web-1/quarantine', { as: 'alice', body: { reason: 'looks odd' } });
  await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'web-2' } });
  await authority.ask('GET', '/v1/hosts', { as: 'arthur' });
  status = {
    phase: 'following',
    verified: 7,
    signed: 9,
    repeated: 3,
    refused: { MessageMalformed: 2 },
    fault: undefined,
  };
  lines = [];
  app = followerServer({
    followed: { ...authority.opened.reads, status: () => status, close: () => Promise.resolve() },
    token: TOKEN,
    tls: undefined,
    log: { level: 'debug', stream: { write: (line) => void lines.push(line) } },
  });
});
afterAll(async () => {
  await app.close();
  await authority.close();
  rmSync(dirname(authority.dir), { recursive: true, force: true });
});

const get = (url: string, token?: string) =>
  app.inject({ method: 'GET', url, ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }) });

describe("a follower's server", () => {
  it('answers about hosts as the authority does, now and as of any moment', async () => {
    const last = authority.opened.reads.index();
    for (const path of [
      '/v1/hosts',
      '/v1/hosts/web-1',
      `/v1/hosts?index=${String(last - 2)}`,
      '/v1/hosts?state=quarantined',
    ]) {
      const [theirs, ours] = [await authority.ask('GET', path, { as: 'arthur' }), await get(path, TOKEN)];
      expect([path, theirs.statusCode]).toEqual([path, 200]);
      // Asking for now, each says what time it is by its own clock.
      const told = (body: string): unknown => ({ ...JSON.parse(body), asOf: JSON.parse(body).asOf.index });
      expect([path, told(ours.body)]).toEqual([path, told(theirs.body)]);
    }
    expect((await get('/v1/hosts/web-1', TOKEN)).json()).toMatchObject({ host: { state: 'quarantined' } });
    expect((await get(`/v1/hosts/web-1?index=${String(last - 2)}`, TOKEN)).json()).not.toMatchObject({
      host: { state: 'quarantined' },
    });
  });

  it('says how far it verified the log, what it refused, and what is wrong', async () => {
    expect((await get('/v1/follower', TOKEN)).json()).toEqual({ ...status, fault: null });
    status = { ...status, fault: { _tag: 'BrokerUnavailable', detail: 'no route' } };
    expect((await get('/v1/follower', TOKEN)).json()).toMatchObject({ fault: 'BrokerUnavailable' });
  });

  it("lets in who has its own token, not one of the authority's, and writes no token down", async () => {
    const strange = [undefined, '', 'x', `${TOKEN} `, TOKEN.toUpperCase(), authority.tokens.get('alice')];
    for (const token of strange)
      for (const path of ['/v1/hosts', '/v1/hosts/web-1', '/v1/follower'])
        expect([token, path, (await get(path, token)).statusCode]).toEqual([token, path, 401]);
    expect((await get('/v1/health')).statusCode).toBe(200);
    expect(lines.join('\n')).not.toContain(TOKEN);
  });

  it('changes nothing and judges nothing: it has no such routes', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (const [method, url] of [
      ['POST', '/v1/hosts'],
      ['POST', '/v1/hosts/web-1/release'],
      ['POST', '/v1/hosts/web-1/challenges'],
      ['GET', '/v1/operators'],
      ['GET', '/v1/events'],
    ] as const)
      expect([url, (await app.inject({ method, url, headers, payload: {} })).statusCode]).toEqual([url, 404]);
  });
});
