import { concat, toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';

const LEAF = Uint8Array.of(0);

/** RFC 6962, 2.1: SHA-256(0x00 || entry) over payload and signature, so that neither can be swapped unseen. */
export const leafBytes = (hashing: Hashing, entry: Uint8Array): Uint8Array =>
  hashing.hash('sha256', concat(LEAF, entry));

/** The leaf hash as `previous` of the stream's next event names it. */
export const leafOf = (hashing: Hashing, entry: Uint8Array): string => toHex(leafBytes(hashing, entry));
