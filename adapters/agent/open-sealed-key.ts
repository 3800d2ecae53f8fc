import * as E from 'fp-ts/lib/Either.js';
import nacl from 'tweetnacl';
import { equalBytes, fromHex } from '../../domain/encoding/bytes.js';
import { SEALED_KEY_LABEL } from '../../domain/key-release/seal-key.js';
import type { AgentError } from './agent-error.js';

const KEY_ID_BYTES = 32;

const unfit = (rule: string): E.Either<AgentError, never> => E.left({ _tag: 'AnswerMalformed', field: 'sealed', rule });

/** Erases `content`: the key's id, then the key. An answer for another key than the one asked for is none. */
export const keyInside = (content: Uint8Array, keyId: string): E.Either<AgentError, Uint8Array> => {
  const named = equalBytes(content.subarray(0, KEY_ID_BYTES), fromHex(keyId));
  const key = content.slice(KEY_ID_BYTES);
  content.fill(0);
  if (named && key.length > 0) return E.right(key);
  key.fill(0);
  return unfit('must hold the key that was asked for');
};

export interface Box {
  readonly ephemeralKey: Uint8Array;
  readonly nonce: Uint8Array;
  readonly box: Uint8Array;
}

/** What was sealed to the wrapping key, as docs/keys.md lays it out. */
export const openSealedKey = (
  { ephemeralKey, nonce, box }: Box,
  secretKey: Uint8Array,
  keyId: string,
): E.Either<AgentError, Uint8Array> => {
  const fits = ephemeralKey.length === nacl.box.publicKeyLength && nonce.length === nacl.box.nonceLength;
  const message = fits ? nacl.box.open(box, nonce, ephemeralKey, secretKey) : null;
  if (message === null) return unfit("must open with this attestation's wrapping key");
  const labelled = equalBytes(message.subarray(0, SEALED_KEY_LABEL.length), SEALED_KEY_LABEL);
  const content = message.slice(SEALED_KEY_LABEL.length);
  message.fill(0);
  if (labelled) return keyInside(content, keyId);
  content.fill(0);
  return unfit('must begin with its label');
};
