import { fromBase64, isBase64 } from '../encoding/bytes.js';

const DECIMAL = /^(?:0|[1-9]\d{0,15})$/;
const HASH_TEXT_LENGTH = 44;

export const HASH_BYTES = 32;

/** What a tree size or an index may be here: decimal, no leading zeros, at most 2^53 - 1. */
export const SIZE_RULE = 'must be a decimal number of at most 2^53 - 1 without leading zeros';

export const HASH_RULE = 'must be 32 bytes in base64';

export const sizeOf = (text: string): number | undefined => {
  if (!DECIMAL.test(text)) return undefined;
  const size = Number(text);
  return Number.isSafeInteger(size) ? size : undefined;
};

export const hashOf = (text: string): Uint8Array | undefined => {
  if (text.length !== HASH_TEXT_LENGTH || !isBase64(text)) return undefined;
  const hash = fromBase64(text);
  return hash.length === HASH_BYTES ? hash : undefined;
};
