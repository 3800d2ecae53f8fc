import { beforeAll, describe, expect, it } from 'vitest';
import type { WitnessedBefore } from '../../../domain/ledger/doubt.js';
import { type DoubtQuery, findDoubts } from '../../../domain/ledger/find-doubts.js';
import type { Keyring } from '../../../domain/ledger/keyring.js';
import { enrol, type TestAuthority } from '../../support/authority.js';
import { eventfulAuthority } from '../../support/bundle.js';
import { keyFromSeed } from '../../support/engines.js';
import { left, right } from '../../support/ledger.js';

const [AUTHORITY, EVENT] = [keyFromSeed(1).kid, keyFromSeed(2).kid];
const SINCE = '2026-12-01T01:30:00.000Z';

let authority: TestAuthority;
let size: number;
beforeAll(async () => {
  authority = await eventfulAuthority();
  size = right(await authority.deps.store.size()());
});

/** The keys, with one of them lost. */
const lost = (kid: string, since = SINCE, until: number | null = null): Keyring => {
  const keys = authority.deps.keyring();
  const compromised = { since, reason: 'lost', declared: size };
  return new Map([...keys, [kid, { ...keys.get(kid)!, until, compromised }]]);
};

const find = async (keyring: Keyring, query: Partial<DoubtQuery> = {}) =>
  right(
    await findDoubts(authority.deps, {
      keyring,
      witnessedBefore: () => undefined,
      lists: () => true,
      from: 0,
      most: 1000,
      ...query,
    })(),
  );

const witnessed: (at: string, upTo: number) => WitnessedBefore = (at, upTo) => (since) =>
  at < since ? { size: upTo, at } : undefined;

describe('what a lost key leaves in doubt', () => {
  it('is nothing where no key was lost', async () => {
    expect(await find(authority.deps.keyring())).toEqual({ doubts: [], listed: [], more: 0 });
  });

  it('is everything that it signed, told apart by the time that is said, and counted by kind', async () => {
    const { doubts, listed } = await find(lost(EVENT));
    const [doubt] = doubts;
    expect(listed.every(({ kid }) => kid === EVENT)).toBe(true);
    expect((doubt?.later?.entries ?? 0) + (doubt?.earlier?.entries ?? 0)).toBe(listed.length);
    expect(listed.length).toBeGreaterThan(10);
    expect(doubt?.later).toMatchObject({ first: { at: '2026-12-01T02:00:00.000Z' }, last: { index: size - 1 } });
    expect(doubt?.earlier?.last.at).toBe('2026-12-01T01:00:00.000Z');
    expect(doubt?.types).toContainEqual({ type: 'AttestationRefused', entries: 3 });
    expect(doubt?.types.reduce((sum, { entries }) => sum + entries, 0)).toBe(listed.length);
  });

  it('is nothing of what enough witnesses had seen before, whatever they saw later', async () => {
    const early = await find(lost(EVENT), { witnessedBefore: witnessed('2026-12-01T01:29:59.000Z', size - 2) });
    expect(early.listed.map(({ index }) => index)).toEqual([size - 2, size - 1]);
    expect(early.doubts[0]?.witnessed?.size).toBe(size - 2);
    const late = await find(lost(EVENT), { witnessedBefore: witnessed(SINCE, size - 2) });
    expect(late.listed.length).toBeGreaterThan(10);
    const whole = await find(lost(EVENT), { witnessedBefore: witnessed('2026-12-01T00:00:00.000Z', size) });
    expect([whole.listed, whole.doubts[0]?.later]).toEqual([[], undefined]);
  });

  it('is listed page by page, of the kinds that are asked for', async () => {
    const lists = (type: string): boolean => type === 'AttestationRefused';
    const all = (await find(lost(EVENT), { lists })).listed;
    const first = await find(lost(EVENT), { lists, most: 3 });
    expect([first.listed, first.more]).toEqual([all.slice(0, 3), all.length - 3]);
    const rest = await find(lost(EVENT), { lists, from: (first.listed.at(-1)?.index ?? 0) + 1 });
    expect(rest.listed).toEqual(all.slice(3));
  });

  it('of the authority key names the keys that it may have brought in for somebody else', async () => {
    const { doubts, listed } = await find(lost(AUTHORITY));
    expect(new Set(listed.map(({ stream }) => stream))).toEqual(new Set(['authority']));
    expect(doubts).toMatchObject([{ kid: AUTHORITY, purpose: 'authority', brought: [EVENT] }]);
  });

  it('stays the same while others go on signing', async () => {
    const before = await find(lost(EVENT, SINCE, size));
    const { deps } = authority;
    await enrol({ ...authority, deps: { ...deps, signer: () => keyFromSeed(3) } }, 'later').catch(() => undefined);
    expect(await find(lost(EVENT, SINCE, size))).toEqual(before);
  });

  it('can not be said of a ledger that can not be read', async () => {
    const { store } = authority.deps;
    const broken = {
      ...authority.deps,
      store: {
        ...store,
        readAll: (from: number, limit: number) => async () => {
          const page = right(await store.readAll(from, limit)());
          return { _tag: 'Right' as const, right: page.map((each) => ({ ...each, bytes: each.bytes.slice(1) })) };
        },
      },
    };
    const query = { witnessedBefore: () => undefined, lists: () => true, from: 0, most: 9, keyring: lost(EVENT) };
    expect(left(await findDoubts(broken, query)())._tag).toBe('NotCanonical');
  });
});
