import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { AccessCommand } from '../../../domain/access/commands.js';
import { accessDecider } from '../../../domain/access/decider.js';
import type { AccessEvent } from '../../../domain/access/events.js';
import { holderOfAccount } from '../../../domain/access/holder-of-account.js';
import type { AccessState } from '../../../domain/access/state.js';
import type { TokenIssuer } from '../../../domain/access/token-issuer.js';
import type { Actor } from '../../../domain/ledger/envelope.js';
import { OPERATORS } from '../../support/authority.js';
import { GIVEN_AT, type Given, given as givenFor } from '../../support/decider.js';

const { alice, bob } = OPERATORS;
const arthur: Actor = { subject: 'arthur', role: 'auditor' };
const given = givenFor(accessDecider);
const TRUST = 'trust-administrator' as const;
const URL = 'https://corp.example';

const granted = (subject: string, role: typeof TRUST | 'auditor' = TRUST): AccessEvent => ({
  type: 'OperatorGranted',
  data: { subject, role, person: subject, vouchedBy: null, scope: null },
});
const trusted = (more: Partial<TokenIssuer> = {}, vouchedBy: string | null = null): Given<AccessEvent> => [
  {
    type: 'TokenIssuerTrusted',
    data: {
      name: 'corp',
      issuer: URL,
      audience: 'sekisho',
      keysUrl: null,
      algorithms: ['ES256'],
      subjectClaim: 'sub',
      personClaim: 'employee',
      skewSeconds: 30,
      roles: [{ claim: 'groups', value: 'gate', role: 'auditor', scope: null }],
      vouchedBy,
      ...more,
    },
  },
  alice,
];
const confirmed: Given<AccessEvent> = [{ type: 'TokenIssuerConfirmed', data: { name: 'corp' } }, bob];
const removed: AccessEvent = { type: 'TokenIssuerRemoved', data: { name: 'corp', reason: 'r' } };
const identity = (account: string, person: string) => ({
  subject: `corp:${account}`,
  issuer: 'corp',
  person,
  role: 'auditor' as const,
  scope: null,
});
const came = (account: string, person: string): AccessEvent => ({
  type: 'IdentityIntroduced',
  data: identity(account, person),
});
const facts = (account: string, person: string, subject: string) => ({
  account: `corp:${account}`,
  issuer: URL,
  person,
  subject,
});
const offered = (account: string, person: string, subject: string): AccessEvent => ({
  type: 'AccountOffered',
  data: facts(account, person, subject),
});
const bound = (account: string, person: string, subject: string): AccessEvent => ({
  type: 'AccountBound',
  data: facts(account, person, subject),
});
const self = (account: string): Actor => ({ subject: `corp:${account}`, role: 'auditor' });
const offer = (by: Actor, subject: string): AccessCommand => ({ type: 'OfferAccount', by, subject, now: GIVEN_AT });
const bind = (by: Actor, account: string, subject: string, now = GIVEN_AT): AccessCommand => ({
  type: 'BindAccount',
  by,
  account: `corp:${account}`,
  subject,
  now,
});
const release = (by: Actor, account = 'ann'): AccessCommand => ({
  type: 'ReleaseAccount',
  by,
  account: `corp:${account}`,
  reason: 'r',
});

const founded = [granted('alice'), granted('bob'), granted('arthur', 'auditor'), trusted(), confirmed] as const;
const ann = [...founded, came('ann', 'e-1')] as const;
const asked = [...ann, offered('ann', 'e-1', 'alice')] as const;
const annIsAlice = [...asked, [bound('ann', 'e-1', 'alice'), alice]] as const;

const comesAs = (state: AccessState, account = 'ann', person = 'e-1') =>
  holderOfAccount(state, identity(account, person));
const ALICE = E.right({ subject: 'alice', role: TRUST, scope: null });
const NOBODY = E.right(undefined);

describe('an account of a token issuer', () => {
  it('is offered by whoever comes with it, and bound by the operator; then it comes as that operator, whatever the rules give', () => {
    given(...ann)
      .when(offer(self('ann'), 'alice'))
      .then(offered('ann', 'e-1', 'alice'));
    given(...asked)
      .when(offer(self('ann'), 'alice'))
      .then();
    expect(comesAs(given(...asked).state)).toEqual(NOBODY);
    given(...asked)
      .when(bind(alice, 'ann', 'alice'))
      .then(bound('ann', 'e-1', 'alice'));
    expect(comesAs(given(...annIsAlice).state)).toEqual(ALICE);
    given(...annIsAlice)
      .when(bind(alice, 'ann', 'alice'))
      .then();
  });

  it('is offered by nobody else, and to nobody who is no operator', () => {
    given(...ann)
      .when(offer(alice, 'alice'))
      .thenRejected({ _tag: 'NotAnAccount', subject: 'alice' });
    given(...ann)
      .when(offer(self('ben'), 'bob'))
      .thenRejected({ _tag: 'NotAnAccount', subject: 'corp:ben' });
    given(...ann)
      .when(offer(self('ann'), 'corp:ann'))
      .thenRejected({ _tag: 'OperatorUnknown' });
  });

  it("is bound by nobody who does not hold it: another's account becomes no operator's by their word alone", () => {
    const both = [...ann, came('ben', 'e-2')] as const;
    given(...both)
      .when(bind(alice, 'ben', 'alice'))
      .thenRejected({ _tag: 'AccountNotOffered', account: 'corp:ben', subject: 'alice' });
    given(...both, offered('ben', 'e-2', 'bob'))
      .when(bind(alice, 'ben', 'alice'))
      .thenRejected({ _tag: 'AccountNotOffered' });
    given(...both)
      .when(bind(alice, 'BEN', 'alice'))
      .thenRejected({ _tag: 'AccountNotOffered' });
  });

  it('is bound to nobody who does not say so: offering takes nothing from an operator', () => {
    given(...ann, offered('ann', 'e-1', 'bob'))
      .when(bind(alice, 'ann', 'bob'))
      .thenRejected({ _tag: 'NotYourName', subject: 'bob' });
    given(...ann, offered('ann', 'e-1', 'bob'))
      .when(bind(self('ann'), 'ann', 'bob'))
      .thenRejected({ _tag: 'NotYourName' });
    given(...ann, offered('ann', 'e-1', 'arthur'))
      .when(bind(arthur, 'ann', 'arthur'))
      .then(bound('ann', 'e-1', 'arthur'));
  });

  it('is bound within a day', () => {
    given(...asked)
      .when(bind(alice, 'ann', 'alice', '2026-01-01T23:59:59.999Z'))
      .then(bound('ann', 'e-1', 'alice'));
    given(...asked)
      .when(bind(alice, 'ann', 'alice', '2026-01-02T00:00:00.000Z'))
      .thenRejected({ _tag: 'AccountNotOffered' });
  });

  it("is one operator's only", () => {
    given(...annIsAlice)
      .when(offer(self('ann'), 'bob'))
      .thenRejected({ _tag: 'AccountTaken', subject: 'alice' });
    given(...annIsAlice)
      .when(bind(bob, 'ann', 'bob'))
      .thenRejected({ _tag: 'AccountTaken', subject: 'alice' });
  });

  it('is of the same operator as every other account of that person: one person of an issuer is never two here', () => {
    const too = [...annIsAlice, came('ann-too', 'e-1')] as const;
    given(...too, offered('ann-too', 'e-1', 'bob'))
      .when(bind(bob, 'ann-too', 'bob'))
      .thenRejected({ _tag: 'AccountTaken', account: 'corp:ann', subject: 'alice' });
    given(...too, offered('ann-too', 'e-1', 'alice'))
      .when(bind(alice, 'ann-too', 'alice'))
      .then(bound('ann-too', 'e-1', 'alice'));
  });

  it('is one of at most 16', () => {
    const many = Array.from({ length: 16 }, (_, n) => bound(`a${String(n)}`, 'e-1', 'alice'));
    given(...asked, ...many)
      .when(bind(alice, 'ann', 'alice'))
      .thenRejected({ _tag: 'TooManyAccounts', most: 16 });
  });

  it('lets in nobody whom the issuer calls another person by now: names of accounts are given to others', () => {
    expect(comesAs(given(...annIsAlice).state, 'ann', 'e-9')).toEqual(
      E.left({ _tag: 'AccountOfAnother', account: 'corp:ann' }),
    );
    given(...asked, came('ann', 'e-9'))
      .when(bind(alice, 'ann', 'alice'))
      .thenRejected({ _tag: 'AccountNotOffered' });
  });

  it('is released by its operator, by its holder, or by who may take roles away', () => {
    const gone: AccessEvent = {
      type: 'AccountReleased',
      data: { account: 'corp:ann', subject: 'alice', reason: 'r' },
    };
    for (const by of [alice, bob])
      given(...annIsAlice)
        .when(release(by))
        .then(gone);
    given(...asked)
      .when(release(self('ann')))
      .then(gone);
    given(...annIsAlice)
      .when(release(arthur))
      .thenRejected({ _tag: 'NotYourName', subject: 'alice' });
    given(...ann)
      .when(release(alice))
      .thenRejected({ _tag: 'AccountUnknown' });
    expect(comesAs(given(...annIsAlice, gone).state)).toEqual(NOBODY);
  });

  it('goes with the name when that is withdrawn, or becomes its own person', () => {
    const carol = [...ann, [granted('carol'), alice], [bound('ann', 'e-1', 'carol'), alice]] as const;
    given(...ann, [granted('carol'), alice], offered('ann', 'e-1', 'carol'))
      .when(bind(alice, 'ann', 'carol'))
      .then(bound('ann', 'e-1', 'carol'));
    expect(comesAs(given(...carol).state)).toMatchObject({ right: { subject: 'carol' } });
    const own: AccessEvent = { type: 'OperatorConfirmed', data: { subject: 'carol', person: 'carol' } };
    expect(comesAs(given(...carol, [own, bob]).state)).toEqual(NOBODY);
    const gone: AccessEvent = { type: 'OperatorWithdrawn', data: { subject: 'carol', role: TRUST, reason: 'r' } };
    expect(comesAs(given(...carol, [gone, bob], [granted('carol'), bob]).state)).toEqual(NOBODY);
  });
});

describe('a token issuer', () => {
  it('that nobody confirmed makes nobody an operator', () => {
    const alone = [granted('alice'), trusted(), came('ann', 'e-1')] as const;
    given(...alone)
      .when(offer(self('ann'), 'alice'))
      .thenRejected({ _tag: 'TokenIssuerUnconfirmed', name: 'corp' });
    given(...asked, trusted())
      .when(bind(alice, 'ann', 'alice'))
      .thenRejected({ _tag: 'TokenIssuerUnconfirmed' });
  });

  it('that is removed takes what was bound with it, under whatever address it comes back', () => {
    expect(comesAs(given(...annIsAlice, removed).state)).toEqual(NOBODY);
    for (const issuer of [URL, 'https://evil.example'])
      expect(comesAs(given(...annIsAlice, removed, trusted({ issuer }), confirmed).state)).toEqual(NOBODY);
    given(...asked, removed, trusted({ issuer: 'https://evil.example' }), confirmed)
      .when(bind(alice, 'ann', 'alice'))
      .thenRejected({ _tag: 'AccountNotOffered' });
  });

  it.each<Partial<TokenIssuer>>([
    { issuer: 'https://evil.example' },
    { keysUrl: 'https://evil.example/keys' },
    { audience: 'another application' },
    { subjectClaim: 'nickname' },
    { personClaim: 'sub' },
    { algorithms: ['ES256', 'RS256'] },
  ])('that is trusted anew with %o says nothing of whose accounts they were, confirmed or not', (more) => {
    expect(comesAs(given(...annIsAlice, trusted(more)).state)).toEqual(NOBODY);
    expect(comesAs(given(...annIsAlice, trusted(more, 'bob')).state)).toEqual(NOBODY);
    expect(comesAs(given(...annIsAlice, trusted(more), trusted(), confirmed).state)).toEqual(NOBODY);
  });

  it('that is trusted anew with other rules keeps them: the rules give no role to whoever is an operator', () => {
    const more = { roles: [{ claim: 'groups', value: 'x', role: TRUST, scope: null }], skewSeconds: 5 };
    expect(comesAs(given(...annIsAlice, trusted(more)).state)).toEqual(ALICE);
  });

  it('of another name may have accounts of the same names, which are others', () => {
    const other = { ...identity('ann', 'e-1'), subject: 'corp2:ann', issuer: 'corp2' };
    expect(holderOfAccount(given(...annIsAlice).state, other)).toEqual(NOBODY);
  });
});
