import * as E from 'fp-ts/lib/Either.js';
import type { Hashing } from '../ports.js';
import type { HashAlgorithm } from './algorithms.js';
import { type PcrSelection, selectedPcrs } from './pcr-selection.js';

/** Register values by bank and index, as a host reports them; only a quote's digest vouches for them. */
export type PcrValues = ReadonlyMap<HashAlgorithm, ReadonlyMap<number, Uint8Array>>;

export interface PcrValueMissing {
  readonly _tag: 'PcrValueMissing';
  readonly bank: HashAlgorithm;
  readonly pcr: number;
}

/**
 * The digest that a quote over these registers carries (TPM 2.0 Part 3, 18.4): `hash` is that of the signature scheme,
 * not of the bank.
 */
export const pcrDigest = (
  hashing: Hashing,
  hash: HashAlgorithm,
  selections: ReadonlyArray<PcrSelection>,
  values: PcrValues,
): E.Either<PcrValueMissing, Uint8Array> => {
  const parts: Array<Uint8Array> = [];
  for (const { bank, pcrs } of selectedPcrs(selections)) {
    for (const pcr of pcrs) {
      const value = values.get(bank)?.get(pcr);
      if (value === undefined) return E.left({ _tag: 'PcrValueMissing', bank, pcr });
      parts.push(value);
    }
  }
  return E.right(hashing.hash(hash, ...parts));
};
