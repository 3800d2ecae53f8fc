import * as E from 'fp-ts/lib/Either.js';
import { concat, equalBytes, fromUtf8, utf8 } from '../../../../domain/encoding/bytes.js';

/**
 * How a plaintext was wrapped. `gcm`: by the primary key itself. `seed-cbc`, `seed-ctr`: for servers without
 * authenticated encryption, a random seed by the primary key, and the plaintext by a key made from the seed.
 */
export type Scheme = 'gcm' | 'seed-cbc' | 'seed-ctr';

/** What stands before the tag, and what the tag authenticates beside the data. */
export interface CiphertextHeader {
  readonly scheme: Scheme;
  readonly primaryKeyId: string;
  /** 12 bytes for `gcm`, else 16. */
  readonly iv: Uint8Array;
  /** The encrypted seed, 32 bytes; empty for `gcm`. */
  readonly seed: Uint8Array;
}

export interface Ciphertext extends CiphertextHeader {
  readonly tag: Uint8Array;
  readonly data: Uint8Array;
}

export const SEED_BYTES = 32;
export const TAG_BYTES = 16;
export const MOST_PLAINTEXT_BYTES = 4096;
/** `gcm` encrypts a check of as many bytes as a tag beside the plaintext. */
const MOST_DATA_BYTES = MOST_PLAINTEXT_BYTES + TAG_BYTES;

const MAGIC = utf8('SKwk');
const FORMAT = 1;
const FIXED = MAGIC.length + 3;

const LAYOUTS: Readonly<Record<Scheme, { readonly code: number; readonly iv: number; readonly seed: number }>> = {
  gcm: { code: 1, iv: 12, seed: 0 },
  'seed-cbc': { code: 2, iv: 16, seed: SEED_BYTES },
  'seed-ctr': { code: 3, iv: 16, seed: SEED_BYTES },
};

export const ivBytesOf = (scheme: Scheme): number => LAYOUTS[scheme].iv;

/** "SKwk", format, scheme, length of the id, id, IV, encrypted seed. */
export const writeHeader = ({ scheme, primaryKeyId, iv, seed }: CiphertextHeader): Uint8Array => {
  const id = utf8(primaryKeyId);
  return concat(MAGIC, Uint8Array.of(FORMAT, LAYOUTS[scheme].code, id.length), id, iv, seed);
};

/** The header, the tag, the data. */
export const writeCiphertext = (ciphertext: Ciphertext): Uint8Array =>
  concat(writeHeader(ciphertext), ciphertext.tag, ciphertext.data);

const schemeOf = (code: number | undefined): Scheme | undefined =>
  (Object.keys(LAYOUTS) as ReadonlyArray<Scheme>).find((scheme) => LAYOUTS[scheme].code === code);

/** Left: the rule that is broken. Every byte is part of a field, and each field is authenticated. */
export const readCiphertext = (bytes: Uint8Array): E.Either<string, Ciphertext> => {
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return E.left('must begin as a wrapped key does');
  if (bytes[MAGIC.length] !== FORMAT) return E.left(`must be of format ${FORMAT}`);
  const scheme = schemeOf(bytes[MAGIC.length + 1]);
  if (scheme === undefined) return E.left('must be of a known scheme');
  const layout = LAYOUTS[scheme];
  const lengths = [bytes[MAGIC.length + 2] ?? 0, layout.iv, layout.seed, TAG_BYTES];
  const [id, iv, seed, tag] = lengths.map((length, i) => {
    const start = lengths.slice(0, i).reduce((sum, one) => sum + one, FIXED);
    return bytes.subarray(start, start + length);
  }) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const data = bytes.subarray(lengths.reduce((sum, one) => sum + one, FIXED));
  if (data.length === 0 || data.length > MOST_DATA_BYTES)
    return E.left(`must have 1 to ${MOST_DATA_BYTES} bytes of data`);
  const primaryKeyId = fromUtf8(id);
  return primaryKeyId === undefined || primaryKeyId === ''
    ? E.left('must name its primary key')
    : E.right({ scheme, primaryKeyId, iv, seed, tag, data });
};
