import { describe, it } from 'vitest';
import type { ClientCertificate } from '../../../domain/access/client-certificate.js';
import type { AccessCommand } from '../../../domain/access/commands.js';
import { accessDecider } from '../../../domain/access/decider.js';
import type { AccessEvent } from '../../../domain/access/events.js';
import type { Actor } from '../../../domain/ledger/envelope.js';
import { OPERATORS } from '../../support/authority.js';
import { given as givenFor } from '../../support/decider.js';

const { alice, bob } = OPERATORS;
const given = givenFor(accessDecider);
const TRUST = 'trust-administrator' as const;
const granted = (subject: string, role: typeof TRUST | 'auditor' = TRUST): AccessEvent => ({
  type: 'OperatorGranted',
  data: { subject, role, person: subject, vouchedBy: null, scope: null },
});
const founded = [granted('alice'), granted('bob'), granted('arthur', 'auditor')] as const;
const key = (n: number): ClientCertificate => ({
  by: 'key',
  spkiSha256: String(n).padStart(64, '0'),
  name: 'CN=x',
  notAfter: '2030-01-01T00:00:00.000Z',
});
const id = (n: number): string => `00000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`;
const bind = (by: Actor, subject: string, n = 1): AccessCommand => ({
  type: 'BindCertificate',
  by,
  id: id(n),
  subject,
  certificate: key(n),
});
const bound = (subject: string, n = 1): AccessEvent => ({
  type: 'ClientCertificateBound',
  data: { id: id(n), subject, certificate: key(n) },
});
const release = (by: Actor): AccessCommand => ({ type: 'ReleaseCertificate', by, id: id(1), reason: 'r' });

describe('a client certificate', () => {
  it('is bound by its owner, whatever their role, and never by another person', () => {
    given(...founded)
      .when(bind(alice, 'alice'))
      .then(bound('alice'));
    given(...founded)
      .when(bind({ subject: 'arthur', role: 'auditor' }, 'arthur'))
      .then(bound('arthur'));
    given(...founded)
      .when(bind(alice, 'bob'))
      .thenRejected({ _tag: 'NotYourName', subject: 'bob' });
    given(...founded)
      .when(bind(alice, 'nobody'))
      .thenRejected({ _tag: 'OperatorUnknown' });
  });

  it('is bound to a name by whoever gave the name, until that is its own person, who then has none of those', () => {
    const before = [...founded, [granted('carol'), alice]] as const;
    const confirmed: AccessEvent = { type: 'OperatorConfirmed', data: { subject: 'carol', person: 'carol' } };
    given(...before)
      .when(bind(alice, 'carol'))
      .then(bound('carol'));
    given(...before)
      .when(bind(bob, 'carol'))
      .thenRejected({ _tag: 'NotYourName' });
    given(...before, [confirmed, bob])
      .when(bind(alice, 'carol'))
      .thenRejected({ _tag: 'NotYourName' });
    const after = [...before, [bound('carol'), alice], [confirmed, bob]] as const;
    given(...after)
      .when(release(bob))
      .thenRejected({ _tag: 'CertificateUnknown' });
  });

  it('goes with the name when that is withdrawn: who gets the name anew does not get it', () => {
    const gone: AccessEvent = { type: 'OperatorWithdrawn', data: { subject: 'bob', role: TRUST, reason: 'r' } };
    given(...founded, bound('bob'), [gone, alice], [granted('bob'), alice])
      .when(release(bob))
      .thenRejected({ _tag: 'CertificateUnknown' });
  });

  it("is one operator's only, and said once", () => {
    given(...founded, bound('alice'))
      .when(bind(alice, 'alice'))
      .then();
    given(...founded, bound('alice'))
      .when(bind(bob, 'bob'))
      .thenRejected({ _tag: 'CertificateTaken', subject: 'alice' });
  });

  it('is one of at most 16', () => {
    const many = Array.from({ length: 16 }, (_, n) => bound('alice', n + 1));
    given(...founded, ...many)
      .when(bind(alice, 'alice', 17))
      .thenRejected({ _tag: 'TooManyCertificates', most: 16 });
  });

  it('is released by its owner, or by who may take roles away', () => {
    const released: AccessEvent = {
      type: 'ClientCertificateReleased',
      data: { id: id(1), subject: 'bob', reason: 'r' },
    };
    given(...founded, bound('bob'))
      .when(release(bob))
      .then(released);
    given(...founded, bound('bob'))
      .when(release(alice))
      .then(released);
    given(...founded, bound('bob'))
      .when(release({ subject: 'arthur', role: 'auditor' }))
      .thenRejected({ _tag: 'NotYourName' });
  });

  it("is of an operator of the ledger: who comes with an issuer's token binds none", () => {
    given(...founded)
      .when(bind({ subject: 'corp:a', role: TRUST }, 'corp:a'))
      .thenRejected({ _tag: 'OperatorUnknown' });
    given(...founded)
      .when(bind({ subject: 'corp:a', role: TRUST }, 'bob'))
      .thenRejected({ _tag: 'NotYourName' });
  });
});
