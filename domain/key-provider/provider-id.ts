import * as t from 'io-ts';
import type { StreamId } from '../ledger/envelope.js';

const PROVIDER_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const isProviderId = (u: unknown): u is string => typeof u === 'string' && PROVIDER_ID.test(u);

/** The operator's name of a key provider: what follows the slash in its stream. Often a department or a tenant. */
export const ProviderId = new t.Type<string>(
  'ProviderId (letters, digits, ".", "_", "-", at most 64)',
  isProviderId,
  (u, c) => (isProviderId(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const PREFIX = 'key-provider/';

export const providerStream = (provider: string): StreamId => `${PREFIX}${provider}`;

/** Undefined for a stream of another kind. */
export const providerOfStream = (stream: StreamId): string | undefined =>
  stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : undefined;
