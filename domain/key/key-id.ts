import { toHex } from '../encoding/bytes.js';
import type { StreamId } from '../ledger/envelope.js';
import type { Hashing } from '../ports.js';

const PREFIX = 'key/';

/** A key is named by its ciphertext under the primary key: SHA-256, hex. */
export const keyIdOf = (hashing: Hashing, ciphertext: Uint8Array): string => toHex(hashing.hash('sha256', ciphertext));

export const keyStream = (key: string): StreamId => `${PREFIX}${key}`;

/** Undefined for a stream of another kind. */
export const keyOfStream = (stream: StreamId): string | undefined =>
  stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : undefined;
