import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { nodeHashing } from '../../../adapters/crypto/node/hashing.js';
import { toHex } from '../../../domain/encoding/bytes.js';
import type { HashAlgorithm } from '../../../domain/tpm/algorithms.js';
import { parseAttest } from '../../../domain/tpm/attest.js';
import { type PcrValues, pcrDigest } from '../../../domain/tpm/pcr-digest.js';
import type { PcrSelection } from '../../../domain/tpm/pcr-selection.js';
import { parseSignature } from '../../../domain/tpm/signature.js';
import { rightOf } from '../../support/either.js';
import { RECORDED } from '../../support/recorded-tpm.js';

const bank = (size: number, ...pcrs: ReadonlyArray<number>): ReadonlyMap<number, Uint8Array> =>
  new Map(pcrs.map((pcr) => [pcr, new Uint8Array(size).fill(pcr)]));
const values: PcrValues = new Map<HashAlgorithm, ReadonlyMap<number, Uint8Array>>([
  // Not in order, to show that the order of what a host sends doesn't count.
  ['sha256', bank(32, 9, 0, 1)],
  ['sha1', bank(20, 2, 0)],
]);
const selected = (name: HashAlgorithm, ...bitmap: ReadonlyArray<number>): PcrSelection => ({
  bank: name,
  bitmap: Uint8Array.from(bitmap),
});
const filled = (size: number, ...bytes: ReadonlyArray<number>): Buffer =>
  Buffer.concat(bytes.map((byte) => Buffer.alloc(size, byte)));

describe('the digest over PCRs', () => {
  it('takes banks as listed, indices ascending, and the hash of the signature', () => {
    const selections = [selected('sha1', 0x05, 0, 0), selected('sha256', 0x03, 0x02, 0)];
    const content = Buffer.concat([filled(20, 0, 2), filled(32, 0, 1, 9)]);
    expect(toHex(rightOf(pcrDigest(nodeHashing, 'sha384', selections, values)))).toBe(
      createHash('sha384').update(content).digest('hex'),
    );
    const reversed = pcrDigest(nodeHashing, 'sha384', [...selections].reverse(), values);
    expect(toHex(rightOf(reversed))).not.toBe(createHash('sha384').update(content).digest('hex'));
  });

  it('of no register is the digest of nothing', () => {
    const empty = createHash('sha256').digest('hex');
    expect(toHex(rightOf(pcrDigest(nodeHashing, 'sha256', [selected('sha512', 0, 0, 0)], values)))).toBe(empty);
  });

  it('needs every register that was selected, and names the first that is missing', () => {
    const missing = (selection: PcrSelection): unknown => pcrDigest(nodeHashing, 'sha256', [selection], values);
    expect(missing(selected('sha1', 0x07, 0, 0))).toEqual(E.left({ _tag: 'PcrValueMissing', bank: 'sha1', pcr: 1 }));
    expect(missing(selected('sha384', 0, 0, 0x80))).toEqual(
      E.left({ _tag: 'PcrValueMissing', bank: 'sha384', pcr: 23 }),
    );
  });

  it.each(RECORDED.map((evidence) => [evidence.name, evidence] as const))(
    'is what the TPM computed: %s',
    (_name, { quote, signature, pcrs }) => {
      const attest = rightOf(parseAttest(quote));
      if (attest._tag !== 'Quote') throw new Error('expected a quote');
      const { hash } = rightOf(parseSignature(signature));
      expect(toHex(rightOf(pcrDigest(nodeHashing, hash, attest.pcrSelections, pcrs)))).toBe(toHex(attest.pcrDigest));
    },
  );
});
