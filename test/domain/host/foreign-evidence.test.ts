import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { createForeignEvidenceCounter } from '../../../adapters/caches/foreign-evidence-counter.js';
import { attestHost } from '../../../domain/host/attest-host.js';
import { retireHost } from '../../../domain/host/change-host.js';
import { summariseForeignEvidence } from '../../../domain/host/summarise-foreign-evidence.js';
import {
  answerOf,
  asks,
  attest,
  certifiedHost,
  later,
  ledgerSize,
  openTestAuthority,
  type TestAuthority,
} from '../../support/authority.js';
import { eventsOf } from '../../support/fold.js';
import { right } from '../../support/ledger.js';
import { softwareTpm } from '../../support/software-tpm.js';

const tpm = softwareTpm({ kind: 'ecc', seed: 'h1' });

const flooded = async (): Promise<TestAuthority> => {
  const authority = await openTestAuthority();
  await certifiedHost(authority, 'h1', tpm);
  const answer = await answerOf(authority, 'h1', tpm);
  const forged = { ...answer, signature: answer.signature.map((byte, i) => (i > 20 ? byte ^ 1 : byte)) };
  for (let i = 0; i < 20; i++) await attestHost(authority.deps)(forged)();
  for (let i = 0; i < 5; i++) await attestHost(authority.deps)({ ...answer, nonce: '00'.repeat(56) })();
  for (let i = 0; i < 5; i++) await attestHost(authority.deps)({ ...answer, host: `nobody-${String(i)}` })();
  return authority;
};

describe('foreign evidence', () => {
  it('leaves no event but one summary for each host and interval', async () => {
    const authority = await flooded();
    const size = await ledgerSize(authority);
    expect(right(await summariseForeignEvidence(authority.deps)()())).toBe(0);
    later(authority, 3600);
    expect(right(await summariseForeignEvidence(authority.deps)()())).toBe(1);
    expect(right(await summariseForeignEvidence(authority.deps)()())).toBe(0);
    expect(await ledgerSize(authority)).toBe(size + 1);
    expect((await eventsOf(authority.deps.store)).at(-1)).toMatchObject({
      stream: 'host/h1',
      event: {
        type: 'ForeignEvidenceSummarised',
        data: {
          from: '2026-12-01T00:00:00.000Z',
          to: '2026-12-01T01:00:00.000Z',
          counts: [
            { reason: 'QuoteSignatureInvalid', count: 20 },
            { reason: 'ChallengeForged', count: 5 },
          ],
        },
      },
    });
  });

  it('does not keep the host itself from attesting', async () => {
    const authority = await flooded();
    expect(right(await attest(authority, 'h1', tpm)).record.verdict).toBe('contraindicated');
  });

  it('is forgotten for hosts that retired', async () => {
    const authority = await flooded();
    right(await retireHost(authority.deps)({ ...asks('wendy'), host: 'h1', reason: 'x' })());
    expect(right(await summariseForeignEvidence(authority.deps)(true)())).toBe(0);
    expect(authority.deps.foreignEvidence.take('9999-01-01T00:00:00.000Z')).toEqual([]);
  });

  it('is put back when it can not be recorded', async () => {
    const authority = await flooded();
    const store = {
      ...authority.deps.store,
      append: () => TE.left({ _tag: 'StoreUnavailable', detail: 'full' } as const),
    };
    expect(right(await summariseForeignEvidence({ ...authority.deps, store })(true)())).toBe(0);
    expect(right(await summariseForeignEvidence(authority.deps)(true)())).toBe(1);
  });
});

describe('the counter of foreign evidence', () => {
  it('follows so many hosts at a time and no more', () => {
    const counter = createForeignEvidenceCounter(2);
    for (const host of ['a', 'b', 'c', 'a']) counter.count(host, 'x', '2026-01-01T00:00:00.000Z');
    const taken = counter.take('2026-01-01T00:00:00.000Z');
    expect(taken.map(({ host, counts }) => [host, counts])).toEqual([
      ['a', [{ reason: 'x', count: 2 }]],
      ['b', [{ reason: 'x', count: 1 }]],
    ]);
    counter.count('c', 'x', '2026-01-01T00:00:00.000Z');
    expect(counter.take('2025-01-01T00:00:00.000Z')).toEqual([]);
    expect(counter.take('2027-01-01T00:00:00.000Z')).toHaveLength(1);
  });

  it('adds what is put back to what came since, from the earlier time', () => {
    const counter = createForeignEvidenceCounter(2);
    counter.count('a', 'x', '2026-01-02T00:00:00.000Z');
    counter.putBack({
      host: 'a',
      from: '2026-01-01T00:00:00.000Z',
      counts: [
        { reason: 'x', count: 3 },
        { reason: 'y', count: 1 },
      ],
    });
    expect(counter.take('2026-01-01T00:00:00.000Z')).toEqual([
      {
        host: 'a',
        from: '2026-01-01T00:00:00.000Z',
        counts: [
          { reason: 'x', count: 4 },
          { reason: 'y', count: 1 },
        ],
      },
    ]);
  });
});
