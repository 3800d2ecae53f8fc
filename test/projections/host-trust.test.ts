import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentHost } from '../../domain/host/host-stream.js';
import { currentReference } from '../../domain/reference/reference-stream.js';
import { hostTrust } from '../../projections/host-trust.js';
import { hostsAt, hostsRunning, hostTrustAt } from '../../projections/host-trust-at.js';
import { hostKey, hostRow } from '../../projections/host-trust-row.js';
import { later, openTestAuthority, type TestAuthority } from '../support/authority.js';
import { eventsOf, foldOf } from '../support/fold.js';
import { right } from '../support/ledger.js';
import { type Step, steps, take } from '../support/random-history.js';

const stateOf = async ({ deps, now }: TestAuthority, host: string) => {
  const row = hostRow(foldOf(hostTrust, await eventsOf(deps.store)), host);
  return row === undefined ? undefined : hostTrustAt(row, now.at);
};

const after = async (...done: ReadonlyArray<Step>): Promise<TestAuthority> => {
  const authority = await openTestAuthority();
  for (const each of done) await take(authority, each);
  return authority;
};

const TRUSTED: ReadonlyArray<Step> = [
  { do: 'propose', image: 'v1', who: 'alice' },
  { do: 'approve', image: 'v1', who: 'bob' },
  { do: 'trust-ca', who: 'alice' },
  { do: 'enrol', host: 'h1', who: 'wendy' },
  { do: 'certify', host: 'h1', ek: 1, who: 'alice' },
  { do: 'attest', host: 'h1', image: 'v1', good: true },
];

describe('host trust', () => {
  it('goes from enrolled to certified to trusted', async () => {
    expect((await stateOf(await after(...TRUSTED.slice(0, 4)), 'h1'))?.state).toBe('enrolled');
    expect((await stateOf(await after(...TRUSTED.slice(0, 5)), 'h1'))?.state).toBe('certified');
    const authority = await after(...TRUSTED);
    expect(await stateOf(authority, 'h1')).toMatchObject({ state: 'trusted', staleSince: null, reasons: [] });
    const hosts = hostsAt(foldOf(hostTrust, await eventsOf(authority.deps.store)), authority.now.at);
    expect(hostsRunning(hosts, 'v1').map(({ row }) => row.host)).toEqual(['h1']);
    expect(hostsRunning(hosts, 'v2')).toEqual([]);
  });

  it('is stale, with the time since when, once the evidence is too old', async () => {
    const authority = await after(...TRUSTED);
    const { row } = (await stateOf(authority, 'h1'))!;
    later(authority, 3600);
    expect((await stateOf(authority, 'h1'))?.state).toBe('trusted');
    later(authority, 1);
    expect(await stateOf(authority, 'h1')).toMatchObject({
      state: 'stale',
      since: row.verdict!.notAfter,
      staleSince: row.verdict!.notAfter,
      reasons: ['EvidenceStale'],
    });
  });

  it.each<[string, ReadonlyArray<Step>, string, ReadonlyArray<string>]>([
    ['its image is withdrawn', [{ do: 'withdraw', image: 'v1', who: 'bob' }], 'refused', ['BaseImageWithdrawn']],
    ['its TPM CA is revoked', [{ do: 'revoke-ca', who: 'bob' }], 'refused', ['TpmCaRevoked']],
    ['its endorsement key is revoked', [{ do: 'revoke-key', ek: 1, who: 'bob' }], 'refused', ['EndorsementKeyRevoked']],
    ['it is quarantined', [{ do: 'quarantine', host: 'h1', who: 'bob' }], 'quarantined', []],
    ['it is retired', [{ do: 'retire', host: 'h1', who: 'bob' }], 'retired', []],
    ['its endorsement key is replaced', [{ do: 'replace-key', host: 'h1', ek: 2, who: 'bob' }], 'enrolled', []],
    ['another AK is certified', [{ do: 'certify', host: 'h1', ek: 1, who: 'bob' }], 'certified', []],
    [
      'it boots something else',
      [{ do: 'attest', host: 'h1', image: 'v1', good: false }],
      'refused',
      ['BaseImageUnknown'],
    ],
  ])('is lost at once when %s', async (_, done, state, reasons) => {
    expect(await stateOf(await after(...TRUSTED, ...done), 'h1')).toMatchObject({ state, reasons });
  });

  it('does not come back when a withdrawn image is approved again, but with new evidence', async () => {
    const again: ReadonlyArray<Step> = [
      { do: 'withdraw', image: 'v1', who: 'bob' },
      { do: 'propose', image: 'v1', who: 'alice' },
      { do: 'approve', image: 'v1', who: 'bob' },
    ];
    const authority = await after(...TRUSTED, ...again);
    expect((await stateOf(authority, 'h1'))?.state).toBe('refused');
    await take(authority, { do: 'attest', host: 'h1', image: 'v1', good: true });
    expect((await stateOf(authority, 'h1'))?.state).toBe('trusted');
  });

  it('comes back after a release only as far as the evidence goes', async () => {
    const authority = await after(
      ...TRUSTED,
      { do: 'quarantine', host: 'h1', who: 'bob' },
      { do: 'release', host: 'h1', who: 'bob' },
    );
    expect((await stateOf(authority, 'h1'))?.state).toBe('trusted');
    later(authority, 4000);
    expect((await stateOf(authority, 'h1'))?.state).toBe('stale');
  });

  it('never shows a host as trusted unless everything behind it holds, whatever happened before', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const authority = await openTestAuthority();
        for (const each of all) {
          await take(authority, each);
          const rows = foldOf(hostTrust, await eventsOf(authority.deps.store));
          for (const { state, row } of hostsAt(rows, authority.now.at)) {
            if (state !== 'trusted') continue;
            const host = right(await currentHost(authority.deps)(row.host)()).state;
            const values = right(await currentReference(authority.deps)()).state;
            expect(host).toMatchObject({ status: 'enrolled', quarantine: undefined });
            expect(host.attestationKey?.endorsementKey).toBe(host.endorsementKey);
            expect(host.current?.verdict).toBe('affirming');
            expect(authority.now.at <= host.current!.notAfter).toBe(true);
            expect(values.images.get(row.verdict!.image!.version)?.status).toBe('approved');
            expect(values.withdrawnImages.has(row.verdict!.image!.digest)).toBe(false);
            expect(values.tpmCas.has('ca')).toBe(true);
            expect(values.revokedEndorsementKeys.has(host.endorsementKey!)).toBe(false);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('leaves the rows of a decided history in a possible state', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const authority = await openTestAuthority();
        for (const each of all) await take(authority, each);
        const rows = foldOf(hostTrust, await eventsOf(authority.deps.store));
        for (const { row } of hostsAt(rows, authority.now.at)) {
          const { state } = right(await currentHost(authority.deps)(row.host)());
          expect(rows.get(hostKey(row.host))).toBe(row);
          expect(row.retired === null).toBe(state.status === 'enrolled');
          expect(row.quarantine?.reason).toBe(state.quarantine);
          expect(row.endorsementKey ?? undefined).toBe(state.endorsementKey);
          if (row.verdict !== null) expect(row.attestationKey).not.toBeNull();
        }
      }),
      { numRuns: 25 },
    );
  });
});
