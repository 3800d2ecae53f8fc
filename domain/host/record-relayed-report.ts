import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { appraiseRelayed, relayedClaimsDocument, toRelayedRecord } from '../appraisal/appraise-relayed.js';
import { LATEST_APPRAISER } from '../appraisal/appraisers.js';
import type { VerdictRecord } from '../appraisal/verdict-record.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import type { VcenterReport } from '../boot-log/vcenter-report.js';
import type { Executed, ExecuteFault, Prepared } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoreError } from '../ports.js';
import { currentReference } from '../reference/reference-stream.js';
import { referenceStream } from '../reference/state.js';
import type { HostCommand, HostRejection } from './commands.js';
import { mayReport } from './decider.js';
import type { HostEvent } from './events.js';
import { currentHost, executeHost } from './host-stream.js';
import { type EvidenceUnstorable, putDocument } from './keep-evidence.js';
import type { HostState } from './state.js';

export interface RelayedReportInput extends Request {
  readonly host: string;
  readonly report: VcenterReport;
  /** As it was sent, for the evidence store. */
  readonly bytes: Uint8Array;
}

type PrepareFault = HostRejection | LoadFault | StoreError | EvidenceUnstorable;
export type RelayedReportFault = PrepareFault | ExecuteFault;

const judge = (
  deps: AuthorityDeps,
  { by, report, bytes }: RelayedReportInput,
): TE.TaskEither<PrepareFault, Prepared<HostCommand>> => {
  const at = deps.clock.now();
  return pipe(
    TE.Do,
    TE.bind('basis', () => currentReference(deps)),
    TE.let('result', ({ basis }) => appraiseRelayed(deps.hashing, report, basis.state.policy, at)),
    TE.bindW('evidence', () => deps.evidence.put(bytes)),
    TE.bindW('claims', ({ result }) => putDocument(deps, relayedClaimsDocument(result.claims))),
    TE.map(({ basis, result, evidence, claims }) => {
      const record: VerdictRecord = toRelayedRecord(LATEST_APPRAISER, at, result, { evidence, claims });
      return {
        command: { type: 'RecordRelayedReport', by, report: evidence, record },
        basis: basis.revision < 0 ? {} : { [referenceStream(deps.group)]: basis.revision },
      };
    }),
  );
};

/** Records a verdict over what a management server says of a host. It is for reporting: it never makes a host trusted. */
export const recordRelayedReport =
  (deps: AuthorityDeps) =>
  (input: RelayedReportInput): TE.TaskEither<RelayedReportFault, Executed<HostState, HostEvent>> =>
    executeHost(deps)<PrepareFault>({
      host: input.host,
      commandId: input.commandId,
      actor: input.by,
      prepare: () =>
        pipe(
          currentHost(deps)(input.host),
          TE.flatMapEither(({ state }) => mayReport(state, input.by)),
          TE.flatMap(() => judge(deps, input)),
        ),
    });
