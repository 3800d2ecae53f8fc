import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { appraiseRelayed, type RelayedResult } from '../../domain/appraisal/appraise-relayed.js';
import type { VcenterReport } from '../../domain/boot-log/vcenter-report.js';
import type { Json } from '../../domain/encoding/json.js';
import { nodeHashing } from '../crypto/node/hashing.js';
import { readVcenterJson, readVcenterReport, type VcenterReportError } from '../vcenter-report/read-report.js';
import { type AppraiseOptions, instantOf, policyOf } from './appraisal-inputs.js';
import { badInput, type CliFailure } from './failure.js';
import { faultsOf, jsonOf, readBytes, textOf } from './input.js';

const MOST_REPORT_BYTES = 4_194_304;

export interface RelayedAppraisal {
  readonly result: RelayedResult;
  readonly at: string;
}

const failureOf =
  (file: string) =>
  (error: VcenterReportError): CliFailure =>
    error._tag === 'DecodeError'
      ? faultsOf(file)(error)
      : badInput(error.code, `${file}: no report that can be read (${error.code}, line ${String(error.line)})`);

const MARKS = ['tpmPcrValues', 'tpmEvents', 'QueryTpmAttestationReportResponse', 'returnval'];

const looksLikeReport = (json: Json): boolean =>
  typeof json === 'object' && json !== null && MARKS.some((mark) => mark in json);

/** A vCenter's report, in XML or JSON; undefined when the file is something else, such as evidence. */
export const readReport = (file: string): TE.TaskEither<CliFailure, VcenterReport | undefined> =>
  pipe(
    readBytes(file, MOST_REPORT_BYTES),
    TE.flatMapEither((bytes) => pipe(textOf(file)(bytes), E.map((text) => ({ bytes, text })))),
    TE.flatMapEither(({ bytes, text }): E.Either<CliFailure, VcenterReport | undefined> => {
      if (text.trimStart().startsWith('<')) return pipe(readVcenterReport(text), E.mapLeft(failureOf(file)));
      const json = jsonOf(file)(bytes);
      if (E.isLeft(json) || !looksLikeReport(json.right)) return E.right(undefined);
      return pipe(readVcenterJson(json.right), E.mapLeft(failureOf(file)));
    }),
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
