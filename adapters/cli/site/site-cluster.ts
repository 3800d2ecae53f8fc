import * as t from 'io-ts';
import { ClusterId } from '../../../domain/cluster/cluster-id.js';
import { ClusterKind } from '../../../domain/cluster/events.js';
import { Hostname, Port, ServiceKind } from '../../../domain/cluster/service.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { ListUpTo, Text } from '../../../domain/encoding/primitives.js';
import { HostId } from '../../../domain/host/host-id.js';
import { PemOrFile } from './pem-or-file.js';

const SiteService = closed(
  { kind: ServiceKind, hostname: Hostname, port: Port, group: Text(64), trustedCa: ListUpTo(PemOrFile, 8) },
  'SiteService',
);

/** What an authority cluster of this site offers, or what a services file holds. */
const SiteUses = t.union([
  closed({ from: ClusterId }, 'SiteUsesCluster'),
  closed({ file: Text(4096) }, 'SiteUsesFile'),
]);

const Fields = closedWith(
  { id: ClusterId, kind: ClusterKind },
  {
    displayName: Text(256),
    site: Text(128),
    enabled: t.boolean,
    services: ListUpTo(SiteService, 32),
    uses: SiteUses,
    hosts: ListUpTo(HostId, 20_000),
  },
  'SiteCluster',
);

/** What is not said of a cluster stays as it is. */
export const SiteCluster = t.refinement(
  Fields,
  ({ kind, services, uses }) => (kind === 'authority' ? uses === undefined : services === undefined),
  'SiteCluster(services of an authority, uses of a trusted one)',
);
export type SiteCluster = t.TypeOf<typeof SiteCluster>;
