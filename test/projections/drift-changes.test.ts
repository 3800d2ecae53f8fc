import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../../domain/catalogue.js';
import type { Service } from '../../domain/cluster/service.js';
import type { Recorded } from '../../domain/ledger/envelope.js';
import { hostDrift } from '../../projections/cluster-drift.js';
import { type AnyClusterRow, clusterRow, clusterRows, driftKey, memberRow } from '../../projections/cluster-row.js';
import { clusters } from '../../projections/clusters.js';
import type { DriftHealth } from '../../projections/drift-row.js';

type Rows = ReadonlyMap<string, AnyClusterRow>;

const [HOSTS, CLUSTERS] = [
  ['h1', 'h2', 'h3'],
  ['c1', 'c2'],
] as const;

const judge: Service = { kind: 'attestation', hostname: 'gate.example', port: 8750, group: 'main', trustedCa: [] };
const SERVICES: ReadonlyArray<ReadonlyArray<Service>> = [
  [],
  [judge],
  [{ ...judge, group: 'other' }],
  [judge, { ...judge, kind: 'key-provider' }],
];

interface Said {
  readonly stream: string;
  readonly event: { readonly type: string; readonly data: unknown };
}

const services = fc.constantFrom(...SERVICES);
const host = fc.constantFrom(...HOSTS);
const cluster = fc.constantFrom(...CLUSTERS);
const said: fc.Arbitrary<Said> = fc.oneof(
  fc
    .tuple(host, cluster)
    .map(([h, c]) => ({ stream: `host/${h}`, event: { type: 'HostJoined', data: { cluster: c } } })),
  fc.tuple(host, cluster).map(([h, c]) => ({
    stream: `host/${h}`,
    event: { type: 'HostLeft', data: { cluster: c, reason: 'r' } },
  })),
  fc.tuple(host, cluster, services).map(([h, c, applied]) => ({
    stream: `host/${h}`,
    event: { type: 'AppliedConfigObserved', data: { cluster: c, services: applied, by: 'host' } },
  })),
  host.map((h) => ({ stream: `host/${h}`, event: { type: 'HostRetired', data: { reason: 'r' } } })),
  fc.tuple(cluster, services).map(([c, desired]) => ({
    stream: `cluster/${c}`,
    event: { type: 'ServicesAttached', data: { services: desired, from: null, file: null } },
  })),
  fc
    .tuple(cluster, fc.constantFrom('ServicesDetached', 'ClusterEnabled', 'ClusterDecommissioned'))
    .map(([c, type]) => ({
      stream: `cluster/${c}`,
      event: { type, data: { reason: 'r' } },
    })),
);

const REGISTERED = CLUSTERS.map(
  (c): Said => ({
    stream: `cluster/${c}`,
    event: { type: 'ClusterRegistered', data: { kind: 'trusted', displayName: null, site: null } },
  }),
);

const recorded = ({ stream, event }: Said, index: number): Recorded<LedgerEvent> =>
  ({
    ...{ index, stream, event, revision: index, recordedAt: '2026-12-01T00:00:00.000Z' },
    actor: { subject: 'alice', role: 'trust-administrator' },
  }) as unknown as Recorded<LedgerEvent>;

/** The health of each host of each cluster, as rows say it now. */
const standing = (rows: Rows): ReadonlyMap<string, DriftHealth> =>
  new Map(
    clusterRows(rows).flatMap(({ cluster: c, desired }) =>
      HOSTS.flatMap((h) => {
        const member = memberRow(rows, h);
        return member?.cluster === c ? [[`${c} ${h}`, hostDrift(desired, member).health] as const] : [];
      }),
    ),
  );

/** Folds, and holds what was recorded as a change against what there was and is, after every event. */
const follow = (history: ReadonlyArray<Said>) => {
  const rows = new Map<string, AnyClusterRow>();
  const told = new Map<string, DriftHealth>();
  let changes = 0;
  [...REGISTERED, ...history].forEach((each, index) => {
    const before = standing(rows);
    for (const [key, row] of clusters.evolve(rows, recorded(each, index)))
      if (row === null) rows.delete(key);
      else rows.set(key, row);
    for (const c of CLUSTERS) {
      const row = rows.get(driftKey(c));
      if (row?.kind !== 'drift' || row.cause.index !== index) continue;
      expect(row.cause.type).toBe(each.event.type);
      for (const { host: h, before: was, after, services: parts } of row.hosts) {
        changes += 1;
        expect(was).toBe(before.get(`${c} ${h}`) ?? null);
        expect(was === after && parts.length === 0).toBe(false);
        if (after === null) told.delete(`${c} ${h}`);
        else told.set(`${c} ${h}`, after);
      }
    }
    expect(new Map([...told].sort())).toEqual(new Map([...standing(rows)].sort()));
  });
  return { rows, changes };
};

describe('the history of drift', () => {
  it('tells, after any events, what is true of each host, and of each what was true before', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 40 }), (history) => {
        follow(history);
      }),
      { numRuns: 300 },
    );
  });

  it('says what differs of which service, also where the host as a whole stays what it was', () => {
    const attach = (wanted: number): Said => ({
      stream: 'cluster/c1',
      event: { type: 'ServicesAttached', data: { services: SERVICES[wanted], from: null, file: null } },
    });
    const joined: Said = { stream: 'host/h1', event: { type: 'HostJoined', data: { cluster: 'c1' } } };
    const applies = (what: number): Said => ({
      stream: 'host/h1',
      event: { type: 'AppliedConfigObserved', data: { cluster: 'c1', services: SERVICES[what], by: 'host' } },
    });
    const { rows } = follow([joined, attach(3), applies(2), applies(1)]);
    expect(rows.get(driftKey('c1'))).toMatchObject({
      cause: { type: 'AppliedConfigObserved', by: 'alice', index: 5 },
      hosts: [
        {
          host: 'h1',
          before: 'ERROR',
          after: 'ERROR',
          services: [{ service: expect.stringContaining('attestation'), before: 'ERROR', after: 'OK', what: [] }],
        },
      ],
    });
    expect(clusterRow(rows, 'c1')?.status).toBe('disabled');
  });

  it('does not say anything again', () => {
    const joined: Said = { stream: 'host/h1', event: { type: 'HostJoined', data: { cluster: 'c1' } } };
    const enabled: Said = { stream: 'cluster/c1', event: { type: 'ClusterEnabled', data: { reason: 'r' } } };
    const applies: Said = {
      stream: 'host/h1',
      event: { type: 'AppliedConfigObserved', data: { cluster: 'c1', services: [judge], by: 'host' } },
    };
    expect(follow([joined, applies]).changes).toBe(2);
    expect(follow([joined, applies, enabled, applies]).changes).toBe(2);
  });
});
