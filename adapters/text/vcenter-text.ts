import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { VcenterReport } from '../../domain/boot-log/vcenter-report.js';
import { type JsonError, parseJson } from '../../domain/encoding/json.js';
import { readVcenterJson, readVcenterReport, type VcenterReportError } from '../vcenter-report/read-report.js';

/** A vCenter's report as text: XML by its first character, else JSON. */
export const readVcenterText = (text: string): E.Either<VcenterReportError | JsonError, VcenterReport> =>
  text.trimStart().startsWith('<')
    ? readVcenterReport(text)
    : pipe(
        parseJson(text),
        E.flatMap((json): E.Either<VcenterReportError, VcenterReport> => readVcenterJson(json)),
      );
