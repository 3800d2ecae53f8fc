import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AppraisalEngines, AppraisalResult } from '../appraisal/appraiser.js';
import type { ReferenceValues } from '../appraisal/reference-values.js';
import { toVerdictRecord, type VerdictRecord } from '../appraisal/verdict-record.js';
import { toHex } from '../encoding/bytes.js';
import { claimsDigest } from '../host/keep-evidence.js';
import type { Canonicalize, StoreError } from '../ports.js';
import { type Documents, loadBlob, referenceValuesAt } from '../reference/load-reference-values.js';
import { appraiseAgain } from './appraise-again.js';
import { type Difference, differencesOf } from './difference.js';
import type { VerdictCase } from './history.js';
import { asDifference, type LoadEvidenceFault, type LoadedEvidence, loadEvidence } from './load-evidence.js';

export interface ReplayDeps extends Documents, AppraisalEngines {
  readonly canonicalize: Canonicalize;
}

/** A verdict made again. No differences: it is the recorded one, rule by rule. */
export interface VerdictReplay {
  readonly host: string;
  readonly index: number;
  readonly revision: number;
  readonly differences: ReadonlyArray<Difference>;
}

type Unreachable = Extract<StoreError, { readonly _tag: 'StoreUnavailable' }>;

const recordAgain = (
  deps: ReplayDeps,
  then: VerdictRecord,
  result: AppraisalResult,
  { manifest }: LoadedEvidence,
  expected: Uint8Array,
): VerdictRecord => {
  const claims = claimsDigest(deps, result.claims, then.appraiser, manifest.bootLog);
  return toVerdictRecord('challenged', then.appraiser, then.at, result, {
    claims: E.isRight(claims) ? claims.right : '',
    evidence: then.evidence,
    nonceDigest: toHex(deps.hashing.hash('sha256', expected)),
  });
};

/** What matters most first; rules by their names. */
const comparable = (type: string, { verdict, image, notAfter, rules, ...rest }: VerdictRecord): unknown => ({
  verdict,
  type,
  image,
  notAfter,
  rules: Object.fromEntries(rules.map(({ rule, ...result }) => [rule, result])),
  ...rest,
});

const judgeAgain = (
  deps: ReplayDeps,
  { recorded, context }: VerdictCase,
  loaded: LoadedEvidence,
  reference: ReferenceValues,
): E.Either<Difference, ReadonlyArray<Difference>> => {
  const { record } = recorded.event.data;
  return pipe(
    appraiseAgain(deps, { record, context, loaded, reference, at: record.at }),
    E.map(({ result, expectedQualifyingData }) => {
      const again = recordAgain(deps, record, result, loaded, expectedQualifyingData);
      const type = result.verdict === 'affirming' ? 'HostAttested' : 'AttestationRefused';
      return differencesOf(comparable(recorded.event.type, record), comparable(type, again));
    }),
  );
};

/** The claims document is no input, but readers rely on it: it has to be there. */
const claimsAreKept = (deps: ReplayDeps, sha256: string): TE.TaskEither<LoadEvidenceFault, unknown> =>
  pipe(
    loadBlob(deps, sha256),
    TE.mapLeft((fault) => asDifference('claims', sha256, fault)),
  );

/**
 * Makes a recorded verdict again from the stored evidence, the reference values of its basis and the appraiser version that it
 * names, at its own time. Evidence that is missing or damaged is a difference too. Left: the store can't be reached.
 */
export const replayVerdict =
  (deps: ReplayDeps) =>
  (verdict: VerdictCase): TE.TaskEither<Unreachable, VerdictReplay> => {
    const { host, recorded, basis } = verdict;
    const { record } = recorded.event.data;
    const found = (differences: ReadonlyArray<Difference>): VerdictReplay => {
      const { index, revision } = recorded;
      return { host, index, revision, differences };
    };
    return pipe(
      TE.Do,
      TE.bind('loaded', () => loadEvidence(deps, record.evidence)),
      TE.bind('reference', () =>
        pipe(
          referenceValuesAt(deps)(basis.stream, basis.revision, basis.state),
          TE.mapLeft((fault) => asDifference('reference values', '', fault)),
        ),
      ),
      TE.tap(() => claimsAreKept(deps, record.claims)),
      TE.flatMapEither(
        ({ loaded, reference }): E.Either<LoadEvidenceFault, ReadonlyArray<Difference>> =>
          judgeAgain(deps, verdict, loaded, reference),
      ),
      TE.map(found),
      TE.orElse((fault) => (fault._tag === 'StoreUnavailable' ? TE.left(fault) : TE.right(found([fault])))),
    );
  };
