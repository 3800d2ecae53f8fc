import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { appraiseRelayed, type RelayedResult } from '../../domain/appraisal/appraise-relayed.js';
import type { VcenterReport } from '../../domain/boot-log/vcenter-report.js';
import { type JsonError, parseJson } from '../../domain/encoding/json.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import { readVcenterText } from '../text/vcenter-text.js';
import type { VcenterReportError } from '../vcenter-report/read-report.js';
import { type AppraiseOptions, instantOf, policyOf } from './appraisal-inputs.js';
import { badInput, type CliFailure } from './failure.js';
import { faultsOf, readBytes, textOf } from './input.js';

const MOST_REPORT_BYTES = 4_194_304;

export interface RelayedAppraisal {
  readonly result: RelayedResult;
  readonly at: string;
}

const failureOf =
  (file: string) =>
  (error: VcenterReportError | JsonError): CliFailure => {
    switch (error._tag) {
      case 'DecodeError':
        return faultsOf(file)(error);
      case 'JsonError':
        return badInput('MalformedJson', `${file}: ${error.rule} (character ${String(error.at)})`);
      case 'VcenterXmlError':
        return badInput(error.code, `${file}: no report that can be read (${error.code}, line ${String(error.line)})`);
    }
  };

const MARKS = ['tpmPcrValues', 'tpmEvents', 'QueryTpmAttestationReportResponse', 'returnval'];

/** XML always is one; JSON by the names that only a report has. */
const looksLikeReport = (text: string): boolean => {
  if (text.trimStart().startsWith('<')) return true;
  const json = parseJson(text);
  if (E.isLeft(json) || typeof json.right !== 'object' || json.right === null) return false;
  return MARKS.some((mark) => Object.hasOwn(json.right as object, mark));
};

/** A vCenter's report, in XML or JSON; undefined when the file is something else, such as evidence. */
export const readReport = (file: string): TE.TaskEither<CliFailure, VcenterReport | undefined> =>
  pipe(
    readBytes(file, MOST_REPORT_BYTES),
    TE.flatMapEither(textOf(file)),
    TE.flatMapEither(
      (text): E.Either<CliFailure, VcenterReport | undefined> =>
        looksLikeReport(text) ? pipe(readVcenterText(text), E.mapLeft(failureOf(file))) : E.right(undefined),
    ),
  );

/** Graded relayed, whatever it says: a reporting verdict and nothing else. */
export const appraiseReport = (
  report: VcenterReport,
  options: AppraiseOptions,
): TE.TaskEither<CliFailure, RelayedAppraisal> =>
  pipe(
    policyOf(options.policy),
    TE.flatMapEither((policy) =>
      pipe(
        instantOf(options.at, () => new Date()),
        E.map((at) => ({ at, result: appraiseRelayed(nodeHashing, report, policy, at) })),
      ),
    ),
  );
