import { beforeEach, describe, expect, it } from 'vitest';
import type { VcenterReport } from '../../../domain/boot-log/vcenter-report.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { recordRelayedReport } from '../../../domain/host/record-relayed-report.js';
import { hostTrust } from '../../../projections/host-trust.js';
import { hostTrustAt } from '../../../projections/host-trust-at.js';
import { hostRow } from '../../../projections/host-trust-row.js';
import { asks, enrol, ledgerSize, openTestAuthority, type TestAuthority } from '../../support/authority.js';
import { eventsOf, foldOf } from '../../support/fold.js';
import { left, right } from '../../support/ledger.js';

const report: VcenterReport = { registers: [], events: [], logReliable: true };
const bytes = utf8('the report as it was sent');

describe('a report that a management server relays', () => {
  let authority: TestAuthority;

  beforeEach(async () => {
    authority = await openTestAuthority();
    await enrol(authority, 'h1');
  });

  it('is kept and graded as relayed', async () => {
    const { events } = right(
      await recordRelayedReport(authority.deps)({ ...asks('wendy'), host: 'h1', report, bytes })(),
    );
    const [recorded] = events;
    expect(recorded).toMatchObject({
      actor: { subject: 'wendy' },
      basis: { 'reference/test': 0 },
      event: { type: 'RelayedReportAppraised', data: { record: { grade: 'relayed', nonceDigest: null, image: null } } },
    });
    const digest = recorded?.event.type === 'RelayedReportAppraised' ? recorded.event.data.report : '';
    expect(right(await authority.deps.evidence.get(digest)())).toEqual(bytes);
  });

  it('never makes a host trusted, whatever its verdict', async () => {
    right(await recordRelayedReport(authority.deps)({ ...asks('wendy'), host: 'h1', report, bytes })());
    const row = hostRow(foldOf(hostTrust, await eventsOf(authority.deps.store)), 'h1')!;
    expect(row.relayed).not.toBeNull();
    expect(row.verdict).toBeNull();
    expect(hostTrustAt(row, authority.now.at).state).toBe('enrolled');
  });

  it('is not kept for hosts that are unknown, nor from those who may not send it', async () => {
    const size = await ledgerSize(authority);
    const send = (who: 'arthur' | 'wendy', host: string) =>
      recordRelayedReport(authority.deps)({ ...asks(who), host, report, bytes })();
    expect(left(await send('wendy', 'h9'))._tag).toBe('HostNotEnrolled');
    expect(left(await send('arthur', 'h1'))._tag).toBe('PermissionRequired');
    expect(await ledgerSize(authority)).toBe(size);
  });
});
