import type { ServiceDifference } from '../domain/cluster/service-differences.js';
import type { Act } from './reference-row.js';

/** `NONE`: nothing is desired, or nobody said what is applied. It is unknown, and never good. */
export type DriftHealth = 'OK' | 'ERROR' | 'NONE';

/** One service before and after an event; null: the host neither shall use it nor does. */
export interface ServiceTransition {
  readonly service: string;
  readonly before: DriftHealth | null;
  readonly after: DriftHealth | null;
  /** How what is applied differs after it. */
  readonly what: ReadonlyArray<ServiceDifference['what']>;
}

/** One host of a cluster before and after an event; null: it is not in the cluster. */
export interface HostTransition {
  readonly host: string;
  readonly before: DriftHealth | null;
  readonly after: DriftHealth | null;
  /** Those of which something else is true than before. */
  readonly services: ReadonlyArray<ServiceTransition>;
}

/** What the newest event that changed a cluster's drift changed. Its versions are the history of it. */
export interface DriftRow {
  readonly kind: 'drift';
  readonly cluster: string;
  readonly cause: Act & { readonly type: string };
  /** By name. */
  readonly hosts: ReadonlyArray<HostTransition>;
}
