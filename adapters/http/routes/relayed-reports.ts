import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { reasonsOf } from '../../../domain/appraisal/verdict-record.js';
import type { VcenterReport } from '../../../domain/boot-log/vcenter-report.js';
import { fromBase64, fromUtf8 } from '../../../domain/encoding/bytes.js';
import { closed } from '../../../domain/encoding/closed.js';
import { Base64UpTo } from '../../../domain/encoding/primitives.js';
import type { HostEvent } from '../../../domain/host/events.js';
import { recordRelayedReport } from '../../../domain/host/record-relayed-report.js';
import type { Recorded } from '../../../domain/ledger/envelope.js';
import { readVcenterText } from '../../text/vcenter-text.js';
import { type Api, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import { Judged } from '../codecs/attestations.js';
import { HostPath } from '../codecs/hosts.js';
import { Nothing, type Route, route } from '../route.js';

const MOST_BYTES = 786_432;

const malformed = (field: string, rule: string): ApiError => ({ _tag: 'DecodeError', faults: [{ field, rule }] });

/** Fields inside the report are named below `report`. */
const reportOf = (bytes: Uint8Array): E.Either<ApiError, VcenterReport> =>
  pipe(
    E.fromNullable(malformed('report', 'must be text in UTF-8'))(fromUtf8(bytes)),
    E.flatMap((text) =>
      pipe(
        readVcenterText(text),
        E.mapLeft((error): ApiError => {
          switch (error._tag) {
            case 'DecodeError':
              return { ...error, faults: error.faults.map(({ field, rule }) => ({ field: `report.${field}`, rule })) };
            case 'JsonError':
              return malformed('report', error.rule);
            case 'VcenterXmlError':
              return malformed('report', `must be a report (${error.code}, line ${String(error.line)})`);
          }
        }),
      ),
    ),
  );

const judgedOf = ([recorded]: ReadonlyArray<Recorded<HostEvent>>): E.Either<ApiError, Judged> => {
  if (recorded?.event.type !== 'RelayedReportAppraised') return E.left({ _tag: 'Unexpected' });
  const { index, revision, event } = recorded;
  const { record } = event.data;
  const { verdict, grade, rules, image, exceptions, at, notAfter } = record;
  return E.right({
    verdict,
    grade,
    reasons: reasonsOf(record),
    rules,
    image,
    exceptions,
    at,
    notAfter,
    index,
    revision,
  });
};

/** What a management server says of a host: recorded and reported, and never what makes the host trusted. */
export const relayedReportRoutes = (api: Api): ReadonlyArray<Route> => [
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/relayed-reports',
    operation: 'reportRelayed',
    summary:
      "A vCenter's TPM attestation report (XML or JSON, in base64), graded relayed: it never makes a host trusted.",
    params: HostPath,
    query: Nothing,
    body: closed({ report: Base64UpTo(MOST_BYTES) }, 'RelayedReport'),
    answer: Judged,
    handle: (request) => {
      const bytes = fromBase64(request.body.report);
      return pipe(
        TE.fromEither(reportOf(bytes)),
        TE.flatMap((report) =>
          recordRelayedReport(api.deps)({ ...requestOf(request), host: request.params.id, report, bytes }),
        ),
        TE.flatMapEither(({ events }) => judgedOf(events)),
        TE.map((body) => ({ body })),
      );
    },
  }),
];
