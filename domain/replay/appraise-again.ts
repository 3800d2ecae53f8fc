import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AppraisalEngines, AppraisalResult, HostContext } from '../appraisal/appraiser.js';
import type { ReferenceValues } from '../appraisal/reference-values.js';
import type { VerdictRecord } from '../appraisal/verdict-record.js';
import { toHex } from '../encoding/bytes.js';
import { type AppraiserUnknown, appraiserOf } from '../host/appraiser-of.js';
import { parseAttest } from '../tpm/attest.js';
import type { LoadedEvidence } from './load-evidence.js';

/** Stored evidence before an appraiser once more. */
export interface AgainInput {
  /** The verdict that was recorded over it. */
  readonly record: VerdictRecord;
  readonly context: HostContext;
  readonly loaded: LoadedEvidence;
  readonly reference: ReferenceValues;
  readonly at: string;
}

export interface AppraisedAgain {
  readonly result: AppraisalResult;
  readonly expectedQualifyingData: Uint8Array;
}

/**
 * What the quote had to carry is what it did carry, if its digest is the recorded one: the challenge itself was not kept.
 * Otherwise nothing that a quote carries will match, and the rule says so.
 */
const expectedOf = (
  { hashing }: AppraisalEngines,
  { evidence }: LoadedEvidence,
  nonceDigest: string | null,
): Uint8Array => {
  const attest = evidence.quote === undefined ? E.left(undefined) : parseAttest(evidence.quote);
  if (E.isLeft(attest)) return new Uint8Array(32);
  const { extraData } = attest.right;
  return toHex(hashing.hash('sha256', extraData)) === nonceDigest ? extraData : new Uint8Array(32);
};

/** By the appraiser version that the verdict names: with its own reference values and time, the recorded verdict. */
export const appraiseAgain = (
  engines: AppraisalEngines,
  { record, context, loaded, reference, at }: AgainInput,
): E.Either<AppraiserUnknown, AppraisedAgain> =>
  pipe(
    appraiserOf(record.appraiser),
    E.map((appraise) => {
      const expectedQualifyingData = expectedOf(engines, loaded, record.nonceDigest);
      const { evidence } = loaded;
      const result = appraise(engines, { evidence, expectedQualifyingData, host: context, reference, at });
      return { result, expectedQualifyingData };
    }),
  );
