import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { toHex } from '../../../domain/encoding/bytes.js';
import { pcrPolicyDigest } from '../../../domain/tpm/pcr-policy.js';
import { engines } from '../../support/engines.js';

/* Written out from TPM 2.0 Part 3, 23.7: zeroes, TPM_CC_PolicyPCR, TPML_PCR_SELECTION, digest of the values in ascending order. */
it('is what TPM2_PolicyPCR leaves in a fresh session', () => {
  const values = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const digest = createHash('sha256').update(Buffer.concat(values)).digest();
  const expected = createHash('sha256')
    .update(
      Buffer.concat([Buffer.alloc(32), Buffer.from('0000017f' + '00000001' + '000b' + '03' + '810000', 'hex'), digest]),
    )
    .digest('hex');
  expect(toHex(pcrPolicyDigest(engines.hashing, 'sha256', 'sha256', [0, 7], values))).toBe(expected);
});
