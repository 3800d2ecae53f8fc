import { ed25519 } from '@noble/curves/ed25519.js';
import nacl from 'tweetnacl';
import { concat, equalBytes, fromBase64, toBase64, utf8 } from '../../domain/encoding/bytes.js';
import type { KeyBox, SharedKey } from '../../domain/hand-over/messages.js';
import { naclSealing } from '../crypto/nacl/sealed-to-key.js';

const SEED_BYTES = 32;

/** What the box is for stands inside, so that none can be put in the place of another. */
const labelOf = (authority: string, { kid, purpose }: SharedKey, to: string): Uint8Array =>
  utf8(`sekisho/key-box/v1\u0000${authority}\u0000${purpose}\u0000${kid}\u0000${to}\u0000`);

export interface EventKey {
  readonly kid: string;
  readonly publicKey: Uint8Array;
}

/** Undefined where nothing can be sealed to the public key. */
const onCurve = (publicKey: Uint8Array): Uint8Array | undefined => {
  try {
    return ed25519.utils.toMontgomery(publicKey);
  } catch {
    return undefined;
  }
};

/**
 * A seed for whoever has an event key: X25519 with the same key on the other form of its curve (RFC 7748, 4.1), and NaCl's box
 * by a sender key that exists for this one message. Decision 0020 says why that is sound.
 */
export const sealSeed = (authority: string, key: SharedKey, to: EventKey, seed: Uint8Array): KeyBox | undefined => {
  const recipient = onCurve(to.publicKey);
  if (recipient === undefined) return undefined;
  const message = concat(labelOf(authority, key, to.kid), seed);
  const sealed = naclSealing.toWrappingKey(recipient, message);
  message.fill(0);
  if (sealed === undefined) return undefined;
  const { ephemeralKey, nonce, box } = sealed;
  return { to: to.kid, ephemeralKey: toBase64(ephemeralKey), nonce: toBase64(nonce), box: toBase64(box) };
};

/** Undefined: sealed to another key, for another purpose, or changed on the way. The caller erases the seed. */
export const openSeed = (
  authority: string,
  key: SharedKey,
  { to, ephemeralKey, nonce, box }: KeyBox,
  eventSeed: Uint8Array,
): Uint8Array | undefined => {
  const [sender, once] = [fromBase64(ephemeralKey), fromBase64(nonce)];
  if (sender.length !== nacl.box.publicKeyLength || once.length !== nacl.box.nonceLength) return undefined;
  const secret = ed25519.utils.toMontgomerySecret(eventSeed);
  const message = nacl.box.open(fromBase64(box), once, sender, secret);
  secret.fill(0);
  if (message === null) return undefined;
  const label = labelOf(authority, key, to);
  const fits = message.length === label.length + SEED_BYTES && equalBytes(message.subarray(0, label.length), label);
  const seed = fits ? message.slice(label.length) : undefined;
  message.fill(0);
  return seed;
};
