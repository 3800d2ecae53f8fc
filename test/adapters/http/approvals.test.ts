import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { eventsOf } from '../../support/fold.js';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';

const HOUR = 3600;
let authority: HttpAuthority;

beforeEach(async () => {
  authority = await openHttpAuthority();
  const policy = { operations: ['grantOperator', 'changePolicy'], lifetimeSeconds: HOUR };
  const reply = await authority.ask('PUT', '/v1/approval-policy', { as: 'alice', body: policy });
  expect(reply.statusCode).toBe(200);
});
afterEach(() => authority.close());

const grant = (as: Person, subject = 'carol', role = 'trust-administrator') =>
  authority.ask('POST', '/v1/operators', { as, body: { subject, role } });
const waiting = async (as: Person, subject?: string): Promise<{ id: string; digest: string }> => {
  const reply = await grant(as, subject);
  expect(reply.statusCode).toBe(202);
  return reply.json().approval;
};
const approve = (as: Person | undefined, { id, digest }: { id: string; digest: string }, token?: string) =>
  authority.ask('POST', `/v1/approvals/${id}/approve`, {
    ...(as === undefined ? { headers: { authorization: `Bearer ${token ?? ''}` } } : { as }),
    body: { digest },
  });
const events = async () => eventsOf(authority.opened.deps.store);

describe('an operation that the approval policy names', () => {
  it('waits for another person, and is done once, by who asked, with both named', async () => {
    const asked = await waiting('alice');
    expect((await grant('alice')).json().approval.id).toBe(asked.id);
    expect((await approve('bob', asked)).statusCode).toBe(200);
    const done = await grant('alice');
    expect(done.statusCode).toBe(200);
    expect(done.json().token).toMatch(/^sekisho_/);
    const all = await events();
    const granted = all.filter(({ event, actor }) => event.type === 'OperatorGranted' && actor.subject === 'alice');
    expect(granted).toHaveLength(1);
    expect(granted[0]).toMatchObject({
      actor: { subject: 'alice' },
      event: { data: { subject: 'carol', person: 'carol', vouchedBy: 'bob' } },
    });
    const basis = granted[0]?.basis['approvals'];
    expect(all.find(({ stream, revision }) => stream === 'approvals' && revision === basis)).toMatchObject({
      actor: { subject: 'bob' },
      event: { type: 'ApprovalGiven', data: { id: asked.id } },
    });
    expect(all.at(-1)?.event).toEqual({ type: 'ApprovalUsed', data: { id: asked.id } });
    expect((await grant('alice')).statusCode).toBe(202);
  });

  it('is done though somebody used the id of the approval for another command before', async () => {
    const asked = await waiting('alice');
    const taken = { as: 'bob', headers: { 'idempotency-key': asked.id }, body: { reason: 'gone' } } as const;
    expect((await authority.ask('DELETE', '/v1/operators/wendy', taken)).statusCode).toBe(200);
    await approve('bob', asked);
    expect((await grant('alice')).statusCode).toBe(200);
    const granted = (await events()).filter(({ event }) => event.type === 'OperatorGranted');
    expect(granted.at(-1)?.event.data).toMatchObject({ subject: 'carol' });
  });

  it('shows the second person the whole request', async () => {
    const { id, digest } = await waiting('alice');
    const reply = await authority.ask('GET', `/v1/approvals/${id}`, { as: 'bob' });
    expect(reply.json()).toMatchObject({
      approval: { id, digest, status: 'waiting', summary: 'grantOperator, subject carol, role trust-administrator' },
      request: {
        operation: 'grantOperator',
        requester: 'alice',
        body: { subject: 'carol', role: 'trust-administrator' },
      },
    });
  });

  it('is not approved by who asked, nor by who may not do it, nor as another request', async () => {
    const asked = await waiting('alice');
    expect((await approve('alice', asked)).json().code).toBe('SamePerson');
    expect((await approve('kim', asked)).json().code).toBe('RoleNotAllowed');
    expect((await approve('wendy', asked)).statusCode).toBe(403);
    expect((await approve('bob', { ...asked, digest: '00'.repeat(32) })).json().code).toBe('ApprovalDiffers');
    expect((await grant('alice')).statusCode).toBe(202);
  });

  it('counts for that request of that person only', async () => {
    await approve('bob', await waiting('alice'));
    expect((await grant('alice', 'mallory')).statusCode).toBe(202);
    expect((await grant('alice', 'carol', 'auditor')).statusCode).toBe(202);
    expect((await grant('bob', 'carol')).statusCode).toBe(202);
    expect((await grant('alice')).statusCode).toBe(200);
  });

  it('comes to nothing when nobody answers in time, or it is not done in time', async () => {
    const late = await waiting('alice');
    authority.now.at = plusSeconds(authority.now.at, HOUR);
    expect((await approve('bob', late)).json().code).toBe('ApprovalUnknown');
    const asked = await waiting('alice');
    expect(asked.id).not.toBe(late.id);
    await approve('bob', asked);
    authority.now.at = plusSeconds(authority.now.at, HOUR);
    expect((await grant('alice')).statusCode).toBe(202);
    const { approvals } = (await authority.ask('GET', '/v1/approvals', { as: 'arthur' })).json();
    expect(approvals.map(({ status }: { status: string }) => status)).toEqual(['waiting', 'expired', 'expired']);
  });

  it('is rejected with a reason', async () => {
    const { id, digest } = await waiting('alice');
    const body = { reason: 'who is that' };
    const rejected = await authority.ask('POST', `/v1/approvals/${id}/reject`, { as: 'bob', body });
    expect([rejected.statusCode, rejected.json()]).toMatchObject([200, { events: [{ type: 'ApprovalRejected' }] }]);
    const recorded = (await eventsOf(authority.opened.deps.store)).map(({ event }) => event.type);
    expect(recorded.slice(-2)).toEqual(['ApprovalRequested', 'ApprovalRejected']);
    expect((await approve('bob', { id, digest })).json().code).toBe('ApprovalUnknown');
  });

  it('leaves no request that could not be done', async () => {
    const size = await authority.size();
    expect((await authority.ask('POST', '/v1/operators', { as: 'alice', body: { subject: 'x' } })).statusCode).toBe(
      400,
    );
    expect((await grant('wendy')).statusCode).toBe(403);
    expect(await authority.size()).toBe(size);
  });

  it('can be taken off the policy by two people only', async () => {
    const none = { operations: [], lifetimeSeconds: HOUR };
    const off = () => authority.ask('PUT', '/v1/approval-policy', { as: 'alice', body: none });
    const asked = (await off()).json().approval;
    expect(asked.operation).toBe('changeApprovalPolicy');
    await approve('bob', asked);
    expect((await off()).statusCode).toBe(200);
    expect((await grant('alice')).statusCode).toBe(200);
  });

  it('is withdrawn with whoever approved it', async () => {
    await approve('bob', await waiting('alice'));
    const body = { reason: 'left' };
    expect((await authority.ask('DELETE', '/v1/operators/bob', { as: 'alice', body })).statusCode).toBe(200);
    expect((await grant('alice')).statusCode).toBe(202);
  });
});

describe('one person with two names', () => {
  it('can not approve what they asked for, nor the image that they proposed', async () => {
    const other = await openHttpAuthority();
    const before = authority;
    authority = other;
    const { token } = (await grant('alice', 'alice-2')).json();
    const policy = { operations: ['grantOperator'], lifetimeSeconds: HOUR };
    await other.ask('PUT', '/v1/approval-policy', { as: 'alice', body: policy });
    const asked = await waiting('alice', 'alice-3');
    expect((await approve(undefined, asked, token)).json().code).toBe('SamePerson');
    expect((await other.ask('POST', '/v1/operators/alice-2/confirm', { as: 'alice', body: {} })).json().code).toBe(
      'SamePerson',
    );
    expect((await other.ask('POST', '/v1/operators/alice-2/confirm', { as: 'bob', body: {} })).statusCode).toBe(200);
    expect((await approve(undefined, asked, token)).statusCode).toBe(200);
    authority = before;
    await other.close();
  });
});
