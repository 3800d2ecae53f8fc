import * as E from 'fp-ts/lib/Either.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import type { ReadEvidenceFile } from '../../adapters/evidence-file/read-evidence-file.js';
import type { Evidence } from '../../domain/appraisal/evidence.js';
import { parseBootLog } from '../../domain/boot-log/parse-boot-log.js';
import { replay } from '../../domain/boot-log/replay.js';
import type { HashAlgorithm } from '../../domain/tpm/algorithms.js';
import { publicKeyDigest } from '../../domain/tpm/endorsement-key-digest.js';
import type { PcrValues } from '../../domain/tpm/pcr-digest.js';
import { parsePublic } from '../../domain/tpm/public-area.js';
import type { Setting } from './appraisal.js';
import { type QuoteOptions, type SoftwareTpm, softwareTpm } from './software-tpm.js';

export const keyDigest = (ekPublic: Uint8Array): string => {
  const parsed = parsePublic(ekPublic);
  if (E.isLeft(parsed)) throw new Error(parsed.left.rule);
  return publicKeyDigest(nodeHashing, parsed.right.key);
};

/** What a TPM's registers hold after exactly this log: a whole bank of what boot evidence covers. */
export const pcrsAfter = (log: Uint8Array, banks: ReadonlyArray<HashAlgorithm> = ['sha256']): PcrValues => {
  const parsed = parseBootLog(log);
  if (E.isLeft(parsed)) throw new Error(parsed.left.rule);
  const replayed = replay(nodeHashing, parsed.right);
  return new Map(
    banks.map((bank) => [bank, new Map([...(replayed.get(bank) ?? [])].filter(([pcr]) => pcr <= 14 && pcr !== 10))]),
  );
};

export interface Forgery {
  readonly tpm?: SoftwareTpm;
  /** What the registers hold; by default what the log extends to. */
  readonly pcrs?: PcrValues;
  readonly bootLog?: Uint8Array;
  readonly quote?: Partial<QuoteOptions>;
  readonly evidence?: Partial<Evidence>;
}

export const goodTpm = softwareTpm({ kind: 'ecc' });

/** A recorded boot, quoted anew by a software TPM whose endorsement key is listed: good but for the forgery. */
export const forged = (file: ReadEvidenceFile, forgery: Forgery = {}): ReadEvidenceFile => {
  const tpm = forgery.tpm ?? goodTpm;
  const bootLog = forgery.bootLog ?? file.evidence.bootLog;
  const pcrs = forgery.pcrs ?? pcrsAfter(bootLog);
  const signed = tpm.quote({ qualifyingData: file.nonce, pcrs, ...forgery.quote });
  return {
    ...file,
    evidence: {
      ekCertificate: undefined,
      intermediates: [],
      ekPublic: tpm.ekPublic,
      akPublic: tpm.akPublic,
      ...signed,
      pcrs,
      bootLog,
      ...forgery.evidence,
    },
  };
};

/** Trusts the software TPMs that tests use, by their listed keys. */
export const listed = (...tpms: ReadonlyArray<SoftwareTpm>): Setting => ({
  policy: { requireEndorsementKeys: true, requireCertificateValidation: false },
  reference: {
    endorsementKeys: (tpms.length === 0 ? [goodTpm] : tpms).map(({ ekPublic }, i) => ({
      name: `key ${String(i)}`,
      publicKeyDigest: keyDigest(ekPublic),
    })),
  },
});
