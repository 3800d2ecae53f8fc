import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { imageOf } from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';

/* alice is named for emergencies, bob is not. Enrolled and quarantined: `stuck`, whose release takes two people. */

const HOUR = 3600;
const REASON = 'storage is down \u2013 nobody else is here';
let authority: HttpAuthority;

const policy = (as: Person, breakGlass: ReadonlyArray<string>, operations = ['releaseHost', 'grantOperator']) =>
  authority.ask('PUT', '/v1/approval-policy', { as, body: { operations, lifetimeSeconds: HOUR, breakGlass } });
const approve = async (as: Person, reply: Awaited<ReturnType<typeof policy>>) => {
  const { id, digest } = reply.json().approval;
  return authority.ask('POST', `/v1/approvals/${id}/approve`, { as, body: { digest } });
};
const glass = (reason = REASON) => ({ headers: { 'sekisho-break-glass': encodeURIComponent(reason) } });
const quarantine = () =>
  authority.ask('POST', '/v1/hosts/stuck/quarantine', { as: 'bob', body: { reason: 'looks odd' } });
const release = (as: Person, more: Readonly<Record<string, unknown>> = {}) =>
  authority.ask('POST', '/v1/hosts/stuck/release', { as, body: { reason: 'must run' }, ...more });
const events = () => eventsOf(authority.opened.deps.store);
const listed = async () => (await authority.ask('GET', '/v1/break-glass', { as: 'arthur' })).json();
const health = async () => (await authority.ask('GET', '/v1/health')).json();

beforeAll(async () => {
  authority = await openHttpAuthority();
  await authority.ask('POST', '/v1/hosts', { as: 'wendy', body: { id: 'stuck' } });
});
afterAll(() => authority.close());

describe('who may break the glass', () => {
  it('is said by two people, even where nothing else takes two', async () => {
    const asked = await policy('alice', ['alice']);
    expect(asked.statusCode).toBe(202);
    expect((await approve('alice', asked)).json().code).toBe('SamePerson');
    expect((await policy('alice', [])).statusCode).toBe(200);
    const again = await policy('alice', ['alice', 'kim']);
    await approve('bob', again);
    expect((await policy('alice', ['alice', 'kim'])).statusCode).toBe(200);
    expect((await authority.ask('GET', '/v1/approvals', { as: 'arthur' })).json().policy.breakGlass).toEqual([
      'alice',
      'kim',
    ]);
  });

  it('is read in the summary that the second person sees', async () => {
    const asked = await policy('alice', ['alice', 'kim'], []);
    expect(asked.json().approval.summary).toBe(
      'changeApprovalPolicy, operations none, lifetimeSeconds 3600, breakGlass alice + kim',
    );
    const many = await policy(
      'alice',
      Array.from({ length: 30 }, (_, i) => `operator-${String(i)}`),
    );
    expect(many.json().approval.summary).toMatch(/, 30 breakGlass$/);
  });

  it('can not be said by who breaks it', async () => {
    const body = { operations: [], lifetimeSeconds: HOUR, breakGlass: ['alice', 'bob'] };
    const reply = await authority.ask('PUT', '/v1/approval-policy', { as: 'alice', body, ...glass() });
    expect(reply.statusCode).toBe(202);
  });
});

describe('broken glass', () => {
  it('lets one person do alone what takes two, once it is in the ledger why', async () => {
    await quarantine();
    expect((await release('alice')).statusCode).toBe(202);
    const before = (await events()).length;
    expect((await release('alice', glass())).statusCode).toBe(200);
    const said = (await events()).slice(before);
    expect(said.map(({ event, actor }) => [event.type, actor.subject])).toEqual([
      ['BreakGlassUsed', 'alice'],
      ['HostReleased', 'alice'],
      ['ApprovalUsed', 'alice'],
    ]);
    expect(said[0]?.event.data).toMatchObject({
      operation: 'releaseHost',
      permission: 'QuarantineHosts',
      reason: REASON,
    });
    expect(said[1]?.basis['approvals']).toBe(said[0]?.revision);
  });

  it('is seen in health, metrics and the list until another person reviewed it', async () => {
    const { unreviewed, breakGlass } = await listed();
    expect([unreviewed, (await health()).breakGlassUnreviewed]).toEqual([1, 1]);
    const metrics = (await authority.ask('GET', '/metrics')).body;
    expect(metrics).toMatch(/^sekisho_break_glass_unreviewed 1$/m);
    expect(metrics).toMatch(/^sekisho_break_glass_total 1$/m);
    expect(breakGlass[0]).toMatchObject({
      used: { by: 'alice' },
      done: { by: 'alice' },
      reviewed: null,
      reason: REASON,
    });
    const review = (as: Person) =>
      authority.ask('POST', `/v1/break-glass/${breakGlass[0].id}/review`, { as, body: { finding: 'was right' } });
    expect((await review('alice')).json().code).toBe('SamePerson');
    expect((await review('arthur')).json().code).toBe('RoleNotAllowed');
    expect((await review('bob')).json()).toMatchObject({ events: [{ type: 'BreakGlassReviewed' }] });
    expect((await review('bob')).json().code).toBe('BreakGlassUnknown');
    expect([(await listed()).unreviewed, (await health()).breakGlassUnreviewed]).toEqual([0, 0]);
    expect((await listed()).breakGlass[0].reviewed).toMatchObject({ by: 'bob', finding: 'was right' });
  });

  it('counts for one request, done once: the next one breaks it again', async () => {
    await quarantine();
    expect((await release('alice')).statusCode).toBe(202);
    expect((await release('alice', glass())).statusCode).toBe(200);
    expect((await listed()).unreviewed).toBe(1);
  });

  it('goes on for a while with what was not done, and not for ever', async () => {
    const used = async (): Promise<number> => (await listed()).breakGlass.length;
    const before = await used();
    expect((await release('alice', glass())).json().code).toBe('HostNotQuarantined');
    expect((await release('alice', glass())).json().code).toBe('HostNotQuarantined');
    expect(await used()).toBe(before + 1);
    authority.now.at = plusSeconds(authority.now.at, 900);
    expect((await release('alice', glass())).json().code).toBe('HostNotQuarantined');
    expect(await used()).toBe(before + 2);
  });

  it('is for nobody whom the policy does not name, nor beyond what they may anyway', async () => {
    await quarantine();
    const size = (await events()).length;
    expect((await release('bob', glass())).json().code).toBe('BreakGlassNotGranted');
    expect((await release('kim', glass())).json().code).toBe('RoleNotAllowed');
    expect((await release('wendy', glass())).json().code).toBe('RoleNotAllowed');
    expect((await events()).length).toBe(size);
  });

  it.each([
    ['no reason', ''],
    ['too long a one', 'x'.repeat(513)],
    ['a control character', 'a\u0007b'],
  ])('takes no %s', async (_, reason) => {
    expect((await release('alice', glass(reason))).statusCode).toBe(400);
  });

  it('takes no reason that is not percent-encoded', async () => {
    expect((await release('alice', { headers: { 'sekisho-break-glass': '%zz' } })).json().code).toBe(
      'RequestMalformed',
    );
  });

  it('makes no second person: whom somebody grants alone counts as them', async () => {
    const body = { subject: 'alice-2', role: 'trust-administrator' };
    const reply = await authority.ask('POST', '/v1/operators', { as: 'alice', body, ...glass() });
    expect(reply.statusCode).toBe(200);
    const who = await authority.ask('GET', '/v1/whoami', {
      headers: { authorization: `Bearer ${reply.json().token}` },
    });
    expect(who.json()).toMatchObject({ subject: 'alice-2', person: 'alice' });
  });

  it('approves an image that the same person proposed', async () => {
    await authority.ask('POST', '/v1/base-images', { as: 'alice', body: { image: imageOf('urgent') } });
    const approveImage = (as: Person, more = {}) =>
      authority.ask('POST', '/v1/base-images/urgent/approve', { as, body: {}, ...more });
    expect((await approveImage('alice')).json().code).toBe('SameOperator');
    expect((await approveImage('bob', glass())).json().code).toBe('BreakGlassNotGranted');
    expect((await approveImage('alice', glass())).statusCode).toBe(200);
    expect((await listed()).breakGlass[0]).toMatchObject({ operation: 'approveBaseImage', done: { by: 'alice' } });
  });

  it('is asked for by who has it to lose: with nobody named, nobody can', async () => {
    const none = await policy('alice', []);
    await approve('bob', none);
    expect((await policy('alice', [])).statusCode).toBe(200);
    expect((await release('alice', glass())).json().code).toBe('BreakGlassNotGranted');
  });
});
