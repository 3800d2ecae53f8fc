import * as t from 'io-ts';
import type { StreamId } from '../ledger/envelope.js';

const CLUSTER_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const isClusterId = (u: unknown): u is string => typeof u === 'string' && CLUSTER_ID.test(u);

/** The operator's name of a cluster: what follows the slash in its stream. */
export const ClusterId = new t.Type<string>(
  'ClusterId (letters, digits, ".", "_", "-", at most 128)',
  isClusterId,
  (u, c) => (isClusterId(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const PREFIX = 'cluster/';

export const clusterStream = (cluster: string): StreamId => `${PREFIX}${cluster}`;

/** Undefined for a stream of another kind. */
export const clusterOfStream = (stream: StreamId): string | undefined =>
  stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : undefined;
