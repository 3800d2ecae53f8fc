import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AppraisalResult } from '../../domain/appraisal/appraiser.js';
import { LATEST_APPRAISER } from '../../domain/appraisal/appraisers.js';
import type { ReferenceValues } from '../../domain/appraisal/reference-values.js';
import { appraiserOf } from '../../domain/host/appraiser-of.js';
import { nodeCertificates } from '../crypto/node/certificates.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import { nodeSignatures } from '../crypto/node/signatures.js';
import type { ReadEvidenceFile } from '../evidence-file/read-evidence-file.js';
import { type AppraiseOptions, instantOf, offlineReference, readEvidence } from './appraisal-inputs.js';
import { type CliFailure, unavailable } from './failure.js';

const ENGINES = { hashing: nodeHashing, signatures: nodeSignatures, certificates: nodeCertificates };

const NOTHING_KNOWN = { certifiedAkName: undefined, boundEndorsementKey: undefined, previous: undefined };

const OWN_ISSUERS =
  "the endorsement key's chain was checked against the issuers in the evidence file itself; give --ca to say whom you trust";

export interface OfflineAppraisal {
  readonly evidence: ReadEvidenceFile;
  readonly result: AppraisalResult;
  readonly at: string;
  readonly warnings: ReadonlyArray<string>;
}

const judge = (
  evidence: ReadEvidenceFile,
  reference: ReferenceValues,
  at: string,
  imagesJudged: boolean,
): E.Either<CliFailure, AppraisalResult> =>
  pipe(
    appraiserOf(LATEST_APPRAISER),
    E.bimap(
      () => unavailable('AppraiserUnknown', 'this program has no appraiser'),
      (appraise) =>
        appraise(ENGINES, {
          evidence: evidence.evidence,
          expectedQualifyingData: evidence.nonce,
          host: NOTHING_KNOWN,
          reference,
          at,
          imagesJudged,
        }),
    ),
  );

/** Judges an evidence file with nothing but what the options say is good. */
export const appraiseFile = (file: string, options: AppraiseOptions): TE.TaskEither<CliFailure, OfflineAppraisal> =>
  pipe(
    TE.Do,
    TE.bind('evidence', () => readEvidence(file)),
    TE.bind('reference', ({ evidence }) => offlineReference(options, evidence)),
    TE.bind('at', () => TE.fromEither(instantOf(options.at, () => new Date()))),
    TE.bind('result', ({ evidence, reference, at }) =>
      TE.fromEither(judge(evidence, reference, at, options.image !== undefined)),
    ),
    TE.map(({ evidence, at, result }) => {
      const own = options.ca === undefined && evidence.ekIssuersPem.length > 0;
      return { evidence, result, at, warnings: own ? [OWN_ISSUERS] : [] };
    }),
  );
