import { type Service, serviceKey } from './service.js';

/** How what a host applies differs from what it shall apply, by service. */
export interface ServiceDifference {
  readonly service: string;
  readonly what: 'missing' | 'unwanted' | 'group-differs' | 'trusted-ca-differs';
}

const sameSet = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => {
  const [inA, inB] = [new Set(a), new Set(b)];
  return inA.size === inB.size && [...inA].every((each) => inB.has(each));
};

const differencesOf = (wanted: Service, applied: Service | undefined): ReadonlyArray<ServiceDifference> => {
  const service = serviceKey(wanted);
  if (applied === undefined) return [{ service, what: 'missing' }];
  return [
    ...(wanted.group === applied.group ? [] : [{ service, what: 'group-differs' as const }]),
    ...(sameSet(wanted.trustedCa, applied.trustedCa) ? [] : [{ service, what: 'trusted-ca-differs' as const }]),
  ];
};

/** In the order of the wanted ones, then what is applied and not wanted. None: both are the same. */
export const serviceDifferences = (
  wanted: ReadonlyArray<Service>,
  applied: ReadonlyArray<Service>,
): ReadonlyArray<ServiceDifference> => {
  const found = new Map(applied.map((service) => [serviceKey(service), service]));
  const keys = new Set(wanted.map(serviceKey));
  return [
    ...wanted.flatMap((service) => differencesOf(service, found.get(serviceKey(service)))),
    ...[...found.keys()].flatMap((service) => (keys.has(service) ? [] : [{ service, what: 'unwanted' as const }])),
  ];
};

export const sameServices = (a: ReadonlyArray<Service>, b: ReadonlyArray<Service>): boolean =>
  serviceDifferences(a, b).length === 0;
