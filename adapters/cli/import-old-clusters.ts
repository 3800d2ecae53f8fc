import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { Recorded } from '../http/codecs/answers.js';
import type { OldService } from '../import/services-file.js';
import { type CliFailure, EXIT } from './failure.js';
import type { Online } from './online.js';
import { segment } from './send-command.js';
import type { GivenAddress } from './service-address.js';
import { printable } from './terminal.js';

/** Where the services of this authority are reached. */
export interface NewServices {
  readonly at: GivenAddress;
  readonly trustedCa: ReadonlyArray<string>;
}

/** An authority cluster of the old system, under its own name here. */
export interface OldCluster {
  readonly id: string;
  readonly was: string;
  readonly groups: ReadonlyArray<string>;
  readonly services: ReadonlyArray<OldService>;
}

export interface ImportedCluster {
  readonly id: string;
  readonly group: string | null;
  /** Null: it is registered, and offers the services of this authority. */
  readonly why: string | null;
}

/** What a cluster may be called; nothing that is left over makes it the old name. */
const idOf = (was: string): string =>
  was.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+/g, '') || 'authority';

export const oldClusters = (services: ReadonlyArray<OldService>): ReadonlyArray<OldCluster> =>
  [...new Set(services.map(({ cluster }) => cluster))].sort().map((was) => {
    const own = services.filter(({ cluster }) => cluster === was);
    return { id: idOf(was), was, groups: [...new Set(own.map(({ group }) => group))].sort(), services: own };
  });

export const oldClusterText = ({ was, groups, services }: OldCluster): string =>
  [
    `authority cluster ${was}, group ${groups.join(', ')}:`,
    ...services.map(
      ({ kind, hostname, port, host }) =>
        `  ${kind} ${hostname}:${String(port)}${host === null ? '' : ` on ${host}`}, ended with the old system`,
    ),
  ].join('\n');

type Work<A> = TE.TaskEither<CliFailure, A>;

const register = ({ client }: Online, { id, was }: OldCluster): Work<unknown> => {
  const body = { id, kind: 'authority', displayName: was };
  return pipe(
    client.call({ operation: 'registerCluster', method: 'POST', path: '/v1/clusters', body }, Recorded),
    TE.orElse((failure): Work<unknown> => (failure.code === 'ClusterExists' ? TE.right(undefined) : TE.left(failure))),
  );
};

const advertise = ({ client }: Online, id: string, group: string, { at, trustedCa }: NewServices): Work<unknown> =>
  pipe(
    ['attestation', 'key-provider'],
    TE.traverseSeqArray((kind) => {
      const path = `/v1/clusters/${segment(id)}/services`;
      const body = { kind, ...at, group, trustedCa };
      return client.call({ operation: 'advertiseService', method: 'POST', path, body }, Recorded);
    }),
  );

const importOne =
  (given: Online, offer: NewServices | undefined) =>
  (cluster: OldCluster): Work<ImportedCluster> => {
    const { id, groups } = cluster;
    const [group, ...others] = groups;
    const said = (why: string | null): ImportedCluster => ({ id, group: group ?? null, why });
    if (offer === undefined) return TE.right(said('give --services-at HOST:PORT, where this authority is reached'));
    if (group === undefined || others.length > 0)
      return TE.right(said(`has ${String(groups.length)} groups; one address serves one: sekisho cluster advertise`));
    return pipe(
      register(given, cluster),
      TE.flatMap(() => advertise(given, id, group, offer)),
      TE.map(() => said(null)),
      TE.orElse(
        (failure): Work<ImportedCluster> =>
          failure.exit === EXIT.unavailable ? TE.left(failure) : TE.right(said(failure.message)),
      ),
    );
  };

/** One after the other; each is registered under its old name and offers what the administrator says, in its old group. */
export const importOldClusters = (
  given: Online,
  services: ReadonlyArray<OldService>,
  offer: NewServices | undefined,
): Work<ReadonlyArray<ImportedCluster>> => pipe(oldClusters(services), TE.traverseSeqArray(importOne(given, offer)));

export const importedClusterText = ({ id, group, why }: ImportedCluster): string =>
  printable(
    why === null
      ? `Authority cluster ${id} offers this authority's services in group ${String(group)}. Next: sekisho cluster enable ${id} --reason TEXT, then cluster attach CLUSTER --from ${id}`
      : `Authority cluster ${id}: ${why}`,
  );
