import { concat } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { ALGORITHM_IDS, DIGEST_SIZES, type HashAlgorithm } from './algorithms.js';
import { u16, u32 } from './big-endian.js';

const TPM_CC_POLICY_PCR = 0x0000017f;
const SELECT_BYTES = 3;

const selectOf = (pcrs: ReadonlyArray<number>): Uint8Array => {
  const select = new Uint8Array(SELECT_BYTES);
  for (const pcr of pcrs) select[pcr >> 3] = (select[pcr >> 3] ?? 0) | (1 << (pcr & 7));
  return select;
};

/**
 * The authPolicy of an object whose one condition is TPM2_PolicyPCR (TPM 2.0 Part 3, 23.7): registers of one bank have these
 * values. `values` belong to `pcrs`, which are in ascending order.
 */
export const pcrPolicyDigest = (
  hashing: Hashing,
  nameAlg: HashAlgorithm,
  bank: HashAlgorithm,
  pcrs: ReadonlyArray<number>,
  values: ReadonlyArray<Uint8Array>,
): Uint8Array =>
  hashing.hash(
    nameAlg,
    new Uint8Array(DIGEST_SIZES[nameAlg]),
    u32(TPM_CC_POLICY_PCR),
    u32(1),
    u16(ALGORITHM_IDS[bank]),
    Uint8Array.of(SELECT_BYTES),
    selectOf(pcrs),
    hashing.hash(nameAlg, concat(...values)),
  );
