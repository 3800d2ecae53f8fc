import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { inventoryDecider, MOST_CHANGES } from '../../../domain/inventory/decider.js';
import type { InventoryEvent } from '../../../domain/inventory/events.js';
import type { Observation, SeenHost } from '../../../domain/inventory/observation.js';
import type { InventoryState } from '../../../domain/inventory/state.js';
import type { Actor } from '../../../domain/ledger/envelope.js';
import { OPERATORS } from '../../support/authority.js';
import { GIVEN_AT, given as givenFor } from '../../support/decider.js';

const decider = inventoryDecider('east');
const given = givenFor(decider);
const { alice, wendy } = OPERATORS;

const host = (key: string, rest: Partial<SeenHost> = {}): SeenHost => ({
  key,
  name: `${key}.example`,
  uuid: null,
  cluster: 'c1',
  tpm: '2.0',
  verdict: 'none',
  ...rest,
});
const c1 = { key: 'c1', name: 'East' };
const of = (hosts: ReadonlyArray<SeenHost>, clusters = [c1], instance = 'i1'): Observation => ({
  instance,
  product: 'p',
  clusters,
  hosts,
});
const observe = (observation: Observation, now = GIVEN_AT, by: Actor = wendy) =>
  ({ type: 'ObserveInventory', by, now, observation }) as const;

const introduced: InventoryEvent = {
  type: 'InventoryIntroduced',
  data: { kind: 'vsphere', instance: 'i1', product: 'p' },
};
const clusterSeen: InventoryEvent = { type: 'InventoryClusterSeen', data: c1 };
const seen = (data: SeenHost): InventoryEvent => ({ type: 'InventoryHostSeen', data });
const blind: InventoryEvent = { type: 'InventoryBlind', data: { reason: 'Unreachable', since: GIVEN_AT } };
const FIRST = [introduced, clusterSeen, seen(host('h1'))] as const;

describe('what a management server says', () => {
  it('is recorded whole at first, and afterwards where it differs', () => {
    given()
      .when(observe(of([host('h1')])))
      .then(...FIRST);
    given(...FIRST)
      .when(observe(of([host('h1')])))
      .then();
    for (const change of [
      { cluster: null },
      { tpm: 'none' },
      { verdict: 'refused' },
      { name: 'n' },
      { uuid: 'u' },
    ] as const)
      given(...FIRST)
        .when(observe(of([host('h1', change)])))
        .then(seen(host('h1', change)));
    given(...FIRST)
      .when(observe(of([], [])))
      .then({ type: 'InventoryHostGone', data: { key: 'h1' } }, { type: 'InventoryClusterGone', data: { key: 'c1' } });
    given(...FIRST)
      .when(observe(of([host('h1')], [{ ...c1, name: 'West' }])))
      .then({ type: 'InventoryClusterSeen', data: { ...c1, name: 'West' } });
  });

  it('is confirmed once in six hours when nothing differs, so that no silence is taken for no change', () => {
    const same = of([host('h1')]);
    given(...FIRST)
      .when(observe(same, plusSeconds(GIVEN_AT, 6 * 3600 - 1)))
      .then();
    const confirmed: InventoryEvent = { type: 'InventoryConfirmed', data: { clusters: 1, hosts: 1 } };
    given(...FIRST)
      .when(observe(same, plusSeconds(GIVEN_AT, 6 * 3600)))
      .then(confirmed);
    given(...FIRST, [confirmed, plusSeconds(GIVEN_AT, 6 * 3600)])
      .when(observe(same, plusSeconds(GIVEN_AT, 7 * 3600)))
      .then();
  });

  it('is blindness once, by its reason, until it can be read again', () => {
    const report = { type: 'ReportBlind', by: wendy, reason: 'Unreachable', since: GIVEN_AT } as const;
    given(...FIRST)
      .when(report)
      .then(blind);
    given(...FIRST, blind)
      .when(report)
      .then();
    given(...FIRST, blind)
      .when({ ...report, reason: 'LoginRefused' })
      .then({ type: 'InventoryBlind', data: { reason: 'LoginRefused', since: GIVEN_AT } });
    given(...FIRST, blind)
      .when(observe(of([host('h1')])))
      .then({ type: 'InventorySighted', data: {} });
  });

  it('is not taken from another server under the same name', () => {
    given(...FIRST)
      .when(observe(of([host('h1')], [c1], 'i2')))
      .thenRejected({ _tag: 'InventoryOfOtherServer', inventory: 'east' });
  });

  it.each([
    ['one host twice', of([host('h1'), host('h1', { name: 'n' })])],
    ['one cluster twice', of([], [c1, c1])],
    ['a host in a cluster that is not there', of([host('h1', { cluster: 'c9' })])],
  ])('is refused where it contradicts itself: %s', (_, observation) => {
    given().when(observe(observation)).thenRejected({ _tag: 'InventoryContradictory' });
  });

  it('is handed on by whoever may relay reports, and by nobody else', () => {
    for (const by of [alice, { subject: 'a', role: 'auditor' }, { subject: 'h', role: 'host' }] as ReadonlyArray<Actor>)
      given()
        .when(observe(of([]), GIVEN_AT, by))
        .thenRejected({ _tag: 'PermissionRequired', permission: 'RelayReports' });
  });
});

const anyHost = fc.record({
  key: fc.constantFrom('h1', 'h2', 'h3', 'h4'),
  name: fc.constantFrom('a', 'b', 'c'),
  uuid: fc.constantFrom(null, 'u'),
  cluster: fc.constantFrom(null, 'c1'),
  tpm: fc.constantFrom('none' as const, '2.0' as const),
  verdict: fc.constantFrom('none' as const, 'accepted' as const),
});
const anyObservation = fc.uniqueArray(anyHost, { selector: ({ key }) => key }).map((hosts) => of(hosts));

const fold = (state: InventoryState, event: InventoryEvent): InventoryState =>
  decider.evolve(state, {
    index: 0,
    stream: 's',
    revision: 0,
    id: '',
    recordedAt: GIVEN_AT,
    actor: wendy,
    command: '',
    basis: {},
    leaf: '',
    kid: '',
    event,
  });

const step = (state: InventoryState, observation: Observation): InventoryState => {
  const decided = decider.decide(observe(observation), state);
  if (E.isLeft(decided)) throw new Error(decided.left._tag);
  return decided.right.reduce(fold, state);
};
describe('readings in any order', () => {
  it('always lead to exactly what was read last', () => {
    fc.assert(
      fc.property(fc.array(anyObservation, { minLength: 1, maxLength: 8 }), (observations) => {
        const state = observations.reduce(step, decider.initial);
        const last = observations.at(-1)?.hosts ?? [];
        expect(new Map(state.hosts)).toEqual(new Map(last.map((each) => [each.key, each])));
        expect(decider.decide(observe(observations.at(-1) ?? of([])), state)).toEqual(E.right([]));
      }),
    );
  });

  it('of a large server are recorded in several commands, and then nothing is left', () => {
    const large = of(Array.from({ length: 450 }, (_, i) => host(`h${String(i)}`)));
    let [state, commands] = [decider.initial, 0];
    for (;;) {
      const decided = decider.decide(observe(large), state);
      const events = E.isRight(decided) ? decided.right : [];
      expect(events.length).toBeLessThanOrEqual(MOST_CHANGES);
      if (events.length === 0) break;
      state = events.reduce(fold, state);
      commands += 1;
    }
    expect([state.hosts.size, commands]).toEqual([450, 3]);
  });
});
