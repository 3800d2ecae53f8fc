import * as t from 'io-ts';
import type { StreamId } from '../ledger/envelope.js';

const HOST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const isHostId = (u: unknown): u is string => typeof u === 'string' && HOST_ID.test(u);

/** The operator's name of a host: what follows the slash in its stream. */
export const HostId = new t.Type<string>(
  'HostId (letters, digits, ".", "_", "-", at most 128)',
  isHostId,
  (u, c) => (isHostId(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const PREFIX = 'host/';

export const hostStream = (host: string): StreamId => `${PREFIX}${host}`;

/** Undefined for a stream of another kind. */
export const hostOfStream = (stream: StreamId): string | undefined =>
  stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : undefined;
