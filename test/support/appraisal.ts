import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { nodeCertificates } from '../../adapters/crypto/node/certificates.js';
import { nodeHashing } from '../../adapters/crypto/node/hashing.js';
import { nodeSignatures } from '../../adapters/crypto/node/signatures.js';
import { type ReadEvidenceFile, readEvidenceFile } from '../../adapters/evidence-file/read-evidence-file.js';
import type { AppraisalEngines, AppraisalInput, AppraisalResult } from '../../domain/appraisal/appraiser.js';
import { appraisers, LATEST_APPRAISER } from '../../domain/appraisal/appraisers.js';
import type { BaseImage } from '../../domain/appraisal/base-image.js';
import { type AttestationPolicy, DEFAULT_POLICY } from '../../domain/appraisal/policy.js';
import type { ReferenceImage, ReferenceValues, TrustedTpmCa } from '../../domain/appraisal/reference-values.js';
import type { Reason } from '../../domain/appraisal/result.js';

export const appraisalEngines: AppraisalEngines = {
  hashing: nodeHashing,
  signatures: nodeSignatures,
  certificates: nodeCertificates,
};

export const EVIDENCE_FOLDER = new URL('../vectors/evidence/', import.meta.url);

/** After every recorded certificate begins. */
export const LATER = '2026-12-01T00:00:00.000Z';

export const fileFrom = (text: string): ReadEvidenceFile => {
  const read = readEvidenceFile(text);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right;
};

export const recorded = (name: string): ReadEvidenceFile =>
  fileFrom(readFileSync(new URL(`${name}.json`, EVIDENCE_FOLDER), 'utf8'));

export const casOf = ({ ekIssuersPem }: ReadEvidenceFile): ReadonlyArray<TrustedTpmCa> => {
  const parsed = nodeCertificates.parsePem(ekIssuersPem.join('\n'));
  return E.isLeft(parsed) ? [] : [{ name: 'lab', chain: parsed.right.map(({ der }) => der) }];
};

export const approved = (image: BaseImage): ReferenceImage => ({ image, status: 'approved', digest: 'aa'.repeat(32) });

export const withdrawn = (image: BaseImage): ReferenceImage => ({ ...approved(image), status: 'withdrawn' });

export interface Setting {
  readonly policy?: Partial<AttestationPolicy>;
  readonly images?: ReadonlyArray<ReferenceImage>;
  readonly reference?: Partial<ReferenceValues>;
  readonly host?: Partial<AppraisalInput['host']>;
  readonly at?: string;
  readonly engines?: AppraisalEngines;
}

/** As the offline tool sees it, unless the setting says more. */
export const inputOf = (file: ReadEvidenceFile, setting: Setting = {}): AppraisalInput => ({
  evidence: file.evidence,
  expectedQualifyingData: file.nonce,
  host: { certifiedAkName: undefined, boundEndorsementKey: undefined, previous: undefined, ...setting.host },
  reference: {
    tpmCas: casOf(file),
    endorsementKeys: [],
    revokedEndorsementKeys: [],
    images: setting.images ?? [],
    tpmModels: [],
    policy: { ...DEFAULT_POLICY, ...setting.policy },
    ...setting.reference,
  },
  imagesJudged: setting.images !== undefined,
  at: setting.at ?? LATER,
});

export const judge = (file: ReadEvidenceFile, setting: Setting = {}): AppraisalResult => {
  const appraise = appraisers[LATEST_APPRAISER];
  if (appraise === undefined) throw new Error('no appraiser');
  return appraise(setting.engines ?? appraisalEngines, inputOf(file, setting));
};

/** A reason in one line: its code and what it is about. */
export const brief = ({ code, subject, pcr }: Reason): string =>
  [code, subject, pcr === undefined ? undefined : `pcr ${String(pcr)}`].filter((part) => part !== undefined).join(' ');

export const reasonsOf = (result: AppraisalResult): ReadonlyArray<string> => result.reasons.map(brief);
