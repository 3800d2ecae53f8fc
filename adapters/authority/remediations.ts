import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps } from '../../domain/authority-deps.js';
import { loadPlan, settleRemediation } from '../../domain/cluster/remediation.js';
import type { DocumentFault } from '../../domain/reference/load-reference-values.js';
import { hostDrift } from '../../projections/cluster-drift.js';
import { type ClusterRows, clusterRow, type JobRow, jobRows, memberRow } from '../../projections/cluster-row.js';

/** Whose step of the job is not done: still in the cluster, and not known to apply what is desired. */
const leftOf = (rows: ClusterRows, { cluster }: JobRow, hosts: ReadonlyArray<string>): ReadonlyArray<string> => {
  const desired = clusterRow(rows, cluster)?.desired ?? null;
  return hosts.filter((host) => {
    const member = memberRow(rows, host);
    return member?.cluster === cluster && hostDrift(desired, member).health !== 'OK';
  });
};

/** How far a job is, by the rows of one moment. */
export const waitingFor = (
  deps: AuthorityDeps,
  rows: ClusterRows,
  job: JobRow,
): TE.TaskEither<DocumentFault, ReadonlyArray<string>> =>
  pipe(
    loadPlan(deps, job.plan),
    TE.map(({ hosts }) => leftOf(rows, job, hosts)),
  );

/**
 * Looks at the remediations that are under way, of one cluster or of all, and records which are over. A job is nothing but
 * events and a plan, so a restart in between changes nothing.
 */
export const settleRemediations = async (deps: AuthorityDeps, rows: ClusterRows, cluster?: string): Promise<void> => {
  for (const job of jobRows(rows, cluster)) {
    if (job.ended !== null) continue;
    const left = await waitingFor(deps, rows, job)();
    // Most reports are not the last one: then there is nothing to decide.
    if (E.isLeft(left) || (left.right.length > 0 && deps.clock.now() <= job.deadline)) continue;
    await settleRemediation(deps)(job.cluster, { ...job, left: left.right })();
  }
};
