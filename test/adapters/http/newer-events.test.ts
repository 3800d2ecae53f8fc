import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  approvedOverHttp,
  attestOverHttp,
  certifiedOverHttp,
  type HttpAuthority,
  openHttpAuthority,
} from '../../support/http-authority.js';
import { recordNewer } from '../../support/newer-event.js';
import { run } from '../../support/run-cli.js';
import { softwareTpm } from '../../support/software-tpm.js';

let authority: HttpAuthority;
beforeEach(async () => {
  authority = await openHttpAuthority();
  onTestFinished(async () => {
    await authority.close();
    rmSync(dirname(authority.dir), { recursive: true, force: true });
  });
});

const WHY = /HostBlessed, which this version of Sekisho does not know: upgrade this node/;

describe('a node that is older than an event in the ledger', () => {
  it('shows nothing any more, is not healthy, and says which event it is, since reads would leave that out', async () => {
    expect((await authority.ask('GET', '/v1/health')).statusCode).toBe(200);
    await recordNewer(authority.opened.deps, 'newer/1');
    for (const path of ['/v1/hosts', '/v1/operators', '/v1/base-images']) {
      const reply = await authority.ask('GET', path, { as: 'arthur' });
      expect([path, reply.statusCode, reply.json().code, reply.json().detail]).toEqual([
        path,
        503,
        'EventUnknown',
        expect.stringMatching(WHY),
      ]);
    }
    expect((await authority.ask('GET', '/v1/health')).statusCode).toBe(503);
  });

  it('gives no verdict on a host whose stream holds it, and records none', async () => {
    const [one, two] = [softwareTpm({ kind: 'rsa', seed: 'one' }), softwareTpm({ kind: 'rsa', seed: 'two' })];
    await certifiedOverHttp(authority, 'web-1', one);
    await certifiedOverHttp(authority, 'web-2', two);
    await approvedOverHttp(authority, '8.0.3');
    await recordNewer(authority.opened.deps, 'host/web-1');
    const before = await authority.size();
    const refused = await authority.ask('POST', '/v1/hosts/web-1/quarantine', { as: 'alice', body: { reason: 'r' } });
    expect([refused.statusCode, refused.json().code]).toEqual([503, 'EventUnknown']);
    await expect(attestOverHttp(authority, 'web-1', one)).rejects.toThrow(/503.*EventUnknown/s);
    expect(await authority.size()).toBe(before);
    expect((await attestOverHttp(authority, 'web-2', two)).json()).toMatchObject({ verdict: 'affirming' });
  });

  it('lets nobody in when it is about who may come in, and does not say that their token is wrong', async () => {
    await recordNewer(authority.opened.deps, 'access');
    const reply = await authority.ask('GET', '/v1/whoami', { as: 'alice' });
    expect([reply.statusCode, reply.json().code]).toEqual([503, 'EventUnknown']);
    expect((await authority.ask('GET', '/v1/whoami')).statusCode).toBe(401);
  });

  it('does not start', async () => {
    await recordNewer(authority.opened.deps, 'newer/1');
    await authority.close();
    const { code, err } = await run('host', 'list', '--dir', authority.dir);
    expect([code, err]).toEqual([4, expect.stringMatching(WHY)]);
  });
});
