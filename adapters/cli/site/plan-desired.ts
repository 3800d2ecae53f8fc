import type { Service } from '../../../domain/cluster/service.js';
import { serviceDifferences } from '../../../domain/cluster/service-differences.js';
import { segment } from '../send-command.js';
import type { Change, Step } from './change.js';
import { pemDigests } from './pem-digests.js';
import type { PresentSite } from './present-site.js';
import type { ResolvedCluster } from './resolve-clusters.js';

type Services = ReadonlyArray<Service>;

const offeredOf = (services: NonNullable<ResolvedCluster['services']>): Services =>
  services.map((service) => ({ ...service, trustedCa: pemDigests(service.trustedCa) }));

/** What this file makes of the other cluster counts, and where it says nothing, what that one offers now. */
const usedOf = (
  uses: NonNullable<ResolvedCluster['uses']>,
  wanted: ReadonlyArray<ResolvedCluster>,
  { clusters: { authorities } }: PresentSite,
): Services => {
  if ('file' in uses) return offeredOf(uses.file.services);
  const said = wanted.find(({ id }) => id === uses.from)?.services;
  return said === undefined
    ? ((authorities.find(({ id }) => id === uses.from)?.services ?? []) as Services)
    : offeredOf(said);
};

const stepOf = (id: string, uses: NonNullable<ResolvedCluster['uses']>): Step => {
  const path = `/v1/clusters/${segment(id)}`;
  return 'from' in uses
    ? { call: { operation: 'attachServices', method: 'PUT', path: `${path}/desired-services`, body: uses } }
    : { call: { operation: 'importServices', method: 'PUT', path: `${path}/services-file`, body: uses.file } };
};

/** What the hosts of trusted clusters shall use; set as one, so that there is nothing to take away by itself. */
export const planDesired = (wanted: ReadonlyArray<ResolvedCluster>, present: PresentSite): ReadonlyArray<Change> =>
  wanted.flatMap(({ id, uses }): ReadonlyArray<Change> => {
    if (uses === undefined) return [];
    const before = present.clusters.trusted.find((each) => each.id === id)?.desired ?? null;
    const about = { kind: 'desired-services', name: id, before } as const;
    const whence = 'from' in uses ? `from ${uses.from}` : 'from a services file';
    if (before === null) return [{ ...about, mark: '+', detail: whence, steps: [stepOf(id, uses)] }];
    const differences = serviceDifferences(usedOf(uses, wanted, present), before.services as Services);
    const detail = [whence, ...differences.map(({ service, what }) => `${service} ${what}`)].join(', ');
    return differences.length === 0
      ? [{ ...about, mark: '=', detail: '', steps: [] }]
      : [{ ...about, mark: '~', detail, steps: [stepOf(id, uses)] }];
  });
