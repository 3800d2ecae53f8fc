import { toHex } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import type { StreamId } from './envelope.js';

/** Keys with one job each. Only `authority` and `event` keys sign entries. */
export type KeyPurpose = 'authority' | 'event' | 'token' | 'log';

/** That somebody else may have used the key: since when, and at which index that was declared. */
export interface Compromise {
  readonly since: string;
  readonly reason: string;
  readonly declared: number;
}

/** A key and the part of the ledger that it may sign: indexes from `from`, below `until` if that is set. */
export interface SigningKey {
  readonly kid: string;
  readonly publicKey: Uint8Array;
  readonly purpose: KeyPurpose;
  /** Whose it is where several nodes write; null: the authority's. */
  readonly node: string | null;
  readonly replaces: string | null;
  readonly from: number;
  readonly until: number | null;
  readonly compromised: Compromise | null;
}

/** Every key that the authority ever introduced, by its id, in that order: the founding authority key is the first. */
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

/** The keys of a purpose that are in use, newest last. `node`: of that node only. */
export const keysInUse = (keyring: Keyring, purpose: KeyPurpose, node?: string | null): ReadonlyArray<SigningKey> =>
  [...keyring.values()].filter(
    (key) => key.purpose === purpose && key.until === null && (node === undefined || key.node === node),
  );

/** Key id of the founding authority key, which others pin and which names the log; undefined: not founded. */
export const foundingKid = (keyring: Keyring): string | undefined => [...keyring.keys()][0];

/** Indexes at which a key came into use, went out of it, or was declared compromised. */
export const keyChanges = (keyring: Keyring): ReadonlyArray<number> =>
  [...keyring.values()].flatMap(({ from, until, compromised }) => [
    from,
    ...(until === null ? [] : [until]),
    ...(compromised === null ? [] : [compromised.declared]),
  ]);
