import { concat } from '../encoding/bytes.js';
import type { Hashing } from '../ports.js';
import { ALGORITHM_IDS } from './algorithms.js';
import { u16 } from './big-endian.js';
import type { TpmPublic } from './public-area.js';

/** TPM2B_NAME's content: nameAlg and the digest of the TPMT_PUBLIC as it came (TPM 2.0 Part 1, 16). */
export const nameOf = (hashing: Hashing, pub: TpmPublic): Uint8Array =>
  concat(u16(ALGORITHM_IDS[pub.nameAlg]), hashing.hash(pub.nameAlg, pub.tpmt));
