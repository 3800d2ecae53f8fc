import { createHash } from 'node:crypto';

const LABEL = Buffer.from('sekisho/qualifying-data/v1\0', 'latin1');
const NO_WRAPPING_KEY = new Uint8Array(32);

/** What the quote has to carry: SHA-256 of a label, the authority's nonce and the digest of the host's wrapping key, if any. */
export const qualifyingData = (nonce: Uint8Array, wrappingKey: Uint8Array | undefined): Uint8Array => {
  const digest = wrappingKey === undefined ? NO_WRAPPING_KEY : createHash('sha256').update(wrappingKey).digest();
  return new Uint8Array(createHash('sha256').update(LABEL).update(nonce).update(digest).digest());
};
