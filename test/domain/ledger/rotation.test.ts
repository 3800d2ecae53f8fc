import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { createMemoryEventStore } from '../../../adapters/event-store/memory/memory-event-store.js';
import { toBase64 } from '../../../domain/encoding/bytes.js';
import type { KeyChange } from '../../../domain/ledger/authority.js';
import type { ChainTip } from '../../../domain/ledger/chain.js';
import { applyKeyChange, requestKeyChange } from '../../../domain/ledger/change-keys.js';
import type { Envelope } from '../../../domain/ledger/envelope.js';
import { eventId } from '../../../domain/ledger/event-id.js';
import { execute } from '../../../domain/ledger/execute.js';
import { type KeyStatement, type StatementKind, statementInput } from '../../../domain/ledger/key-statement.js';
import type { Keyring } from '../../../domain/ledger/keyring.js';
import { loadKeyring } from '../../../domain/ledger/load-keyring.js';
import { signEntry } from '../../../domain/ledger/sign-entry.js';
import { signKeyRequest } from '../../../domain/ledger/sign-key-request.js';
import { verifyEntry } from '../../../domain/ledger/verify-entry.js';
import { verifyLedger } from '../../../domain/ledger/verify-ledger.js';
import { engines, keyFromSeed, type TestKey } from '../../support/engines.js';
import { actor, countCatalogue, counter, left, openTestLedger, right } from '../../support/ledger.js';

const FOUNDER = keyFromSeed(1);
const POSSIBLE = Array.from({ length: 60 }, (_, i) => keyFromSeed(i));

const signature = (key: TestKey, kind: StatementKind, statement: KeyStatement): string =>
  toBase64(key.signNow(right(statementInput(engines.canonicalize, kind, statement))));

const statementFor = (key: TestKey, purpose: KeyStatement['purpose'], replaces: string | null): KeyStatement => ({
  authority: FOUNDER.kid,
  ...key.named,
  purpose,
  node: null,
  replaces,
});

const introduction = (key: TestKey, old: TestKey | undefined): KeyChange => {
  const statement = statementFor(key, 'event', old?.kid ?? null);
  const { kid, publicKey, node, replaces } = statement;
  const endorsement = old === undefined ? null : signature(old, 'endorsement', statement);
  const possession = signature(key, 'possession', statement);
  return { type: 'IntroduceSigningKey', kid, publicKey, purpose: 'event', node, replaces, endorsement, possession };
};

const handover = (key: TestKey, old: TestKey): KeyChange => {
  const possession = signature(key, 'possession', statementFor(key, 'authority', old.kid));
  return { type: 'RotateAuthorityKey', ...key.named, replaces: old.kid, possession };
};

/** A ledger whose keys change while it is written to. */
const openRotating = async () => {
  const ledger = await openTestLedger(createMemoryEventStore());
  let keyring: Keyring = ledger.writer.keyring();
  let [event, authority, seeds] = [ledger.eventKey, ledger.authorityKey, 10];
  const writer = { ...ledger.writer, keyring: () => keyring, signer: () => event };
  const refresh = (next: TestKey | undefined) => async () => {
    keyring = right(await loadKeyring(writer, FOUNDER.kid)());
    if (next !== undefined && keyring.has(next.kid)) event = next;
    return E.right(undefined);
  };
  const change = async (changes: ReadonlyArray<KeyChange>, next?: TestKey, signer = authority) => {
    const request = right(await requestKeyChange(writer)({ by: actor, commandId: randomUUID(), changes })());
    const signed = right(await signKeyRequest({ ...engines, signer })({ ...request, signer: signer.kid })());
    return applyKeyChange(writer, refresh(next))(signed)();
  };
  const note = async (stream: string) =>
    right(
      await execute(writer)({
        decider: counter,
        catalogue: countCatalogue,
        cache: ledger.cache,
        stream,
        commandId: randomUUID(),
        actor,
        prepare: () => TE.right({ command: { by: 1 }, basis: {} }),
      })(),
    );
  const fresh = (): TestKey => keyFromSeed((seeds += 1));
  const rotateEvent = async () => {
    const [old, next] = [event, fresh()];
    return right(await change([introduction(next, old), { type: 'RetireSigningKey', kid: old.kid }], next));
  };
  const rotateAuthority = async () => {
    const next = fresh();
    right(await change([handover(next, authority)]));
    authority = next;
  };
  const verify = async () =>
    right(await verifyLedger(writer, { pinned: FOUNDER.kid, head: undefined, mostFaults: 9 })());
  return {
    writer,
    change,
    note,
    fresh,
    rotateEvent,
    rotateAuthority,
    verify,
    event: () => event,
    authority: () => authority,
  };
};

/** What the entry before it leaves for the next one; `leaf` as the next one has it. */
const tipOf = (bytes: Uint8Array, leaf: string): ChainTip => {
  const { revision, recordedAt, command, id, stream } = JSON.parse(new TextDecoder().decode(bytes)) as Envelope;
  const ordinal = [0, 1, 2, 3].find((each) => eventId(engines.hashing, stream, command, each) === id) ?? 0;
  return { revision, leaf, recordedAt, command, ordinal };
};

type Step = 'note' | 'event' | 'authority';

const play = async (steps: ReadonlyArray<Step>) => {
  const rotating = await openRotating();
  for (const [i, step] of steps.entries()) {
    if (step === 'note') await rotating.note(`host/${String(i % 3)}`);
    if (step === 'event') await rotating.rotateEvent();
    if (step === 'authority') await rotating.rotateAuthority();
  }
  return rotating;
};

const steps = fc.array(fc.constantFrom<Step>('note', 'note', 'event', 'authority'), { maxLength: 14 });

describe('keys that follow each other', () => {
  it('leave every history verifiable from the pinned founder alone', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const rotating = await play(given);
        expect((await rotating.verify()).faults).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('can not sign outside their range, whichever entry it is', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), fc.nat(), async (given, atEntry, atKey) => {
        const { writer, verify } = await play(['note', 'event', ...given]);
        const entries = right(await writer.store.readAll(0, 1000)());
        const { keyring } = await verify();
        const keys = [...keyring.values()];
        const stored = entries[atEntry % entries.length]!;
        const key = keys[atKey % keys.length]!;
        const envelope = JSON.parse(new TextDecoder().decode(stored.bytes)) as Envelope;
        const signer = POSSIBLE.find(({ kid }) => kid === key.kid)!;
        const { bytes } = right(await signEntry({ ...engines, signer }, { ...envelope, kid: key.kid })());
        const before = entries.find((e) => e.stream === stored.stream && e.revision === stored.revision - 1);
        const previous =
          envelope.previous === null || before === undefined ? null : tipOf(before.bytes, envelope.previous);
        const checked = verifyEntry(engines, { stored: { ...stored, bytes }, previous, keyring });
        const inRange = stored.index >= key.from && (key.until === null || stored.index < key.until);
        const itsJob = key.purpose === (stored.stream === 'authority' ? 'authority' : 'event');
        expect(E.isRight(checked)).toBe(inRange && itsJob);
        if (!(inRange && itsJob)) expect(left(checked)._tag).toBe('KeyNotValidHere');
      }),
      { numRuns: 60 },
    );
  });

  it('need the authority key in use: neither an earlier one nor an event key may change them', async () => {
    const rotating = await openRotating();
    await rotating.rotateAuthority();
    const next = rotating.fresh();
    for (const signer of [FOUNDER, rotating.event()]) {
      const refused = left(await rotating.change([introduction(next, rotating.event())], undefined, signer));
      expect(refused).toMatchObject({ _tag: 'KeyChangeInvalid', fault: { _tag: 'KeyNotValidHere', kid: signer.kid } });
    }
  });

  it('are asked for in a request of their own behind a hand-over of the authority key, which signs nothing more', async () => {
    const rotating = await openRotating();
    const [old, next] = [rotating.authority(), rotating.fresh()];
    const since = '2026-01-01T00:00:00.000Z';
    const declare = { type: 'DeclareKeyCompromised', kid: old.kid, since, reason: 'lost' } as const;
    const size = right(await rotating.writer.store.size()());
    const both = { by: actor, commandId: randomUUID(), changes: [handover(next, old), declare] };
    expect(left(await requestKeyChange(rotating.writer)(both)())).toMatchObject({ _tag: 'KeyChangeUnfit' });
    expect(right(await rotating.writer.store.size()())).toBe(size);
    right(await rotating.change([handover(next, old)]));
    right(await rotating.change([declare], undefined, next));
    const { faults, keyring } = await rotating.verify();
    expect([faults, keyring.get(old.kid)?.compromised?.since]).toEqual([[], since]);
  });

  it('are not believed when the old key or the new one did not sign', async () => {
    const rotating = await openRotating();
    const [next, other] = [rotating.fresh(), rotating.fresh()];
    const honest = introduction(next, rotating.event());
    const lie = introduction(other, rotating.event());
    if (honest.type !== 'IntroduceSigningKey' || lie.type !== 'IntroduceSigningKey')
      throw new Error('not introductions');
    for (const wrong of [
      { endorsement: lie.endorsement },
      { possession: lie.possession },
      { purpose: 'log' as const },
    ]) {
      const size = right(await rotating.writer.store.size()());
      const refused = await rotating.change([{ ...honest, ...wrong }]).catch(String);
      if (typeof refused !== 'string') expect(left(refused)).toEqual({ _tag: 'KeyNotVouchedFor', kid: next.kid });
      else expect(refused).toContain('KeyPurposeMismatch');
      expect(right(await rotating.writer.store.size()())).toBe(size);
    }
    expect((await rotating.verify()).faults).toEqual([]);
  });

  it('end only behind everything that they signed, however many commands are under way', async () => {
    const rotating = await openRotating();
    const work = Array.from({ length: 200 }, (_, i) => rotating.note(`host/${String(i % 20)}`));
    await rotating.rotateEvent();
    const more = Array.from({ length: 50 }, (_, i) => rotating.note(`host/${String(i % 20)}`));
    await rotating.rotateEvent();
    await Promise.all([...work, ...more]);
    const report = await rotating.verify();
    expect(report.faults).toEqual([]);
    expect(report.size).toBe(2 + 250 + 4);
  });

  it('do not end while this process signs with them', async () => {
    const rotating = await openRotating();
    const [old, next] = [rotating.event(), rotating.fresh()];
    const refused = left(
      await rotating.change([introduction(next, old), { type: 'RetireSigningKey', kid: old.kid }], undefined),
    );
    expect(refused).toEqual({ _tag: 'KeyStillSigning', kid: old.kid });
    await rotating.note('host/a');
    expect((await rotating.verify()).faults).toEqual([]);
  });

  it('go on after a crash between the two events of a rotation: the same signed change again does the rest', async () => {
    const rotating = await openRotating();
    const [old, next] = [rotating.event(), rotating.fresh()];
    const { writer } = rotating;
    const changes: ReadonlyArray<KeyChange> = [introduction(next, old), { type: 'RetireSigningKey', kid: old.kid }];
    const request = right(await requestKeyChange(writer)({ by: actor, commandId: randomUUID(), changes })());
    const signed = right(await signKeyRequest({ ...engines, signer: FOUNDER })(request)());
    const crash = TE.left({ _tag: 'KeysNotTakenUp' as const, detail: 'crash' });
    expect(left(await applyKeyChange(writer, crash)(signed)())).toEqual({ _tag: 'KeysNotTakenUp', detail: 'crash' });
    await rotating.note('host/a');
    const keyring = right(await loadKeyring(writer, FOUNDER.kid)());
    expect([keyring.get(old.kid)?.until, keyring.get(next.kid)?.until]).toEqual([null, null]);
    const restarted = { ...writer, keyring: () => keyring, signer: () => next };
    const done = right(await applyKeyChange(restarted, TE.right(undefined))(signed)());
    expect(done.events.map(({ event }) => event.type)).toEqual(['SigningKeyIntroduced', 'SigningKeyRetired']);
    expect(right(await applyKeyChange(restarted, TE.right(undefined))(signed)()).revision).toBe(done.revision);
    expect((await rotating.verify()).faults).toEqual([]);
    expect(right(await loadKeyring(writer, FOUNDER.kid)()).get(old.kid)?.until).toBe(4);
  });

  it('names a compromise and ends the key, but never the last one of its purpose', async () => {
    const rotating = await openRotating();
    const [old, next] = [rotating.event(), rotating.fresh()];
    const declare = {
      type: 'DeclareKeyCompromised',
      kid: old.kid,
      since: '2026-01-01T00:00:00.000Z',
      reason: 'lost',
    } as const;
    expect(
      left(await requestKeyChange(rotating.writer)({ by: actor, commandId: randomUUID(), changes: [declare] })()),
    ).toEqual({ _tag: 'LastSigningKey', kid: old.kid, purpose: 'event' });
    right(await rotating.change([introduction(next, undefined), declare], next));
    const { keyring } = await rotating.verify();
    expect(keyring.get(old.kid)).toMatchObject({ until: 3, compromised: { since: declare.since, declared: 3 } });
  });
});
