import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { currentCluster } from '../../../domain/cluster/cluster-stream.js';
import { relayApplied, reportApplied } from '../../../domain/cluster/observe-applied.js';
import type { Service } from '../../../domain/cluster/service.js';
import { serviceDifferences } from '../../../domain/cluster/service-differences.js';
import type { HostEvent } from '../../../domain/host/events.js';
import { hostStream } from '../../../domain/host/host-id.js';
import type { HostState } from '../../../domain/host/state.js';
import { hostAccess } from '../../../domain/key-release/host-access.js';
import type { Executed } from '../../../domain/ledger/execute.js';
import type { TokenClaims } from '../../../domain/token/claims.js';
import { settleRemediations } from '../../authority/remediations.js';
import { type Api, recorded, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AppliedConfig, ReportAnswer } from '../codecs/cluster-services.js';
import { HostPath } from '../codecs/hosts.js';
import { Nothing, type Route, route } from '../route.js';
import { storedCertificates } from '../stored-certificates.js';
import { guardedByToken } from './key-operations.js';
import { holderOf } from './tokens.js';

type Observed = TE.TaskEither<ApiError, Executed<HostState, HostEvent>>;

const certificatesOf = (services: ReadonlyArray<Service>): ReadonlyArray<string> => [
  ...new Set(services.flatMap(({ trustedCa }) => trustedCa)),
];

/** A report may be the last that a remediation waits for. */
const answered = (
  api: Api,
  host: string,
  services: ReadonlyArray<Service>,
  work: Observed,
): TE.TaskEither<ApiError, { body: ReportAnswer }> =>
  pipe(
    work,
    TE.bindTo('done'),
    TE.bindW('cluster', ({ done }) => currentCluster(api.deps)(done.state.cluster ?? '')),
    TE.bindW('answer', ({ done }) => recorded(hostStream(host), TE.right<ApiError, typeof done>(done))),
    TE.tap(({ done, cluster }) =>
      cluster.state.remediation === undefined || done.events.length === 0
        ? TE.right(undefined)
        : pipe(
            api.settled,
            TE.flatMapTask(() => () => settleRemediations(api.deps, api.reads.clusters.now(), done.state.cluster)),
          ),
    ),
    TE.let('told', ({ cluster: { state } }) => {
      const desired = state.desired ?? null;
      const differences = desired === null ? [] : serviceDifferences(desired, services);
      return { desired, differences, remediation: differences.length === 0 ? null : (state.remediation?.job ?? null) };
    }),
    TE.bindW('certificates', ({ told: { desired, remediation } }) =>
      storedCertificates(api, remediation === null ? [] : certificatesOf(desired ?? [])),
    ),
    TE.map(({ answer, told, certificates }) => ({ body: { ...answer.body, ...told, certificates } })),
  );

/** A token of the current verdict: what it opens does not matter, that it is this host's does. */
const current = (api: Api, holder: TokenClaims): TE.TaskEither<ApiError, TokenClaims> =>
  pipe(
    hostAccess(api.deps)(holder, []),
    TE.flatMap(({ reasons }): TE.TaskEither<ApiError, TokenClaims> => {
      const old = reasons.filter(({ code }) => code === 'VerdictSuperseded' || code === 'HostRetired');
      return old.length === 0 ? TE.right(holder) : TE.left({ _tag: 'TokensRefused', reasons: old });
    }),
  );

const report = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/applied-config',
    operation: 'reportAppliedConfig',
    summary: 'What a host applies, said by itself with its token; the answer says what it shall apply.',
    params: HostPath,
    query: Nothing,
    body: AppliedConfig,
    answer: ReportAnswer,
    handle: ({ params, body, bearer, address }) =>
      guardedByToken(
        api,
        address,
        pipe(
          holderOf(api, params.id, bearer),
          TE.flatMap((holder) => current(api, holder)),
          TE.flatMap(() =>
            answered(api, params.id, body.services, reportApplied(api.deps)({ host: params.id, ...body })),
          ),
        ),
      ),
  });

const relay = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/hosts/{id}/relayed-config',
    operation: 'relayAppliedConfig',
    summary: "What a host applies, said by somebody else: graded so, and never more than that one's word.",
    params: HostPath,
    query: Nothing,
    body: AppliedConfig,
    answer: ReportAnswer,
    handle: (request) => {
      const { params, body } = request;
      const work = relayApplied(api.deps)({ ...requestOf(request), host: params.id, ...body });
      return answered(api, params.id, body.services, work);
    },
  });

export const appliedConfigRoutes = (api: Api): ReadonlyArray<Route> => [report(api), relay(api)];
