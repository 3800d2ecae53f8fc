import * as E from 'fp-ts/lib/Either.js';
import { concat, equalBytes, fromHex, isHex, toHex, utf8 } from '../encoding/bytes.js';
import { instantOf, millisOf, plusSeconds } from '../encoding/instant.js';
import type { Hashing } from '../ports.js';

/** Random, time of issue (milliseconds, 64 bits, big endian) and a MAC that binds both to one host and one AK. */
const RANDOM = 16;
const TIME = 8;
const MAC = 32;
export const NONCE_BYTES = RANDOM + TIME + MAC;

const LABEL = utf8('sekisho/challenge/v1');
const ZERO = Uint8Array.of(0);

/** Neither host ids nor AK names can hold a zero byte, so no two bindings share an input. */
export interface Addressee {
  readonly host: string;
  /** Lower-case hex. */
  readonly akName: string;
}

export interface ChallengeKey {
  readonly hashing: Hashing;
  readonly challengeKey: Uint8Array;
}

const macOf = ({ hashing, challengeKey }: ChallengeKey, { host, akName }: Addressee, head: Uint8Array): Uint8Array =>
  hashing.hmac('sha256', challengeKey, LABEL, ZERO, utf8(host), ZERO, utf8(akName), head);

const timeBytes = (millis: number): Uint8Array => {
  const bytes = new Uint8Array(TIME);
  let rest = millis;
  for (let i = TIME - 1; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
};

/** `random` is 16 fresh bytes. Nothing is kept: the nonce itself proves that this authority made it, for whom and when. */
export const makeNonce = (key: ChallengeKey, to: Addressee, issuedAt: string, random: Uint8Array): Uint8Array => {
  const head = concat(random.subarray(0, RANDOM), timeBytes(millisOf(issuedAt)));
  return concat(head, macOf(key, to, head));
};

export type ChallengeFault =
  /** Not 56 bytes in hex, not made by this authority, or made for another host or AK. */
  { readonly _tag: 'ChallengeForged' } | { readonly _tag: 'ChallengeExpired'; readonly expired: string };

/** The nonce's bytes and its expiry, if it is ours for this host and AK and still live. Whether it was used, the host's stream says. */
export const checkNonce = (
  key: ChallengeKey,
  to: Addressee,
  nonce: string,
  now: string,
  lifetimeSeconds: number,
): E.Either<ChallengeFault, { readonly nonce: Uint8Array; readonly expires: string }> => {
  if (nonce.length !== 2 * NONCE_BYTES || !isHex(nonce)) return E.left({ _tag: 'ChallengeForged' });
  const bytes = fromHex(nonce);
  const head = bytes.subarray(0, RANDOM + TIME);
  if (!equalBytes(bytes.subarray(RANDOM + TIME), macOf(key, to, head))) return E.left({ _tag: 'ChallengeForged' });
  const issued = instantOf(bytes.subarray(RANDOM, RANDOM + TIME).reduce((sum, byte) => sum * 256 + byte, 0));
  const expires = plusSeconds(issued, lifetimeSeconds);
  return now > expires ? E.left({ _tag: 'ChallengeExpired', expired: expires }) : E.right({ nonce: bytes, expires });
};

/** What a quote over the nonce must carry. The wrapping key is the host's fresh X25519 public key; absent: 32 zero bytes. */
export const qualifyingData = (hashing: Hashing, nonce: Uint8Array, wrappingKey: Uint8Array | undefined): Uint8Array =>
  hashing.hash(
    'sha256',
    utf8('sekisho/qualifying-data/v1'),
    ZERO,
    nonce,
    wrappingKey === undefined ? new Uint8Array(32) : hashing.hash('sha256', wrappingKey),
  );

export const nonceDigest = (hashing: Hashing, nonce: Uint8Array): string => toHex(hashing.hash('sha256', nonce));
