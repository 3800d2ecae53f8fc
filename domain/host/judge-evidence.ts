import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AppraisalResult } from '../appraisal/appraiser.js';
import { LATEST_APPRAISER } from '../appraisal/appraisers.js';
import { toVerdictRecord, type VerdictRecord } from '../appraisal/verdict-record.js';
import type { AuthorityDeps } from '../authority-deps.js';
import { toHex } from '../encoding/bytes.js';
import type { Prepared } from '../ledger/execute.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { StoreError } from '../ports.js';
import { type DocumentFault, referenceValuesAt } from '../reference/load-reference-values.js';
import { currentReference } from '../reference/reference-stream.js';
import { referenceStream } from '../reference/state.js';
import { type AppraiserUnknown, appraiserOf } from './appraiser-of.js';
import type { HostCommand, HostRejection } from './commands.js';
import { type EvidenceUnstorable, keepClaims, keepEvidence } from './keep-evidence.js';
import type { Answer, OwnEvidence } from './own-evidence.js';
import { contextOf, type HostState } from './state.js';

export type JudgeFault = HostRejection | LoadFault | DocumentFault | StoreError | EvidenceUnstorable | AppraiserUnknown;

const keep = (
  deps: AuthorityDeps,
  { evidence, key }: OwnEvidence,
  { claims }: AppraisalResult,
): TE.TaskEither<StoreError | EvidenceUnstorable, { readonly claims: string; readonly evidence: string }> =>
  pipe(
    keepEvidence(deps, evidence, {
      ekCertificate: key.ekCertificate ?? undefined,
      intermediates: key.intermediates,
    }),
    TE.flatMap(({ manifest, bootLog }) =>
      pipe(
        keepClaims(deps, claims, LATEST_APPRAISER, bootLog),
        TE.map((digest) => ({ claims: digest, evidence: manifest })),
      ),
    ),
  );

const hex = (deps: AuthorityDeps, bytes: Uint8Array): string => toHex(deps.hashing.hash('sha256', bytes));

const commandOf = (
  deps: AuthorityDeps,
  { challenge, input }: Answer,
  state: HostState,
  record: VerdictRecord,
): HostCommand => ({
  type: 'Attest',
  now: record.at,
  challenge,
  wrappingKey: input.wrappingKey === undefined ? undefined : hex(deps, input.wrappingKey),
  host: contextOf(state),
  record,
});

/**
 * Appraises evidence against the reference values of this moment, named by their revision, and keeps evidence and claims:
 * both are durable before the event that names them.
 */
export const judgeEvidence = (
  deps: AuthorityDeps,
  answer: Answer,
  state: HostState,
  own: OwnEvidence,
): TE.TaskEither<JudgeFault, Prepared<HostCommand>> => {
  const stream = referenceStream(deps.group);
  const at = deps.clock.now();
  const { evidence } = own;
  const { expectedQualifyingData } = answer;
  return pipe(
    TE.Do,
    TE.bind('basis', () => currentReference(deps)),
    TE.bindW('reference', ({ basis }) => referenceValuesAt(deps)(stream, basis.revision, basis.state)),
    TE.bindW('appraise', () => TE.fromEither(appraiserOf(LATEST_APPRAISER))),
    TE.let('result', ({ appraise, reference }) =>
      appraise(deps, { evidence, expectedQualifyingData, host: contextOf(state), reference, at }),
    ),
    TE.filterOrElseW(
      ({ result }) => result.hostsOwn,
      ({ result }): HostRejection => ({ _tag: 'EvidenceNotHostsOwn', reasons: result.reasons }),
    ),
    TE.bindW('digests', ({ result }) => keep(deps, own, result)),
    TE.map(({ basis, result, digests }) => {
      const nonceDigest = hex(deps, expectedQualifyingData);
      const record = toVerdictRecord('challenged', LATEST_APPRAISER, at, result, { ...digests, nonceDigest });
      return {
        command: commandOf(deps, answer, state, record),
        basis: basis.revision < 0 ? {} : { [stream]: basis.revision },
      };
    }),
  );
};
