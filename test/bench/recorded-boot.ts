import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { nodeCertificates } from '../../adapters/crypto/node/certificates.js';
import { type ReadEvidenceFile, readEvidenceFile } from '../../adapters/evidence-file/read-evidence-file.js';
import type { AppraisalEngines, AppraisalInput, AppraisalResult } from '../../domain/appraisal/appraiser.js';
import { appraisers, LATEST_APPRAISER } from '../../domain/appraisal/appraisers.js';
import type { BaseImage } from '../../domain/appraisal/base-image.js';
import { imageFromClaims } from '../../domain/appraisal/image-from-evidence.js';
import { DEFAULT_POLICY } from '../../domain/appraisal/policy.js';
import type { TrustedTpmCa } from '../../domain/appraisal/reference-values.js';
import { evidenceFileOf } from './project-root.js';

export const orThrow = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};

/** After every recorded certificate begins. */
const LATER = '2026-12-01T00:00:00.000Z';

export const recordedBoot = (name: string): ReadEvidenceFile =>
  orThrow(readEvidenceFile(readFileSync(evidenceFileOf(name), 'utf8')));

const appraise = appraisers[LATEST_APPRAISER];

export const judge = (engines: AppraisalEngines, input: AppraisalInput): AppraisalResult => {
  if (appraise === undefined) throw new Error('no appraiser');
  return appraise(engines, input);
};

const caOf = ({ ekIssuersPem }: ReadEvidenceFile): TrustedTpmCa => ({
  name: 'recorded',
  chain: orThrow(nodeCertificates.parsePem(ekIssuersPem.join('\n'))).map(({ der }) => der),
});

const inputWith = (file: ReadEvidenceFile, images: ReadonlyArray<BaseImage>): AppraisalInput => ({
  evidence: file.evidence,
  expectedQualifyingData: file.nonce,
  host: { certifiedAkName: undefined, boundEndorsementKey: undefined, previous: undefined },
  reference: {
    tpmCas: [caOf(file)],
    endorsementKeys: [],
    revokedEndorsementKeys: [],
    images: images.map((image) => ({ image, status: 'approved' as const, digest: 'aa'.repeat(32) })),
    tpmModels: [],
    policy: DEFAULT_POLICY,
  },
  imagesJudged: images.length > 0,
  at: LATER,
});

export const imageOf = (engines: AppraisalEngines, file: ReadEvidenceFile, version: string): BaseImage => {
  const claims = judge(engines, inputWith(file, [])).claims.boot;
  if (claims === undefined) throw new Error('the boot log says nothing');
  const kind = claims.esxi === undefined ? 'uefi-linux' : 'esxi';
  return orThrow(imageFromClaims({ version, displayName: version, bank: 'sha256', claims, kind }));
};

/** All that an authority judges a host by: a trusted CA, an approved image, the certified AK, and a first quote. */
export const appraisalOf = (engines: AppraisalEngines, file: ReadEvidenceFile): AppraisalInput => {
  const bare = inputWith(file, [imageOf(engines, file, '1')]);
  const { akName, endorsementKey } = judge(engines, bare).claims;
  const input = {
    ...bare,
    host: { certifiedAkName: akName, boundEndorsementKey: endorsementKey, previous: undefined },
  };
  const { verdict, reasons } = judge(engines, input);
  if (verdict !== 'affirming') throw new Error(`the evidence is not good: ${JSON.stringify(reasons)}`);
  return input;
};
