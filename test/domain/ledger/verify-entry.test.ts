import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalize } from '../../../adapters/crypto/canonicalize.js';
import { createMemoryEventStore } from '../../../adapters/event-store/memory/memory-event-store.js';
import { fromUtf8, utf8 } from '../../../domain/encoding/bytes.js';
import type { ChainTip } from '../../../domain/ledger/chain.js';
import type { Envelope } from '../../../domain/ledger/envelope.js';
import { eventId } from '../../../domain/ledger/event-id.js';
import type { Keyring } from '../../../domain/ledger/keyring.js';
import { leafOf } from '../../../domain/ledger/leaf.js';
import { signEntry } from '../../../domain/ledger/sign-entry.js';
import { verifyEntry } from '../../../domain/ledger/verify-entry.js';
import type { StoredEntry } from '../../../domain/ports.js';
import { engines, hashing } from '../../support/engines.js';
import { left, openTestLedger, right, type TestLedger } from '../../support/ledger.js';

let ledger: TestLedger;
let keyring: Keyring;
let entries: ReadonlyArray<StoredEntry>;
let tip: ChainTip;

beforeAll(async () => {
  ledger = await openTestLedger(createMemoryEventStore());
  keyring = ledger.writer.keyring();
  right(await ledger.count('host/a', { by: 1, note: 'äöü "quoted"' }));
  right(await ledger.count('host/a', { by: 2 }));
  entries = right(await ledger.writer.store.readStream('host/a', 0, 10)());
  tip = right(verifyEntry(engines, { stored: entries[0]!, previous: null, keyring })).tip;
});

const verify = (stored: StoredEntry, previous: ChainTip | null) => verifyEntry(engines, { stored, previous, keyring });

const envelopeOf = (stored: StoredEntry): Envelope => JSON.parse(fromUtf8(stored.bytes) ?? '') as Envelope;

/** Signs an envelope anew, with the real key, after changing it. */
const resigned = async (change: Partial<Envelope>, stored = entries[1]!): Promise<StoredEntry> => {
  const envelope = { ...envelopeOf(stored), ...change };
  const { id, bytes } = right(await signEntry({ canonicalize, signer: ledger.eventKey }, envelope)());
  return { ...stored, id, bytes };
};

describe('verifyEntry', () => {
  it('accepts what was signed, and says what the next entry must continue', () => {
    expect(tip).toMatchObject({ revision: 0, ordinal: 0, leaf: leafOf(hashing, entries[0]!.bytes) });
    expect(right(verify(entries[1]!, tip)).envelope).toMatchObject({ previous: tip.leaf, data: { by: 2 } });
  });

  it('stores the RFC 8785 form of the envelope, with the signature over the form without it', () => {
    const { bytes } = entries[1]!;
    const envelope = envelopeOf(entries[1]!);
    expect(canonicalize(envelope as never)).toEqual(E.right(fromUtf8(bytes)));
    const { sig, ...unsigned } = envelope;
    const signed = utf8(`sekisho/event/v1\u0000${right(canonicalize(unsigned as never))}`);
    expect(engines.verifyEd25519(ledger.eventKey.publicKey, signed, Buffer.from(sig, 'base64'))).toBe(true);
  });

  it('refuses an entry with any bit flipped, and never throws', () => {
    fc.assert(
      fc.property(fc.nat(entries[0]!.bytes.length * 8 - 1), (bit) => {
        const bytes = entries[0]!.bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(E.isLeft(verify({ ...entries[0]!, bytes }, null))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses an entry cut at any byte, and random bytes', () => {
    const { bytes } = entries[0]!;
    for (let size = 0; size < bytes.length; size++) {
      expect(E.isLeft(verify({ ...entries[0]!, bytes: bytes.slice(0, size) }, null))).toBe(true);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
        expect(left(verify({ ...entries[0]!, bytes: random }, null))._tag).toMatch(/NotCanonical|EnvelopeInvalid/);
      }),
    );
  });

  it('refuses what nests without end instead of running out of stack', () => {
    const text = (fromUtf8(entries[0]!.bytes) ?? '').replace(
      '"by":1',
      `"by":${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    );
    expect(left(verify({ ...entries[0]!, bytes: utf8(text) }, null))._tag).toBe('NotCanonical');
  });

  it('refuses a well-signed entry that does not continue its stream', async () => {
    const [first, second] = [entries[0]!, entries[1]!];
    expect(left(verify(second, null))).toMatchObject({ _tag: 'RevisionGap', expected: 0, found: 1 });
    expect(left(verify(first, tip))).toMatchObject({ _tag: 'RevisionGap', expected: 1, found: 0 });
    expect(left(verify(await resigned({ revision: 7 }), tip))).toMatchObject({
      _tag: 'RevisionGap',
      expected: 1,
      found: 7,
    });
    expect(left(verify(await resigned({ previous: 'a'.repeat(64) }), tip))._tag).toBe('PreviousMismatch');
    expect(left(verify(await resigned({ previous: null }), tip))._tag).toBe('PreviousMismatch');
    expect(left(verify(await resigned({ stream: 'host/b' }), tip))).toMatchObject({
      _tag: 'ForeignStream',
      found: 'host/b',
    });
    expect(left(verify(await resigned({ recordedAt: '2025-12-31T23:59:59.999Z' }), tip))._tag).toBe('TimeWentBack');
  });

  it('refuses an id that is not that of stream, command and ordinal', async () => {
    const second = envelopeOf(entries[1]!);
    expect(left(verify(await resigned({ id: eventId(hashing, 'host/a', second.command, 1) }), tip))._tag).toBe(
      'IdMismatch',
    );
    expect(left(verify(await resigned({ command: 'another' }), tip))._tag).toBe('IdMismatch');
    expect(left(verify({ ...entries[1]!, id: entries[0]!.id }, tip))._tag).toBe('IdMismatch');
    const command = envelopeOf(entries[0]!).command;
    const continued = { command, id: eventId(hashing, 'host/a', command, 1) };
    expect(right(verify(await resigned(continued), tip)).tip.ordinal).toBe(1);
  });

  it('refuses keys outside of the part of the ledger that they may sign', () => {
    const { kid } = ledger.eventKey;
    const key = keyring.get(kid)!;
    const second = entries[1]!;
    const within = (change: object): string => {
      const verified = verifyEntry(engines, {
        stored: second,
        previous: tip,
        keyring: new Map([[kid, { ...key, ...change }]]),
      });
      return E.isRight(verified) ? 'accepted' : verified.left._tag;
    };
    expect(within({ until: second.index + 1 })).toBe('accepted');
    expect(within({ until: second.index })).toBe('KeyNotValidHere');
    expect(within({ from: second.index + 1 })).toBe('KeyNotValidHere');
    for (const purpose of ['authority', 'token', 'log']) expect(within({ purpose })).toBe('KeyNotValidHere');
    expect(within({ publicKey: ledger.authorityKey.publicKey })).toBe('SignatureInvalid');
  });
});

describe('eventId', () => {
  it('is the UUIDv5 of a place, the same for ever', () => {
    // As Python's uuid.uuid5 makes it of the namespace and the three texts with line feeds between them.
    expect(eventId(hashing, 'host/a', 'c', 0)).toBe('9105b06f-e6d0-515d-b54b-f2ef7af174ed');
    const places = [
      ['host/a', 'c', 0],
      ['host/a', 'c', 1],
      ['host/a', 'd', 0],
      ['host/b', 'c', 0],
    ] as const;
    expect(new Set(places.map(([stream, command, ordinal]) => eventId(hashing, stream, command, ordinal))).size).toBe(
      4,
    );
  });
});
