import { toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { StreamId } from './envelope.js';

/** Keys with one job each. Only `authority` and `event` keys sign entries. */
export type KeyPurpose = 'authority' | 'event' | 'token' | 'log';

/** A key and the part of the ledger that it may sign: indexes from `from`, below `until` if that is set. */
export interface SigningKey {
  readonly kid: string;
  readonly publicKey: Uint8Array;
  readonly purpose: KeyPurpose;
  readonly from: number;
  readonly until: number | null;
}

/** Every key that the authority ever introduced, by its id. */
export type Keyring = ReadonlyMap<string, SigningKey>;

export const AUTHORITY_STREAM: StreamId = 'authority';

/** The first 16 hexadecimal digits of the public key's SHA-256. */
export const kidOf = (hashing: Hashing, publicKey: Uint8Array): string =>
  toHex(hashing.hash('sha256', publicKey)).slice(0, 16);

/** The authority key signs its own stream and nothing else; event keys sign everything else. */
export const maySign = (key: SigningKey, stream: StreamId, index: number): boolean =>
  key.purpose === (stream === AUTHORITY_STREAM ? 'authority' : 'event') &&
  index >= key.from &&
  (key.until === null || index < key.until);
