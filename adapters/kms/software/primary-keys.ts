import { createCipheriv, createDecipheriv, randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { concat, equalBytes, utf8 } from '../../../domain/encoding/bytes.js';
import type { KeyServerFault } from '../../../domain/key-provider/key-servers.js';

const KEY_BYTES = 32;
const ID_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;
const HEAD_BYTES = 1 + ID_BYTES;
const OVERHEAD = HEAD_BYTES + NONCE_BYTES + TAG_BYTES;

/** What may be wrapped: keys, not files. */
export const MOST_PLAINTEXT = 4096;

const AAD_LABEL = utf8('sekisho/software-provider/v1\u0000');

/** Filled in place, and outside the heap, where collecting garbage moves small arrays: no copy stays where nobody erases it. */
export const newSecret = (size: number): Uint8Array => randomFillSync(new Uint8Array(new ArrayBuffer(size)));
export const newKey = (): Uint8Array => newSecret(KEY_BYTES);
export const newPrimaryKeyId = (): string => randomUUID();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const idBytes = (primaryKeyId: string): Uint8Array | undefined =>
  UUID.test(primaryKeyId) ? new Uint8Array(Buffer.from(primaryKeyId.replaceAll('-', ''), 'hex')) : undefined;

/** The head says how to read the rest, and is vouched for with it. */
const aadOf = (provider: string, head: Uint8Array): Uint8Array =>
  concat(AAD_LABEL, utf8(provider), Uint8Array.of(0), head);

const invalid = (rule: string): E.Either<KeyServerFault, never> => E.left({ _tag: 'CiphertextInvalid', rule });

/** `version (1) || primary key id (16) || nonce (12) || AES-256-GCM ciphertext || tag (16)`; docs/keys.md. */
export const wrap = (
  provider: string,
  primaryKeyId: string,
  key: Uint8Array,
  plaintext: Uint8Array,
): E.Either<KeyServerFault, Uint8Array> => {
  const id = idBytes(primaryKeyId);
  if (id === undefined) return E.left({ _tag: 'PrimaryKeyUnknown', primaryKeyId });
  if (plaintext.length === 0 || plaintext.length > MOST_PLAINTEXT)
    return invalid(`a key to be wrapped must have 1 to ${String(MOST_PLAINTEXT)} bytes`);
  const head = concat(Uint8Array.of(VERSION), id);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aadOf(provider, head));
  const body = cipher.update(plaintext);
  cipher.final();
  return E.right(concat(head, nonce, body, cipher.getAuthTag()));
};

const headRule = (id: Uint8Array, ciphertext: Uint8Array): string | undefined => {
  if (ciphertext.length <= OVERHEAD || ciphertext.length > OVERHEAD + MOST_PLAINTEXT)
    return 'has a size that no key has';
  if (ciphertext[0] !== VERSION) return 'is of an unknown version';
  return equalBytes(ciphertext.subarray(1, HEAD_BYTES), id) ? undefined : 'was wrapped by another primary key';
};

export const unwrap = (
  provider: string,
  primaryKeyId: string,
  key: Uint8Array,
  ciphertext: Uint8Array,
): E.Either<KeyServerFault, Uint8Array> => {
  const id = idBytes(primaryKeyId);
  if (id === undefined) return E.left({ _tag: 'PrimaryKeyUnknown', primaryKeyId });
  const rule = headRule(id, ciphertext);
  if (rule !== undefined) return invalid(rule);
  const head = ciphertext.subarray(0, HEAD_BYTES);
  const nonce = ciphertext.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aadOf(provider, head));
  decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  const body = decipher.update(ciphertext.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
    return E.right(new Uint8Array(body.buffer, body.byteOffset, body.length));
  } catch {
    body.fill(0);
    return invalid('was changed, or not made by this provider');
  }
};
