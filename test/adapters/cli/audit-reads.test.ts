import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { run } from '../../support/run-cli.js';

let authority: HttpAuthority;
let digest: string;
const asking = (...argv: ReadonlyArray<string>) => run(...argv, '--dir', authority.dir, '--as', 'arthur');
const read = async (...argv: ReadonlyArray<string>) => JSON.parse((await asking(...argv, '--json')).out);

beforeAll(async () => {
  authority = await openHttpAuthority();
  const { ask } = authority;
  await ask('POST', '/v1/clusters', { as: 'alice', body: { id: 'east', kind: 'trusted' } });
  await ask('POST', '/v1/clusters/east/enable', { as: 'alice', body: { reason: 'is ready' } });
  const servers = [{ name: 'a', address: '127.0.0.1:9' }];
  const provider = { id: 'hsm', kind: 'kmip', servers, primaryKey: 'primary-7' };
  await ask('POST', '/v1/key-providers', { as: 'kim', body: provider });
  const key = { id: 'a1'.repeat(32), provider: 'hsm', primaryKey: 'primary-7', reason: 'moved here' };
  await ask('POST', '/v1/keys', { as: 'kim', body: key });
  const policy = { operations: ['quarantineHost'], lifetimeSeconds: 3600 };
  expect((await ask('PUT', '/v1/approval-policy', { as: 'alice', body: policy })).statusCode).toBe(400);
  await ask('PUT', '/v1/approval-policy', { as: 'alice', body: { ...policy, operations: ['releaseHost'] } });
  digest = (await ask('POST', '/v1/hosts/h/release', { as: 'alice', body: { reason: 'r' } })).json().approval.digest;
  await authority.close();
}, 60_000);
afterAll(() => rmSync(authority.dir, { recursive: true, force: true }));

// Each command opens the authority anew, as the program does.
describe('what auditors read by command', { timeout: 120_000 }, () => {
  it('is who the authority is', async () => {
    const { name, kid, keys } = await read('authority', 'show');
    expect([name, keys.some((each: { kid: string }) => each.kid === kid)]).toEqual(['Test', true]);
    expect((await asking('authority', 'show')).out).toContain(kid);
  });

  it.each([
    ['cluster', 'east', ['ClusterEnabled', 'ClusterRegistered']],
    ['key-provider', 'hsm', ['KeyProviderCreated']],
    ['key', 'a1'.repeat(32), ['KeyRegistered']],
  ])('is the history of a %s', async (kind, name, types) => {
    const { events } = await read(kind, 'history', name);
    expect(events.map(({ type }: { type: string }) => type)).toEqual(types);
    expect((await asking(kind, 'history', name)).out).toContain(types[0]);
    expect((await asking(kind, 'history', 'none')).code).not.toBe(0);
  });

  it('is one entry as it was signed, and that it can be missing', async () => {
    const { event, signed } = await read('event', 'show', '0');
    expect([event.index, signed.type]).toEqual([0, 'AuthorityFounded']);
    expect((await asking('event', 'show', '0')).out).toContain('"AuthorityFounded"');
    expect((await asking('event', 'show', '99999')).err).toContain('There is no entry 99999');
  });

  it('is what an event names by its digest, in a file', async () => {
    const out = join(authority.dir, 'request.json');
    expect(await read('evidence', 'save', digest, '--out', out)).toMatchObject({ sha256: digest, out });
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ operation: 'releaseHost', requester: 'alice' });
    expect((await asking('evidence', 'save', 'b2'.repeat(32), '--out', `${out}.2`)).err).toContain(
      'Nothing is kept under',
    );
  });

  it('is that one size of the log continues another', async () => {
    const { from, to, hashes } = await read('ledger', 'prove-consistency', '3', '5');
    expect([from, to, hashes.length > 0]).toEqual([3, 5, true]);
    expect((await asking('ledger', 'prove-consistency', '5', '3')).err).toContain('Sizes in the wrong order');
  });
});
