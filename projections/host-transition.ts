import { serviceKey } from '../domain/cluster/service.js';
import { serviceDifferences } from '../domain/cluster/service-differences.js';
import { hostDrift } from './cluster-drift.js';
import type { Desired, MemberRow } from './cluster-row.js';
import type { DriftHealth, HostTransition, ServiceTransition } from './drift-row.js';

/** What a cluster desires, and one host of it; undefined: it is not in the cluster. */
export interface Stand {
  readonly desired: Desired | null;
  readonly member: MemberRow | undefined;
}

type Services = ReadonlyMap<string, { readonly health: DriftHealth; readonly what: ServiceTransition['what'] }>;

const servicesOf = ({ desired, member }: Stand): Services => {
  if (member === undefined) return new Map();
  const { applied } = member;
  const keys = [...(desired?.services ?? []), ...(applied?.services ?? [])].map(serviceKey);
  if (desired === null || applied === null) return new Map(keys.map((key) => [key, { health: 'NONE', what: [] }]));
  const differences = serviceDifferences(desired.services, applied.services);
  return new Map(
    keys.map((key) => {
      const what = differences.flatMap((each) => (each.service === key ? [each.what] : []));
      return [key, { health: what.length === 0 ? 'OK' : 'ERROR', what }];
    }),
  );
};

const healthOf = ({ desired, member }: Stand): DriftHealth | null =>
  member === undefined ? null : hostDrift(desired, member).health;

/** Undefined: what was true of the host is true still. */
export const hostTransition = (host: string, before: Stand, after: Stand): HostTransition | undefined => {
  const [was, is] = [servicesOf(before), servicesOf(after)];
  const services = [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((service): Array<ServiceTransition> => {
    const [old, now] = [was.get(service), is.get(service)];
    const what = now?.what ?? [];
    const isSame = old?.health === now?.health && (old?.what ?? []).join() === what.join();
    return isSame ? [] : [{ service, before: old?.health ?? null, after: now?.health ?? null, what }];
  });
  const [left, right] = [healthOf(before), healthOf(after)];
  return left === right && services.length === 0 ? undefined : { host, before: left, after: right, services };
};
