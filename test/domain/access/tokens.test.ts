import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccessCommand } from '../../../domain/access/commands.js';
import { accessDecider } from '../../../domain/access/decider.js';
import type { AccessEvent } from '../../../domain/access/events.js';
import { holderOfToken } from '../../../domain/access/holder-of-token.js';
import type { Actor } from '../../../domain/ledger/envelope.js';
import { OPERATORS } from '../../support/authority.js';
import { GIVEN_AT, given as givenFor } from '../../support/decider.js';

const { alice, bob, wendy } = OPERATORS;
const given = givenFor(accessDecider);
const trust = 'trust-administrator' as const;
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const LATER = '2026-06-01T00:00:00.000Z';
const forEver = (sha256: string) => ({ sha256, expires: null });
const self: Actor = { subject: 'eve', role: 'auditor' };
const authority: Actor = { subject: 'authority:1', role: 'authority' };

const granted = (subject: string, role: typeof trust | 'auditor'): AccessEvent => ({
  type: 'OperatorGranted',
  data: { subject, role, person: subject, vouchedBy: null, scope: null },
});
const issued = (subject: string, sha256: string, expires: string | null = null): AccessEvent => ({
  type: 'OperatorTokenIssued',
  data: { subject, sha256, expires },
});
const takenOver = (subject: string, sha256: string): AccessEvent => ({
  type: 'OperatorTokenTakenOver',
  data: { subject, sha256 },
});
const revoked = (subject: string): AccessEvent => ({ type: 'OperatorTokensRevoked', data: { subject, reason: 'r' } });
const withdrawn = (subject: string): AccessEvent => ({
  type: 'OperatorWithdrawn',
  data: { subject, role: 'auditor', reason: 'r' },
});
const issue = (by: Actor, subject: string, vouchedBy?: string): AccessCommand => ({
  type: 'IssueToken',
  by,
  subject,
  token: forEver(B),
  vouchedBy,
});
const takeOver = (by: Actor, sha256: string): AccessCommand => ({
  type: 'TakeOverTokens',
  by,
  tokens: [{ subject: 'eve', role: 'auditor', sha256 }],
});

const founded = [granted('alice', trust), granted('bob', trust), granted('eve', 'auditor')] as const;

describe('a token', () => {
  it('is recorded with the grant that it is for', () => {
    given(granted('alice', trust))
      .when({
        type: 'GrantOperator',
        by: alice,
        subject: 'eve',
        role: 'auditor',
        person: undefined,
        scope: null,
        vouchedBy: undefined,
        token: forEver(A),
      })
      .then(granted('eve', 'auditor'), issued('eve', A));
  });

  it('opens the role that its subject has now, until it expires, is followed, revoked, or the role is taken', () => {
    const holders = (...more: ReadonlyArray<AccessEvent>) => {
      const { state } = given(...founded, issued('eve', A, LATER), ...more);
      return [A, B].map((sha256) => holderOfToken(state, sha256, GIVEN_AT)?.subject);
    };
    expect(holders()).toEqual(['eve', undefined]);
    expect(holders(issued('eve', B))).toEqual([undefined, 'eve']);
    expect(holders(issued('bob', B))).toEqual(['eve', 'bob']);
    expect(holders(revoked('eve'))).toEqual([undefined, undefined]);
    expect(holders(revoked('bob'))).toEqual(['eve', undefined]);
    expect(holders(withdrawn('eve'))).toEqual([undefined, undefined]);
    expect(holders(withdrawn('eve'), granted('eve', trust))).toEqual([undefined, undefined]);
    const { state } = given(...founded, issued('eve', A, LATER));
    expect(holderOfToken(state, A, '2026-05-31T23:59:59.999Z')).toEqual({
      subject: 'eve',
      role: 'auditor',
      scope: null,
    });
    expect(holderOfToken(state, A, LATER)).toBeUndefined();
  });

  it("is made for oneself, for a name that counts as oneself, or for one whose giving a second person approved; for nobody else's", () => {
    given(...founded)
      .when(issue(self, 'eve'))
      .then(issued('eve', B));
    given(...founded, [granted('carol', 'auditor'), alice])
      .when(issue(alice, 'carol'))
      .then(issued('carol', B));
    given(...founded)
      .when(issue(alice, 'eve', 'bob'))
      .then(issued('eve', B));
    for (const by of [alice, wendy])
      given(...founded)
        .when(issue(by, 'eve'))
        .thenRejected({ _tag: 'NotYourName', subject: 'eve' });
    given(...founded)
      .when(issue(wendy, 'eve', 'bob'))
      .thenRejected({ _tag: 'NotYourName', subject: 'eve' });
    given(...founded)
      .when(issue(alice, 'nobody'))
      .thenRejected({ _tag: 'OperatorUnknown' });
  });

  it('is revoked by its holder, or by who may take roles away', () => {
    for (const by of [self, bob])
      given(...founded)
        .when({ type: 'RevokeTokens', by, subject: 'eve', reason: 'r' })
        .then(revoked('eve'));
    given(...founded)
      .when({ type: 'RevokeTokens', by: wendy, subject: 'eve', reason: 'r' })
      .thenRejected({ _tag: 'NotYourName' });
    given(...founded)
      .when({ type: 'RevokeTokens', by: bob, subject: 'nobody', reason: 'r' })
      .thenRejected({ _tag: 'OperatorUnknown' });
  });
});

describe('the last trust administrator who can come in', () => {
  const both = [granted('alice', trust), granted('bob', trust), issued('alice', A)] as const;
  const last = { _tag: 'LastTrustAdministrator', subject: 'alice' } as const;
  const revoke: AccessCommand = { type: 'RevokeTokens', by: alice, subject: 'alice', reason: 'r' };
  const withdraw: AccessCommand = { type: 'WithdrawOperator', by: alice, subject: 'alice', reason: 'r' };

  it('keeps token and role, when the others have none, or one that ends', () => {
    for (const others of [[revoked('bob')], [issued('bob', B, LATER)], [issued('bob', B), revoked('bob')]])
      for (const command of [revoke, withdraw])
        given(...both, ...others)
          .when(command)
          .thenRejected(last);
  });

  it('is not the last where another has a token without an end, one of a file, or a certificate', () => {
    const id = '00000000-0000-4000-8000-000000000001';
    const bound: AccessEvent = {
      type: 'ClientCertificateBound',
      data: { id, subject: 'bob', certificate: { by: 'key', spkiSha256: A, name: 'CN=bob', notAfter: LATER } },
    };
    for (const others of [[], [issued('bob', B)], [takenOver('bob', B)], [revoked('bob'), bound]])
      given(...both, ...others)
        .when(revoke)
        .then(revoked('alice'));
  });
});

describe('a token from before tokens were in the ledger', () => {
  it('is taken over by the authority alone, for who holds that role, once', () => {
    given(...founded)
      .when(takeOver(authority, A))
      .then(takenOver('eve', A));
    given(...founded)
      .when(takeOver(alice, A))
      .thenRejected({ _tag: 'NotYourName' });
    given(...founded, takenOver('eve', A))
      .when(takeOver(authority, A))
      .then();
    given(...founded, withdrawn('eve'))
      .when(takeOver(authority, A))
      .then();
    given(...founded, withdrawn('eve'), granted('eve', trust))
      .when(takeOver(authority, A))
      .then();
  });

  it("leaves another node's token of the same name, and ends with the next that is issued", () => {
    const both = given(...founded, takenOver('eve', A), takenOver('eve', B)).state;
    expect([A, B].map((sha256) => holderOfToken(both, sha256, GIVEN_AT)?.subject)).toEqual(['eve', 'eve']);
    const next = given(...founded, takenOver('eve', A), issued('eve', B)).state;
    expect([A, B].map((sha256) => holderOfToken(next, sha256, GIVEN_AT)?.subject)).toEqual([undefined, 'eve']);
  });

  it('is never brought back by an old file, whatever happened since to who has had one in the ledger', () => {
    const anything = fc.constantFrom(
      issued('eve', B),
      takenOver('eve', B),
      granted('eve', 'auditor'),
      withdrawn('eve'),
    );
    const ending = fc.constantFrom(issued('eve', B), revoked('eve'));
    fc.assert(
      fc.property(fc.array(anything), ending, fc.array(anything), (before, end, after) => {
        given(...founded, ...before, end, ...after)
          .when(takeOver(authority, A))
          .then();
      }),
    );
  });
});
