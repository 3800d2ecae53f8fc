import { concat, fromHex, toHex, utf8 } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { StreamId } from './envelope.js';

/** Sekisho's own UUID namespace (RFC 9562, 5.5), drawn once at random. */
const NAMESPACE = fromHex('5e4c0d1e9f0b4a7c8d6e2b7a3f51c902');

/** 16 bytes as a UUID of the given version (RFC 9562, 4). */
export const uuidOf = (bytes: Uint8Array, version: 5 | 8): string => {
  const marked = bytes.slice(0, 16);
  marked[6] = ((marked[6] ?? 0) & 0x0f) | (version << 4);
  marked[8] = ((marked[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(marked);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/**
 * UUIDv5 of an event's place: the stream, the command that caused it and its ordinal among that command's events.
 * It names the place, never the content. Line feeds can't occur in either text, so no two places share a name.
 */
export const eventId = (hashing: Hashing, stream: StreamId, command: string, ordinal: number): string =>
  uuidOf(hashing.hash('sha1', concat(NAMESPACE, utf8(`${stream}\n${command}\n${String(ordinal)}`))), 5);
