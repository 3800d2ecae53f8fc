import type { AttestationResult } from './authority.js';
import { eraseWrappingKey, type WrappingKey } from './wrapping-key.js';

/** What one affirming attestation gives its host for asking for keys. In memory only; never logged. */
export interface KeyAccess {
  readonly token: string;
  readonly expiresAt: string;
  /** Of the token: answers are sealed to it. */
  readonly wrappingKey: WrappingKey;
}

/** One round of attestation. No access without an affirming verdict, nor from an authority that hands out no keys. */
export interface Round {
  readonly result: AttestationResult;
  readonly access: KeyAccess | undefined;
}

export const roundOf = (result: AttestationResult, wrappingKey: WrappingKey): Round => {
  const issued = result.tokens?.find(({ kind }) => kind === 'key-access');
  if (result.verdict === 'affirming' && issued !== undefined) {
    return { result, access: { token: issued.token, expiresAt: issued.expiresAt, wrappingKey } };
  }
  eraseWrappingKey(wrappingKey);
  return { result, access: undefined };
};
