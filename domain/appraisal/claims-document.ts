import { toHex } from '../encoding/bytes.js';
import type { Json } from '../encoding/json.js';
import type { Claims } from './appraiser.js';

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const toJson = (value: unknown): Json => {
  if (typeof value === 'string') return value.replace(LONE_SURROGATE, '\ufffd');
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return null;
  const known = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(known.map(([name, field]) => [name, toJson(field)]));
};

/**
 * The claims as a document for the evidence store: bytes are hex, large numbers text, what is not known is absent.
 * Names in it come from the host's boot log: text well-formed enough to be canonical, but not sanitised for a terminal.
 */
export const claimsDocument = (claims: Claims): Json => ({ v: 1, claims: toJson(claims) });
