import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeClient } from '../../../adapters/cli/authority-client.js';
import type { Online } from '../../../adapters/cli/online.js';
import { ownSubject } from '../../../adapters/cli/own-subject.js';
import { inProcess } from '../../../adapters/cli/transport.js';
import { accessDecider } from '../../../domain/access/decider.js';
import type { AccessEvent } from '../../../domain/access/events.js';
import { mayBeOnePerson } from '../../../domain/access/state.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import type { Recorded } from '../../../domain/ledger/envelope.js';
import { imageOf } from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { type HttpAuthority, openHttpAuthority, type Person } from '../../support/http-authority.js';
import { type OidcIssuer, oidcIssuer } from '../../support/oidc-issuer.js';

const AUDIENCE = 'urn:sekisho:test';
const ROLES = [
  { claim: 'groups', value: 'gate', role: 'trust-administrator' },
  { claim: 'groups', value: 'staff', role: 'auditor' },
];

let authority: HttpAuthority;
let provider: OidcIssuer;
let tokens: Readonly<Record<'ann' | 'ben' | 'kay', string>>;

beforeAll(async () => {
  authority = await openHttpAuthority(new Date().toISOString());
  provider = await oidcIssuer({
    ann: { groups: 'staff', employee: 'e-1' },
    ben: { groups: 'gate', employee: 'e-2' },
    kay: { groups: 'staff', employee: 'e-3' },
  });
});
afterAll(async () => {
  await provider.close();
  await authority.close();
});
beforeEach(async () => {
  // The provider's clock is the real one.
  authority.now.at = new Date().toISOString();
  const tokenOf = (user: string) => provider.tokenOf(user);
  tokens = { ann: await tokenOf('ann'), ben: await tokenOf('ben'), kay: await tokenOf('kay') };
  await authority.ask('DELETE', '/v1/token-issuers/corp', { as: 'alice', body: { reason: 'test' } });
  await trust();
  await authority.ask('POST', '/v1/token-issuers/corp/confirm', { as: 'bob', body: {} });
});

type Account = keyof typeof tokens;
type Method = 'GET' | 'POST' | 'PUT';

const trust = (more: Readonly<Record<string, unknown>> = {}) =>
  authority.ask('PUT', '/v1/token-issuers/corp', {
    as: 'alice',
    body: { issuer: provider.url, audience: AUDIENCE, roles: ROLES, personClaim: 'employee', ...more },
  });
const by = (account: Account, method: Method, path: string, body?: unknown) =>
  authority.ask(method, path, {
    headers: { authorization: `Bearer ${tokens[account]}` },
    ...(body === undefined ? {} : { body }),
  });
const whoami = async (account: Account) => (await by(account, 'GET', '/v1/whoami')).json();
const offer = (account: Account, subject: string) => by(account, 'PUT', '/v1/whoami/operator', { subject });
const bind = (as: Person, account: Account, subject: string = as) =>
  authority.ask('POST', '/v1/accounts', { as, body: { account: `corp:${account}`, subject } });
const release = (as: Person, account: Account) =>
  authority.ask('POST', '/v1/accounts/release', { as, body: { account: `corp:${account}`, reason: 'test' } });
const join = async (account: Account, as: Person) => {
  expect((await offer(account, as)).statusCode).toBe(200);
  expect((await bind(as, account)).statusCode).toBe(200);
};
const list = async () => (await authority.ask('GET', '/v1/accounts', { as: 'arthur' })).json().accounts;
const events = () => eventsOf(authority.opened.deps.store);

let versions = 0;
const newVersion = () => `image-${String(++versions)}`;
const approving = (version: string) => `/v1/base-images/${version}/approve`;

describe('an account that is an operator', () => {
  it('comes as that operator, whatever its groups would give, and everything says so', async () => {
    expect(await whoami('ann')).toMatchObject({ subject: 'corp:ann', role: 'auditor', account: null });
    await join('ann', 'alice');
    expect(await whoami('ann')).toMatchObject({
      subject: 'alice',
      role: 'trust-administrator',
      person: 'alice',
      via: 'issuer',
      account: 'corp:ann',
    });
    const { operators } = (await authority.ask('GET', '/v1/operators', { as: 'arthur' })).json();
    expect(operators.find(({ subject }: { subject: string }) => subject === 'alice').accounts).toEqual(['corp:ann']);
    expect(await list()).toMatchObject([
      { account: 'corp:ann', issuer: provider.url, person: 'e-1', subject: 'alice', bound: { by: 'alice' } },
    ]);
    expect((await events()).slice(-2)).toMatchObject([
      { actor: { subject: 'corp:ann' }, event: { type: 'AccountOffered' } },
      { actor: { subject: 'alice' }, event: { type: 'AccountBound' } },
    ]);
    await by('ann', 'POST', '/v1/base-images', { image: imageOf(newVersion()) });
    expect((await events()).at(-1)).toMatchObject({
      actor: { subject: 'alice', role: 'trust-administrator' },
      event: { type: 'BaseImageProposed' },
    });
  });

  it('is one person with that operator, and another one than everybody else', async () => {
    await join('ann', 'alice');
    const [hers, theirs] = [newVersion(), newVersion()];
    await by('ann', 'POST', '/v1/base-images', { image: imageOf(hers) });
    expect((await authority.ask('POST', approving(hers), { as: 'alice', body: {} })).json().code).toBe('SameOperator');
    expect((await authority.ask('POST', approving(hers), { as: 'bob', body: {} })).statusCode).toBe(200);
    await join('ben', 'bob');
    await by('ben', 'POST', '/v1/base-images', { image: imageOf(theirs) });
    expect((await authority.ask('POST', approving(theirs), { as: 'bob', body: {} })).json().code).toBe('SameOperator');
    expect((await by('ann', 'POST', approving(theirs), {})).statusCode).toBe(200);
  });

  it('may do nothing that would stay when its issuer takes it back', async () => {
    await join('ann', 'alice');
    const asked = [
      await by('ann', 'PUT', '/v1/whoami/token', { sha256: 'ab'.repeat(32) }),
      await by('ann', 'POST', '/v1/client-certificates', { subject: 'alice', certificate: 'x' }),
      await by('ann', 'POST', '/v1/accounts', { subject: 'alice', account: 'corp:kay' }),
    ];
    expect(asked.map((reply) => [reply.statusCode, reply.json().code])).toEqual([
      [403, 'ComeOtherwise'],
      [403, 'ComeOtherwise'],
      [403, 'ComeOtherwise'],
    ]);
  });

  it("comes as itself again once it is released, and what it did before stays the operator's", async () => {
    await join('ben', 'bob');
    const version = newVersion();
    await by('ben', 'POST', '/v1/base-images', { image: imageOf(version) });
    expect((await release('bob', 'ben')).statusCode).toBe(200);
    expect(await whoami('ben')).toMatchObject({ subject: 'corp:ben', person: 'corp:e-2' });
    expect((await by('ben', 'POST', approving(version), {})).json().code).toBe('SameOperator');
    await join('ben', 'alice');
    expect(await whoami('ben')).toMatchObject({ subject: 'alice' });
  });

  it('stays out when no rule lets it in any more', async () => {
    await join('ann', 'alice');
    await trust({ roles: ROLES.slice(0, 1) });
    expect(await whoami('ann')).toMatchObject({ code: 'NoRoleMapped' });
    await trust();
    expect(await whoami('ann')).toMatchObject({ subject: 'alice' });
  });

  it("is nobody's once its issuer's tokens say in another way who somebody is", async () => {
    await join('ann', 'alice');
    await trust({ keysUrl: `${provider.url}/jwks` });
    expect(await whoami('ann')).toMatchObject({ subject: 'corp:ann', person: null });
    expect(await list()).toEqual([]);
    expect((await offer('ann', 'alice')).json().code).toBe('TokenIssuerUnconfirmed');
  });
});

describe('binding an account', () => {
  it('takes both: who holds the account, and the operator', async () => {
    expect((await bind('alice', 'ben')).json().code).toBe('AccountNotOffered');
    expect((await offer('ben', 'alice')).statusCode).toBe(200);
    expect((await whoami('ben')).subject).toBe('corp:ben');
    expect((await by('ben', 'POST', '/v1/accounts', { subject: 'alice', account: 'corp:ben' })).json().code).toBe(
      'NotYourName',
    );
    expect((await bind('bob', 'ben', 'alice')).json().code).toBe('NotYourName');
    authority.now.at = plusSeconds(authority.now.at, 86_400);
    expect((await list())[0]).toMatchObject({ account: 'corp:ben', bound: null, expired: true });
    expect((await bind('alice', 'ben')).json().code).toBe('AccountNotOffered');
  });

  it.each([
    ['of letters that look alike', 'corp:\u0430nn'],
    ['of no issuer', 'ann'],
    ['with a space', 'corp:ann b'],
  ])('refuses a name %s', async (_, account) => {
    const reply = await authority.ask('POST', '/v1/accounts', { as: 'alice', body: { subject: 'alice', account } });
    expect([reply.statusCode, reply.json().code]).toEqual([400, 'InvalidField']);
  });

  it('is no way for who has a token only to say whose an account is', async () => {
    const reply = await authority.ask('PUT', '/v1/whoami/operator', { as: 'alice', body: { subject: 'alice' } });
    expect([reply.statusCode, reply.json().code]).toEqual([403, 'NotAnAccount']);
  });

  it('is by an operator: the command line tells who comes with an account what to come with instead', async () => {
    const of = (token: string) =>
      ownSubject({ client: makeClient(inProcess(authority.app), () => TE.right(token)), options: {} } as Online)();
    expect(await of(authority.tokens.get('alice') ?? '')).toEqual(E.right('alice'));
    expect(await of(tokens.ben)).toMatchObject({ left: { code: 'NotAnOperator', advice: expect.any(String) } });
  });

  it('waits for a second person where policy says so, whatever the role of who asks', async () => {
    const policy = (operations: ReadonlyArray<string>) =>
      authority.ask('PUT', '/v1/approval-policy', { as: 'alice', body: { operations, lifetimeSeconds: 3600 } });
    const approve = async (reply: Awaited<ReturnType<typeof policy>>) => {
      const { id, digest } = reply.json().approval;
      return authority.ask('POST', `/v1/approvals/${id}/approve`, { as: 'bob', body: { digest } });
    };
    await policy(['bindAccount']);
    await offer('kay', 'arthur');
    const waiting = await bind('arthur', 'kay');
    expect([waiting.statusCode, waiting.json().approval.summary]).toEqual([
      202,
      'bindAccount, account corp:kay, subject arthur',
    ]);
    expect((await whoami('kay')).subject).toBe('corp:kay');
    expect((await approve(waiting)).statusCode).toBe(200);
    expect((await bind('arthur', 'kay')).statusCode).toBe(200);
    expect(await whoami('kay')).toMatchObject({ subject: 'arthur', role: 'auditor' });
    await approve(await policy([]));
    expect((await policy([])).statusCode).toBe(200);
  });
});

describe('what two people did', () => {
  it('is judged by what was bound then: folded up to its basis, the ledger still says that they were two', async () => {
    const all = await events();
    const access = all.filter(({ stream }) => stream === 'access') as ReadonlyArray<Recorded<AccessEvent>>;
    const approved = all.flatMap((each) =>
      each.event.type === 'ApprovalGiven' || each.event.type === 'BaseImageApproved'
        ? [{ ...each, what: each.event.type === 'ApprovalGiven' ? each.event.data.id : each.event.data.version }]
        : [],
    );
    const firstOf = new Map(
      all.flatMap(({ event, actor }): ReadonlyArray<readonly [string, string]> => {
        if (event.type === 'ApprovalRequested') return [[event.data.id, actor.subject]];
        return event.type === 'BaseImageProposed' ? [[event.data.version, actor.subject]] : [];
      }),
    );
    const checked = approved.map(({ what, actor, basis }) => {
      const state = access
        .filter(({ revision }) => revision <= (basis['access'] ?? -1))
        .reduce(accessDecider.evolve, accessDecider.initial);
      return mayBeOnePerson(state, firstOf.get(what) ?? '', actor.subject);
    });
    expect(checked.length).toBeGreaterThanOrEqual(4);
    expect(checked).not.toContain(true);
  });
});
