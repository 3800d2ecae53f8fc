import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { requirePermission } from '../access/require-permission.js';
import type { AuthorityDeps } from '../authority-deps.js';
import { fromUtf8, utf8 } from '../encoding/bytes.js';
import { closed } from '../encoding/closed.js';
import { decode } from '../encoding/explain.js';
import { plusSeconds } from '../encoding/instant.js';
import { parseJson } from '../encoding/json.js';
import { ListUpTo } from '../encoding/primitives.js';
import { HostId } from '../host/host-id.js';
import type { StoreError } from '../ports.js';
import { type DocumentFault, type Documents, loadBlob } from '../reference/load-reference-values.js';
import type { ClusterInput } from './change-cluster.js';
import { ClusterId } from './cluster-id.js';
import { type ClusterOutcome, changeCluster } from './cluster-stream.js';

/** The hosts that a remediation is about, one step each: they did not apply what is desired when it began. */
const RemediationPlan = closed(
  { v: t.literal(1), cluster: ClusterId, hosts: ListUpTo(HostId, 20_000) },
  'RemediationPlan',
);
export type RemediationPlan = t.TypeOf<typeof RemediationPlan>;

export interface PlanTooLarge {
  readonly _tag: 'PlanTooLarge';
  readonly most: number;
}

const MOST_HOSTS = 20_000;

const planDocument = (
  { canonicalize }: Pick<AuthorityDeps, 'canonicalize'>,
  plan: RemediationPlan,
): E.Either<PlanTooLarge, Uint8Array> =>
  plan.hosts.length > MOST_HOSTS
    ? E.left({ _tag: 'PlanTooLarge', most: MOST_HOSTS })
    : pipe(
        canonicalize(plan),
        E.bimap((): PlanTooLarge => ({ _tag: 'PlanTooLarge', most: MOST_HOSTS }), utf8),
      );

/** Tells these hosts, by their next report, to apply what is desired. Nobody else is disturbed, and nothing is interrupted. */
export const startRemediation =
  (deps: AuthorityDeps) =>
  (
    input: ClusterInput & { readonly hosts: ReadonlyArray<string>; readonly seconds: number },
  ): ClusterOutcome<PlanTooLarge | StoreError> => {
    const { by, cluster, hosts, commandId, seconds } = input;
    return pipe(
      requirePermission(by, 'ManageTrustedHosts'),
      E.flatMap(() => planDocument(deps, { v: 1, cluster, hosts })),
      TE.fromEither,
      TE.flatMap((document) => deps.evidence.put(document)),
      TE.flatMap((plan) => {
        const deadline = plusSeconds(deps.clock.now(), seconds);
        const command = { type: 'StartRemediation', by, job: commandId, hosts: hosts.length, plan, deadline } as const;
        return changeCluster(deps)(input, cluster, command);
      }),
    );
  };

/** Whom a plan names, as it was kept. */
export const loadPlan = (deps: Documents, digest: string): TE.TaskEither<DocumentFault, RemediationPlan> =>
  pipe(
    loadBlob(deps, digest),
    TE.flatMapEither((bytes) =>
      pipe(
        E.fromNullable<unknown>(undefined)(fromUtf8(bytes)),
        E.flatMap((text) => parseJson(text)),
        E.flatMap(decode(RemediationPlan)),
        E.mapLeft((): DocumentFault => ({ _tag: 'DocumentUnreadable', digest, rule: 'is no plan' })),
      ),
    ),
  );

const AUTHORITY = { subject: 'authority', role: 'authority' } as const;

/** Records that a remediation is done, or failed when its deadline passed; `left`: who does not apply what is desired yet. */
export const settleRemediation =
  (deps: AuthorityDeps) =>
  (
    cluster: string,
    { job, hosts, left }: { readonly job: string; readonly hosts: number; readonly left: ReadonlyArray<string> },
  ): ClusterOutcome => {
    const now = deps.clock.now();
    const command = { type: 'EndRemediation', by: AUTHORITY, job, hosts, left, now } as const;
    return changeCluster(deps)({ by: AUTHORITY, commandId: deps.random.uuid() }, cluster, command);
  };
