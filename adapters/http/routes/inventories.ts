import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { plusSeconds } from '../../../domain/encoding/instant.js';
import { inventoryStream } from '../../../domain/inventory/inventory-id.js';
import { observeInventory, reportBlind } from '../../../domain/inventory/inventory-stream.js';
import { Observation } from '../../../domain/inventory/observation.js';
import type { ClusterRows } from '../../../projections/cluster-row.js';
import type { HostTrustRows } from '../../../projections/host-trust-row.js';
import { type InventoryFinding, inventoryFindings } from '../../../projections/inventory-findings.js';
import {
  type InventoryRow,
  type InventoryRows,
  inventoryRow,
  inventoryRows,
  seenClusterOf,
  seenHosts,
} from '../../../projections/inventory-row.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import {
  BlindReport,
  InventoriesAnswer,
  InventoryAnswer,
  InventoryPath,
  type InventoryView,
} from '../codecs/inventories.js';
import { AsOfQuery } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { asOf, type Moment, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

const SILENT_AFTER_SECONDS = 12 * 3600;

interface Sources {
  readonly rows: InventoryRows;
  readonly trust: HostTrustRows;
  readonly clusters: ClusterRows;
}

const sourcesAt = (api: Api, { index }: Moment): E.Either<ApiError, Sources> =>
  pipe(
    E.Do,
    E.bind('rows', () => api.reads.inventories.rowsAt(index)),
    E.bind('trust', () => api.reads.hostTrust.rowsAt(index)),
    E.bind('clusters', () => api.reads.clusters.rowsAt(index)),
  );

const findingsAt = (sources: Sources, inventory: string, at: Moment): ReadonlyArray<InventoryFinding> =>
  inventoryFindings(sources.rows, inventory, sources.trust, sources.clusters, at.judgedAt);

const viewOf = (sources: Sources, row: InventoryRow, at: Moment): InventoryView => {
  const { inventory: id, server, introduced, read, blind } = row;
  const silent = blind === null && read !== null && plusSeconds(read.time, SILENT_AFTER_SECONDS) < at.judgedAt;
  const hosts = seenHosts(sources.rows, id).filter(({ gone }) => gone === null).length;
  return { id, server, introduced, read, blind, silent, hosts, findings: findingsAt(sources, id, at).length };
};

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/inventories',
    operation: 'listInventories',
    summary: 'Management servers that were read, and whether they still are; now or as of an index or a time.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: InventoriesAnswer,
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            sourcesAt(api, at),
            E.map((sources) => {
              const inventories = inventoryRows(sources.rows).map((row) => viewOf(sources, row, at));
              return { body: { asOf: asOf(at), inventories } };
            }),
          ),
        ),
      ),
  });

const answerOf = (sources: Sources, row: InventoryRow, at: Moment): InventoryAnswer => ({
  asOf: asOf(at),
  inventory: viewOf(sources, row, at),
  hosts: seenHosts(sources.rows, row.inventory).map((host) => {
    const { key, name, uuid, tpm, verdict, seen, gone } = host;
    return { key, name, uuid, cluster: seenClusterOf(sources.rows, host), tpm, verdict, seen, gone };
  }),
  findings: findingsAt(sources, row.inventory, at),
});

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/inventories/{id}',
    operation: 'showInventory',
    summary:
      'Hosts as a management server tells them, and where it and this authority do not say the same; now or as of an index or a time.',
    params: InventoryPath,
    query: AsOfQuery,
    body: NoBody,
    answer: InventoryAnswer,
    handle: ({ params, query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            sourcesAt(api, at),
            E.flatMap((sources): E.Either<ApiError, { body: InventoryAnswer }> => {
              const row = inventoryRow(sources.rows, params.id);
              return row === undefined
                ? E.left({ _tag: 'InventoryUnknown', inventory: params.id })
                : E.right({ body: answerOf(sources, row, at) });
            }),
          ),
        ),
      ),
  });

const observe = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/inventories/{id}/observations',
    operation: 'observeInventory',
    summary:
      "All that a management server has, as its word: only what differs is recorded, 200 changes at a time, and no host's trust depends on it.",
    params: InventoryPath,
    body: Observation,
    stream: ({ id }) => inventoryStream(id),
    work: (by, { params, body }) => observeInventory(api.deps)({ ...by, inventory: params.id, observation: body }),
  });

const blind = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/inventories/{id}/blind',
    operation: 'reportBlindInventory',
    summary: 'That a management server can not be read, and why; recorded once until it can be again.',
    params: InventoryPath,
    body: BlindReport,
    stream: ({ id }) => inventoryStream(id),
    work: (by, { params, body }) => reportBlind(api.deps)({ ...by, inventory: params.id, ...body }),
  });

export const inventoryRoutes = (api: Api): ReadonlyArray<Route> => [list(api), show(api), observe(api), blind(api)];
