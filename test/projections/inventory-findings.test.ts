import { describe, expect, it } from 'vitest';
import type { ClusterRow, MemberRow } from '../../projections/cluster-row.js';
import type { HostTrustRow } from '../../projections/host-trust-row.js';
import { inventoryFindings } from '../../projections/inventory-findings.js';
import type { AnyInventoryRow, InventoryHostRow } from '../../projections/inventory-row.js';

const AT = '2026-12-01T00:00:00.000Z';
const act = { by: 'wendy', time: AT, index: 0, revision: 0 };
const mark = { index: 0, time: AT };

const there = (rest: Partial<InventoryHostRow> = {}): InventoryHostRow => ({
  kind: 'host',
  inventory: 'east',
  key: 'host-1',
  name: 'h1',
  uuid: null,
  cluster: 'domain-c1',
  tpm: '2.0',
  verdict: 'none',
  seen: act,
  gone: null,
  ...rest,
});

const verdict = (said: 'affirming' | 'contraindicated'): HostTrustRow['verdict'] => ({
  ...mark,
  revision: 1,
  verdict: said,
  at: AT,
  notAfter: '2026-12-02T00:00:00.000Z',
  image: null,
  tpmCa: null,
  endorsementKey: null,
  secureBoot: 'enabled',
  reasons: [],
  exceptions: [],
  basis: 0,
});

const here = (rest: Partial<HostTrustRow> = {}): HostTrustRow => ({
  kind: 'host',
  host: 'h1',
  displayName: null,
  enrolled: mark,
  endorsementKey: null,
  attestationKey: { name: 'ak', since: mark },
  tpm: null,
  certificates: [],
  verdict: verdict('affirming'),
  undercut: null,
  quarantine: null,
  retired: null,
  since: mark,
  counts: { affirming: 0, contraindicated: 0, foreign: 0 },
  relayed: null,
  ...rest,
});

const cluster = (id: string, displayName: string | null = null): ClusterRow => ({
  kind: 'cluster',
  cluster: id,
  clusterKind: 'trusted',
  displayName,
  site: null,
  status: 'enabled',
  registered: act,
  changed: null,
  advertised: [],
  desired: null,
});

const findings = (
  seen: ReadonlyArray<InventoryHostRow>,
  known: HostTrustRow | undefined,
  row: ClusterRow = cluster('East'),
  member: string | undefined = row.cluster,
) => {
  const rows = new Map<string, AnyInventoryRow>([
    ['cluster/east/domain-c1', { kind: 'cluster', inventory: 'east', key: 'domain-c1', name: 'East', seen: act }],
    ...seen.map((each) => [`host/east/${each.key}`, each] as const),
  ]);
  const trust = new Map(known === undefined ? [] : [[`host/${known.host}`, known] as const]);
  const memberRow: MemberRow = { kind: 'member', host: 'h1', cluster: member, joined: act, applied: null };
  const clusters = new Map<string, ClusterRow | MemberRow>([
    [`cluster/${row.cluster}`, row],
    ...(known === undefined ? [] : [['member/h1', memberRow] as const]),
  ]);
  return inventoryFindings(rows, 'east', trust, clusters, AT).map(({ code }) => code);
};

describe('where a management server and the authority differ', () => {
  it('says nothing where they do not', () => {
    expect(findings([there()], here())).toEqual([]);
    expect(findings([there({ verdict: 'accepted' })], here())).toEqual([]);
    expect(findings([there()], here(), cluster('c-17', 'East'))).toEqual([]);
  });

  it('names hosts that only one of them has', () => {
    expect(findings([there()], undefined)).toEqual(['NotEnrolled']);
    expect(findings([there()], here({ retired: { ...mark, reason: 'sold' } }))).toEqual(['NotEnrolled']);
    expect(findings([there({ gone: act })], here())).toEqual(['GoneFromServer']);
    expect(findings([there({ gone: act })], undefined)).toEqual([]);
  });

  it('takes a host that came back under another key for what it is', () => {
    expect(findings([there(), there({ key: 'host-0', gone: act })], here())).toEqual([]);
    expect(findings([there({ key: 'host-0', gone: act }), there()], here())).toEqual([]);
  });

  it('names another cluster, a missing TPM and another verdict', () => {
    expect(findings([there()], here(), cluster('West'))).toEqual(['OtherCluster']);
    expect(findings([there({ cluster: null })], here())).toEqual(['OtherCluster']);
    expect(findings([there({ tpm: '1.2' })], here())).toEqual(['NoTpm20']);
    expect(findings([there({ verdict: 'refused' })], here())).toEqual(['VerdictsDiffer']);
    expect(findings([there({ verdict: 'accepted' })], here({ verdict: verdict('contraindicated') }))).toEqual([
      'VerdictsDiffer',
    ]);
  });

  it('contradicts nobody about a host that was not judged yet', () => {
    expect(findings([there({ verdict: 'refused' })], here({ verdict: null }))).toEqual([]);
  });
});
