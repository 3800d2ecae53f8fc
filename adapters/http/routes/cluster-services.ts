import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  advertiseService,
  attachServices,
  detachServices,
  importServices,
  withdrawService,
} from '../../../domain/cluster/change-services.js';
import { clusterStream } from '../../../domain/cluster/cluster-id.js';
import { keepServices } from '../../../domain/cluster/keep-services.js';
import { serviceKey } from '../../../domain/cluster/service.js';
import { utf8 } from '../../../domain/encoding/bytes.js';
import { clusterRows } from '../../../projections/cluster-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { AttachServices, OfferedService, ServicesFile, WithdrawService } from '../codecs/cluster-services.js';
import { ClusterPath } from '../codecs/clusters.js';
import { WithReason } from '../codecs/hosts.js';
import { commandRoute } from '../command-route.js';
import type { Route } from '../route.js';

const PATH = '/v1/clusters/{id}';
const stream = ({ id }: { readonly id: string }): string => clusterStream(id);

const advertise = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/services`,
    operation: 'advertiseService',
    summary: 'What an authority cluster offers: where hosts reach it, its group, and the CAs of its TLS.',
    params: ClusterPath,
    body: OfferedService,
    stream,
    work: (by, { params, body }) =>
      pipe(
        keepServices(api.deps)([body]),
        TE.flatMap(([service]) =>
          advertiseService(api.deps)({ ...by, cluster: params.id, service: service ?? { ...body, trustedCa: [] } }),
        ),
      ),
  });

const usersOf = (api: Api, service: string): ReadonlyArray<string> =>
  clusterRows(api.reads.clusters.now()).flatMap(({ cluster, status, desired }) =>
    status !== 'decommissioned' && desired?.services.some((each) => serviceKey(each) === service) === true
      ? [cluster]
      : [],
  );

const withdraw = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/services/withdraw`,
    operation: 'withdrawService',
    summary: 'Offers a service no longer; refused while hosts of a trusted cluster shall use it.',
    params: ClusterPath,
    body: WithdrawService,
    stream,
    work: (by, { params, body: { reason, whileUsed = false, ...address } }) =>
      pipe(
        api.settled,
        TE.flatMap(() => {
          const usedBy = whileUsed ? [] : usersOf(api, serviceKey(address));
          return withdrawService(api.deps)({ ...by, cluster: params.id, address, usedBy, reason });
        }),
      ),
  });

const attach = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: `${PATH}/desired-services`,
    operation: 'attachServices',
    summary: 'The hosts of a trusted cluster shall use what an authority cluster of this ledger offers now.',
    params: ClusterPath,
    body: AttachServices,
    stream,
    work: (by, { params, body }) => attachServices(api.deps)({ ...by, cluster: params.id, from: body.from }),
  });

/** The file is kept as it is in canonical form: its digest is in the event. */
const importFile = (api: Api): Route =>
  commandRoute({
    method: 'PUT',
    path: `${PATH}/services-file`,
    operation: 'importServices',
    summary: 'The hosts of a trusted cluster shall use what this services file holds: the whole desired configuration.',
    params: ClusterPath,
    body: ServicesFile,
    stream,
    work: (by, { params, body }) =>
      pipe(
        TE.fromEither(api.deps.canonicalize(body)),
        TE.mapLeft((rule): ApiError => ({ _tag: 'RequestMalformed', rule })),
        TE.flatMap((text): TE.TaskEither<ApiError, string> => api.deps.evidence.put(utf8(text))),
        TE.bindTo('file'),
        TE.bindW('services', () => keepServices(api.deps)(body.services)),
        TE.flatMap((read) => importServices(api.deps)({ ...by, cluster: params.id, ...read })),
      ),
  });

const detach = (api: Api): Route =>
  commandRoute({
    method: 'DELETE',
    path: `${PATH}/desired-services`,
    operation: 'detachServices',
    summary: 'Nothing is desired of the hosts any more; what they apply stays as it is.',
    params: ClusterPath,
    body: WithReason,
    stream,
    work: (by, { params, body }) => detachServices(api.deps)({ ...by, cluster: params.id, ...body }),
  });

export const clusterServiceRoutes = (api: Api): ReadonlyArray<Route> => [
  advertise(api),
  withdraw(api),
  attach(api),
  importFile(api),
  detach(api),
];
