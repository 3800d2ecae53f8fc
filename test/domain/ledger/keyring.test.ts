import { randomUUID } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { createMemoryEventStore } from '../../../adapters/event-store/memory/memory-event-store.js';
import { createStateCache } from '../../../adapters/event-store/state-cache.js';
import {
  type AuthorityCommand,
  type AuthorityState,
  authorityDecider,
  type NamedKey,
} from '../../../domain/ledger/authority.js';
import { authorityCatalogue } from '../../../domain/ledger/authority-events.js';
import { execute } from '../../../domain/ledger/execute.js';
import { loadKeyring } from '../../../domain/ledger/load-keyring.js';
import { verifyLedger } from '../../../domain/ledger/verify-ledger.js';
import { keyFromSeed, type TestKey } from '../../support/engines.js';
import { actor, left, openTestLedger, right, type TestLedger } from '../../support/ledger.js';

const command = (ledger: TestLedger, given: AuthorityCommand, signer: TestKey = ledger.authorityKey) =>
  execute({ ...ledger.writer, signer: () => signer })({
    decider: authorityDecider,
    catalogue: authorityCatalogue,
    cache: createStateCache<AuthorityState>(1),
    stream: 'authority',
    commandId: randomUUID(),
    actor,
    prepare: () => TE.right({ command: given, basis: {} }),
  })();

const introduced = (key: NamedKey) => ({
  ...key,
  purpose: 'event' as const,
  node: null,
  replaces: null,
  endorsement: null,
  possession: null,
});

const opened = () => openTestLedger(createMemoryEventStore());
const next = keyFromSeed(3);

describe('the authority and its keys', () => {
  it('introduces keys that count from their place on, and retires them', async () => {
    const ledger = await opened();
    right(await ledger.count('host/a', { by: 1 }));
    right(await command(ledger, { type: 'IntroduceSigningKey', ...introduced(next.named) }));
    right(await command(ledger, { type: 'RetireSigningKey', kid: ledger.eventKey.kid }));
    const keyring = right(await loadKeyring(ledger.writer, ledger.authorityKey.kid)());
    expect([...keyring.values()].map(({ kid, purpose, from, until }) => [kid, purpose, from, until])).toEqual([
      [ledger.authorityKey.kid, 'authority', 0, null],
      [ledger.eventKey.kid, 'event', 1, 4],
      [next.kid, 'event', 3, null],
    ]);
  });

  it('refuses what a retired key signs, and what the next one signs counts', async () => {
    const ledger = await opened();
    right(await command(ledger, { type: 'IntroduceSigningKey', ...introduced(next.named) }));
    right(await command(ledger, { type: 'RetireSigningKey', kid: ledger.eventKey.kid }));
    right(await ledger.count('host/a', { by: 1 }));
    const report = right(await verifyLedger(ledger.writer, { pinned: null, head: undefined, mostFaults: 9 })());
    expect(report.faults).toEqual([
      { _tag: 'KeyNotValidHere', at: { index: 4, stream: 'host/a', revision: 0 }, kid: ledger.eventKey.kid },
    ]);
  });

  it('is another authority for whoever pinned this one', async () => {
    const ledger = await opened();
    expect(left(await loadKeyring(ledger.writer, next.kid)())).toMatchObject({
      _tag: 'UnknownKey',
      kid: ledger.authorityKey.kid,
    });
    expect(right(await loadKeyring(ledger.writer, null)()).size).toBe(2);
    expect(right(await loadKeyring({ ...ledger.writer, store: createMemoryEventStore() }, null)()).size).toBe(0);
  });

  it('does not let an event key introduce keys', async () => {
    const ledger = await opened();
    right(await command(ledger, { type: 'IntroduceSigningKey', ...introduced(next.named) }, ledger.eventKey));
    expect(left(await loadKeyring(ledger.writer, null)())).toMatchObject({
      _tag: 'KeyNotValidHere',
      kid: ledger.eventKey.kid,
    });
  });

  it('leaves a key unknown whose id is not that of its bytes', async () => {
    const ledger = await opened();
    const lie = { kid: keyFromSeed(4).kid, publicKey: next.named.publicKey };
    right(await command(ledger, { type: 'IntroduceSigningKey', ...introduced(lie) }));
    expect(right(await loadKeyring(ledger.writer, null)()).has(lie.kid)).toBe(false);
  });

  it('refuses to be founded twice, to know a key twice and to retire one that is not in use', async () => {
    const ledger = await opened();
    const { named, kid } = ledger.eventKey;
    const founding = {
      type: 'FoundAuthority' as const,
      name: 'Again',
      group: 'test',
      authorityKey: named,
      eventKey: named,
    };
    expect(left(await command(ledger, founding))._tag).toBe('AuthorityAlreadyFounded');
    expect(
      left(await command(ledger, { type: 'IntroduceSigningKey', ...introduced(named), purpose: 'token' })),
    ).toEqual({
      _tag: 'SigningKeyAlreadyKnown',
      kid,
    });
    expect(left(await command(ledger, { type: 'RetireSigningKey', kid }))._tag).toBe('LastSigningKey');
    right(await command(ledger, { type: 'IntroduceSigningKey', ...introduced(next.named) }));
    right(await command(ledger, { type: 'RetireSigningKey', kid }));
    expect(left(await command(ledger, { type: 'RetireSigningKey', kid }))).toEqual({ _tag: 'SigningKeyNotInUse', kid });
    expect(left(await command(ledger, { type: 'IntroduceSigningKey', ...introduced(named) }))._tag).toBe(
      'SigningKeyAlreadyKnown',
    );
    const nobody = { ...ledger, writer: { ...ledger.writer, store: createMemoryEventStore() } };
    expect(left(await command(nobody, { type: 'RetireSigningKey', kid }))._tag).toBe('AuthorityNotFounded');
  });
});
