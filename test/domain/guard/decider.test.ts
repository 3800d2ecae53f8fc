import { describe, expect, it } from 'vitest';
import { guardDecider, initialGuard } from '../../../domain/guard/decider.js';
import { guardCatalogue, MOST_DECISIONS, type RecordedDecision } from '../../../domain/guard/events.js';
import { GUARD_REASONS } from '../../../domain/guard/guard-reasons.js';
import { recordDecisions } from '../../../domain/guard/guard-streams.js';
import { readDecisions } from '../../../domain/guard/read-decisions.js';
import { MOST_ENTRY_BYTES } from '../../../domain/ledger/envelope.js';
import { asks, OPERATORS, openTestAuthority } from '../../support/authority.js';
import { given as givenFor } from '../../support/decider.js';
import { right } from '../../support/ledger.js';

const given = givenFor(guardDecider);
const { alice, wendy, arthur } = OPERATORS;
const reason = 'r';
const AT = '2026-12-01T00:00:00.000Z';

const decision = (host: string, allowed = false): RecordedDecision => ({
  question: { ask: 'start', workload: { id: 'vm' }, host },
  allowed,
  reasons: allowed ? [] : [{ code: 'HostUnknown', part: 'host' }],
  reliedOn: [{ host, verdict: null, cluster: null, joined: null, clusterState: null }],
  keyProvider: null,
  index: 3,
  at: AT,
});

const keep = (record: 'all' | 'refusals' | 'none', by: typeof alice | typeof wendy = alice) =>
  ({ type: 'ChangeGuardPolicy', by, record, reason }) as const;
const changed = (was: 'all' | 'refusals' | 'none', record: 'all' | 'refusals' | 'none') =>
  ({ type: 'GuardPolicyChanged', data: { was, record, reason } }) as const;

describe("the guard's policy", () => {
  it('is to keep refusals until somebody says otherwise', () => {
    expect(given().state).toEqual(initialGuard);
    expect(initialGuard.record).toBe('refusals');
    given().when(keep('all')).then(changed('refusals', 'all'));
    given(changed('refusals', 'all')).when(keep('none')).then(changed('all', 'none'));
  });

  it('has nothing to record where it stays what it is', () => {
    given().when(keep('refusals')).then();
    given(changed('refusals', 'none')).when(keep('none')).then();
  });

  it("is the trust side's to change", () => {
    given().when(keep('none', wendy)).thenRejected({ _tag: 'PermissionRequired', permission: 'ManageTrustedHosts' });
  });
});

describe('answers that are kept', () => {
  const record = (decisions: ReadonlyArray<RecordedDecision>, unrecorded = 0) =>
    ({ type: 'RecordDecisions', by: wendy, recording: 'refusals', decisions, unrecorded }) as const;

  it('are as few events as they fit into, with what was left out before in the first', () => {
    const many = Array.from({ length: MOST_DECISIONS + 2 }, (_, i) => decision(`h${String(i)}`));
    given()
      .when(record(many, 5))
      .then(
        {
          type: 'WorkloadsDecided',
          data: { recording: 'refusals', decisions: many.slice(0, MOST_DECISIONS), unrecorded: 5 },
        },
        {
          type: 'WorkloadsDecided',
          data: { recording: 'refusals', decisions: many.slice(MOST_DECISIONS), unrecorded: 0 },
        },
      );
    given().when(record([])).then();
  });

  it('are of somebody who may ask', () => {
    given()
      .when({ ...record([decision('h')]), by: arthur })
      .thenRejected({ _tag: 'PermissionRequired', permission: 'AskGuard' });
  });

  it('fit into an entry at their longest', async () => {
    const { deps } = await openTestAuthority();
    const name = 'x'.repeat(128);
    const longest: RecordedDecision = {
      question: {
        ask: 'restart',
        workload: {
          id: '\u20ac'.repeat(128),
          encrypted: false,
          vtpm: false,
          firmware: 'bios',
          secureBoot: false,
          keyProvider: 'p'.repeat(64),
        },
        cluster: name,
        from: name,
        to: name,
      },
      allowed: false,
      reasons: GUARD_REASONS.map((code) => ({ code, part: 'workload' })),
      reliedOn: [name, name].map((host) => ({
        host,
        verdict: Number.MAX_SAFE_INTEGER,
        cluster: name,
        joined: Number.MAX_SAFE_INTEGER,
        clusterState: Number.MAX_SAFE_INTEGER,
      })),
      keyProvider: { provider: 'p'.repeat(64), state: Number.MAX_SAFE_INTEGER },
      index: Number.MAX_SAFE_INTEGER,
      at: AT,
    };
    const decisions = Array.from({ length: MOST_DECISIONS }, () => longest);
    const kept = right(await recordDecisions(deps)({ ...asks('wendy'), recording: 'all', decisions, unrecorded: 0 })());
    expect(kept.events).toHaveLength(1);
    const [stored] = right(await deps.store.readAll(kept.events[0]!.index, 1)());
    expect(stored!.bytes.length).toBeLessThan(MOST_ENTRY_BYTES);
    const [read] = right(await readDecisions(deps)(stored!.stream, 0, 10)());
    expect(read!.event.data).toMatchObject({ decisions });
    expect(stored!.stream).toBe('guard/2026-12-01T00');
  });

  it('are not read where they are not what was signed', async () => {
    const { deps } = await openTestAuthority();
    right(
      await recordDecisions(deps)({ ...asks('wendy'), recording: 'all', decisions: [decision('h1')], unrecorded: 0 })(),
    );
    const forged: typeof deps.store = {
      ...deps.store,
      readStream:
        (...asked) =>
        async () => {
          const entries = right(await deps.store.readStream(...asked)());
          const edit = (bytes: Uint8Array) =>
            new Uint8Array(Buffer.from(Buffer.from(bytes).toString('utf8').replaceAll('"h1"', '"h2"')));
          return { _tag: 'Right', right: entries.map((entry) => ({ ...entry, bytes: edit(entry.bytes) })) };
        },
    };
    const read = await readDecisions({ ...deps, store: forged })('guard/2026-12-01T00', 0, 10)();
    expect(read).toMatchObject({ _tag: 'Left', left: { _tag: 'SignatureInvalid' } });
  });
});

describe('answers that were kept before workloads could name a key provider', () => {
  const stored = {
    recording: 'refusals',
    decisions: [
      {
        question: { ask: 'move', workload: { id: 'vm', encrypted: true }, from: 'h1', to: 'h2' },
        allowed: false,
        reasons: [{ code: 'HostUnknown', part: 'target' }],
        reliedOn: [{ host: 'h1', verdict: 7, cluster: 'c1', joined: 5, clusterState: 3 }],
        index: 9,
        at: AT,
      },
    ],
    unrecorded: 2,
  };
  const [kept] = stored.decisions;
  const decode = (version: number, data: unknown) => guardCatalogue.decode('WorkloadsDecided', version, data);

  it('are read as answers that named none', () => {
    expect(right(decode(1, stored))).toEqual({
      type: 'WorkloadsDecided',
      data: { ...stored, decisions: [{ ...kept, keyProvider: null }] },
    });
  });

  it('hold nothing that could not be said then', () => {
    const workload = { ...kept!.question.workload, keyProvider: 'vault' };
    for (const change of [
      { keyProvider: null },
      { question: { ...kept!.question, workload } },
      { reasons: [{ code: 'HostNotServed', part: 'target' }] },
      { reasons: [{ code: 'HostUnknown', part: 'key-provider' }] },
    ])
      expect(decode(1, { ...stored, decisions: [{ ...kept, ...change }] })._tag).toBe('Left');
    expect(decode(2, stored)._tag).toBe('Left');
  });
});
