import { describe, expect, it } from 'vitest';
import { type KeyCommand, keyDecider } from '../../../domain/key/decider.js';
import type { KeyEvent } from '../../../domain/key/events.js';
import type { Actor } from '../../../domain/ledger/envelope.js';
import { given as givenFor } from '../../support/decider.js';

const given = givenFor(keyDecider);
const by: Actor = { subject: 'kim', role: 'key-administrator' };
const release = '6d8e2b1a-2b7a-4b8c-9e64-6f0a3a7b9c01';
const other = 'b'.repeat(64);

const create: KeyCommand = {
  type: 'CreateKey',
  provider: 'p',
  primaryKey: '1',
  host: 'h1',
  origin: 'generated',
  release,
};
const created: KeyEvent = {
  type: 'KeyCreated',
  data: { provider: 'p', primaryKey: '1', host: 'h1', origin: 'generated', release },
};
const register = (actor: Actor = by): KeyCommand => ({
  type: 'RegisterKey',
  by: actor,
  provider: 'p',
  primaryKey: '1',
  reason: 'moved',
});
const registered: KeyEvent = { type: 'KeyRegistered', data: { provider: 'p', primaryKey: '1', reason: 'moved' } };
const rekey: KeyCommand = { type: 'RekeyKey', new: other, primaryKey: '2', host: 'h1', release };
const rekeyed: KeyEvent = { type: 'KeyRekeyed', data: { new: other, primaryKey: '2', host: 'h1', release } };
const revoke = (actor: Actor = by): KeyCommand => ({ type: 'RevokeKey', by: actor, reason: 'leaked' });
const revoked: KeyEvent = { type: 'KeyRevoked', data: { reason: 'leaked' } };

describe('a key', () => {
  it('begins once: made for a host, or registered', () => {
    given().when(create).then(created);
    given().when(register()).then(registered);
    for (const begun of [created, registered]) {
      given(begun).when(create).thenRejected({ _tag: 'KeyExists' });
      given(begun).when(register()).thenRejected({ _tag: 'KeyExists' });
    }
  });

  it('is wrapped anew while it is usable, any number of times', () => {
    given().when(rekey).thenRejected({ _tag: 'KeyUnknown' });
    given(created).when(rekey).then(rekeyed);
    given(created, rekeyed).when(rekey).then(rekeyed);
    given(created, revoked).when(rekey).thenRejected({ _tag: 'KeyAlreadyRevoked' });
  });

  it('is revoked once, for good', () => {
    given().when(revoke()).thenRejected({ _tag: 'KeyUnknown' });
    given(created).when(revoke()).then(revoked);
    given(registered, rekeyed).when(revoke()).then(revoked);
    given(created, revoked).when(revoke()).thenRejected({ _tag: 'KeyAlreadyRevoked' });
    given(created, revoked).when(create).thenRejected({ _tag: 'KeyExists' });
  });

  it.each(['workload-administrator', 'auditor', 'host'] as const)(
    'is neither registered nor revoked by: %s',
    (role) => {
      const eve: Actor = { subject: 'eve', role };
      given().when(register(eve)).thenRejected({ _tag: 'PermissionRequired', permission: 'ManageKMSTrust' });
      given(created).when(revoke(eve)).thenRejected({ _tag: 'PermissionRequired', permission: 'ManageKMSTrust' });
    },
  );

  it('remembers what it was wrapped anew as, so that its revocation reaches that', () => {
    expect(given(created, rekeyed).state.successors).toEqual([other]);
  });
});
