import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Service } from '../../../domain/cluster/service.js';
import { sameServices } from '../../../domain/cluster/service-differences.js';
import { ServicesFile } from '../../http/codecs/cluster-services.js';
import type { AuthorityClient } from '../authority-client.js';
import type { CliFailure } from '../failure.js';
import { segment } from '../send-command.js';
import type { PresentClusters } from './present-clusters.js';

type Services = ReadonlyArray<Service>;
type Fields = Readonly<Record<string, unknown>>;

/** What it uses, if that is what the other one offers now: attached again, it would be something else otherwise. */
const usesOf = (id: string, { authorities, trusted }: PresentClusters): Fields => {
  const desired = trusted.find((each) => each.id === id)?.desired ?? null;
  const offered = authorities.find((each) => each.id === desired?.from)?.services;
  return desired !== null && offered !== undefined && sameServices(offered as Services, desired.services as Services)
    ? { uses: { from: desired.from } }
    : {};
};

const servicesOf = (
  { call }: AuthorityClient,
  id: string,
  { authorities }: PresentClusters,
): TE.TaskEither<CliFailure, Fields> =>
  (authorities.find((each) => each.id === id)?.services.length ?? 0) === 0
    ? TE.right({})
    : pipe(
        call(
          { operation: 'exportServices', method: 'GET', path: `/v1/clusters/${segment(id)}/services-file` },
          ServicesFile,
        ),
        TE.map(({ body: { services } }) => ({ services })),
      );

/** Clusters as a site file has them; ended ones stay behind. */
export const exportClusters = (
  client: AuthorityClient,
  present: PresentClusters,
): TE.TaskEither<CliFailure, ReadonlyArray<Fields>> =>
  pipe(
    present.clusters.filter(({ status }) => status !== 'decommissioned'),
    TE.traverseSeqArray(({ id, kind, displayName, site, status }) =>
      pipe(
        servicesOf(client, id, present),
        TE.map((services) => ({
          id,
          kind,
          ...(displayName === null ? {} : { displayName }),
          ...(site === null ? {} : { site }),
          enabled: status === 'enabled',
          ...services,
          ...usesOf(id, present),
          hosts: present.members.flatMap(({ host, cluster }) => (cluster === id ? [host] : [])),
        })),
      ),
    ),
  );
