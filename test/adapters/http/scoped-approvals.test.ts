import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpAuthority, openHttpAuthority } from '../../support/http-authority.js';
import { type Scoped, scopedPeople } from '../../support/scoped-people.js';

const TRUST = 'trust-administrator';
let authority: HttpAuthority;
let scoped: Scoped;

beforeAll(async () => {
  authority = await openHttpAuthority();
  scoped = scopedPeople(authority);
  const { ask, grant } = scoped;
  for (const id of ['east', 'west']) {
    await ask('alice', 'POST', '/v1/clusters', { id, kind: 'trusted' });
    await ask('wendy', 'POST', '/v1/hosts', { id: `${id}-host` });
    await ask('alice', 'POST', `/v1/clusters/${id}/hosts`, { host: `${id}-host` });
    await ask('alice', 'POST', `/v1/hosts/${id}-host/quarantine`, { reason: 'looks odd' });
  }
  await grant('emma', TRUST, ['cluster/east']);
  await grant('eric', TRUST, ['cluster/east']);
  await grant('walt', TRUST, ['cluster/west']);
  const policy = { operations: ['releaseHost', 'grantOperator'], lifetimeSeconds: 3600, breakGlass: ['walt', 'emma'] };
  const asked = (await ask('alice', 'PUT', '/v1/approval-policy', policy)).json().approval;
  await ask('bob', 'POST', `/v1/approvals/${asked.id}/approve`, { digest: asked.digest });
  expect((await ask('alice', 'PUT', '/v1/approval-policy', policy)).statusCode).toBe(200);
});
afterAll(() => authority.close());

const release = (as: string, host: string) => scoped.ask(as, 'POST', `/v1/hosts/${host}/release`, { reason: 'r' });
const approve = (as: string, { id, digest }: { readonly id: string; readonly digest: string }) =>
  scoped.ask(as, 'POST', `/v1/approvals/${id}/approve`, { digest });

describe('an approval', () => {
  it('is asked for, seen, given and rejected by those only who have to do with what it is about', async () => {
    const before = await authority.size();
    expect((await release('emma', 'west-host')).json().code).toBe('OutOfScope');
    expect(await authority.size()).toBe(before);

    const asked = (await release('emma', 'east-host')).json().approval;
    const { id } = asked;
    expect((await approve('walt', asked)).json()).toMatchObject({ code: 'OutOfScope' });
    const no = await scoped.ask('walt', 'POST', `/v1/approvals/${id}/reject`, { reason: 'r' });
    expect(no.json().detail).toContain('host/east-host');
    expect((await scoped.ask('walt', 'GET', `/v1/approvals/${id}`)).json().code).toBe('OutOfScope');
    const listed = async (as: string) => (await scoped.ask(as, 'GET', '/v1/approvals')).json().approvals.length;
    expect([await listed('walt'), await listed('eric'), await listed('alice')]).toEqual([0, 1, 2]);
    expect((await scoped.ask('eric', 'GET', `/v1/approvals/${id}`)).statusCode).toBe(200);
    expect((await approve('eric', asked)).statusCode).toBe(200);
    expect((await release('emma', 'east-host')).statusCode).toBe(200);
  });

  it('does not count any more when what it is about has left the scope of who gave it', async () => {
    await scoped.ask('alice', 'POST', '/v1/hosts/east-host/quarantine', { reason: 'again' });
    const asked = (await release('alice', 'east-host')).json().approval;
    expect((await approve('eric', asked)).statusCode).toBe(200);
    await scoped.ask('alice', 'DELETE', '/v1/clusters/east/hosts/east-host', { reason: 'moves' });
    expect((await release('alice', 'east-host')).statusCode).toBe(202);
    await scoped.ask('alice', 'POST', '/v1/clusters/east/hosts', { host: 'east-host' });
    expect((await release('alice', 'east-host')).statusCode).toBe(200);
  });

  it('of a role is given by those only who reach as far as the role', async () => {
    const grant = (scope: ReadonlyArray<string>) =>
      scoped.ask('emma', 'POST', '/v1/operators', { subject: 'ella', role: TRUST, scope });
    expect((await grant(['cluster/east', 'cluster/west'])).json().detail).toContain(
      'cluster/east, cluster/west is not in it',
    );
    const unlimited = await scoped.ask('emma', 'POST', '/v1/operators', { subject: 'ella', role: TRUST });
    expect(unlimited.json().code).toBe('OutOfScope');
    const asked = (await grant(['cluster/east'])).json().approval;
    expect(asked.summary).toContain('scope cluster/east');
    expect((await approve('walt', asked)).json().code).toBe('OutOfScope');
    expect((await approve('eric', asked)).statusCode).toBe(200);
    expect((await grant(['cluster/east'])).statusCode).toBe(200);
  });
});

describe('breaking the glass', () => {
  it('opens nothing that is not in the scope of who breaks it', async () => {
    const before = await authority.size();
    await scoped.ask('alice', 'POST', '/v1/hosts/east-host/quarantine', { reason: 'again' });
    const alone = (as: string, host: string) =>
      scoped.ask(as, 'POST', `/v1/hosts/${host}/release`, { reason: 'r' }, { 'sekisho-break-glass': 'nobody%20there' });
    expect((await alone('walt', 'east-host')).json().code).toBe('OutOfScope');
    expect(await authority.size()).toBe(before + 1);
    expect((await alone('walt', 'west-host')).statusCode).toBe(200);
    const seen = async (as: string) => (await scoped.ask(as, 'GET', '/v1/break-glass')).json().breakGlass.length;
    expect([await seen('emma'), await seen('walt'), await seen('arthur')]).toEqual([0, 1, 1]);
    const [{ id }] = (await scoped.ask('arthur', 'GET', '/v1/break-glass')).json().breakGlass;
    const review = (as: string) => scoped.ask(as, 'POST', `/v1/break-glass/${id}/review`, { finding: 'was right' });
    expect((await review('emma')).json().code).toBe('OutOfScope');
    expect((await review('bob')).statusCode).toBe(200);
  });
});
