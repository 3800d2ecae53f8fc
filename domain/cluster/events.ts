import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Text } from '../encoding/primitives.js';
import { catalogue, type EventsOf, eventType } from '../ledger/event-type.js';
import { SERVICE_EVENTS } from './service-events.js';

const Why = Text(512);

/** `authority`: its hosts run the services. `trusted`: its hosts prove themselves to them. Never both. */
export const ClusterKind = t.keyof({ authority: null, trusted: null });
export type ClusterKind = t.TypeOf<typeof ClusterKind>;

/** Not enabled yet. `site`: where it stands; one authority serves clusters of many sites. */
export const ClusterRegistered = eventType({
  type: 'ClusterRegistered',
  version: 1,
  data: closed(
    { kind: ClusterKind, displayName: t.union([t.null, Text(256)]), site: t.union([t.null, Text(128)]) },
    'ClusterRegistered',
  ),
});

const description = { displayName: t.union([t.null, Text(256)]), site: t.union([t.null, Text(128)]) };
const Description = closed(description, 'ClusterDescription');

/** For people: nothing is decided by it. Both whole, so that the event alone says what changed. */
export const ClusterDescriptionChanged = eventType({
  type: 'ClusterDescriptionChanged',
  version: 1,
  data: closed({ old: Description, new: Description }, 'ClusterDescriptionChanged'),
});

/** From now on the services of an authority cluster count, and the hosts of a trusted one are served as its hosts. */
export const ClusterEnabled = eventType({
  type: 'ClusterEnabled',
  version: 1,
  data: closed({ reason: Why }, 'ClusterEnabled'),
});

export const ClusterDisabled = eventType({
  type: 'ClusterDisabled',
  version: 1,
  data: closed({ reason: Why }, 'ClusterDisabled'),
});

/** Ends the cluster's history, and with it the membership of whoever was in it. Its name is not used again. */
export const ClusterDecommissioned = eventType({
  type: 'ClusterDecommissioned',
  version: 1,
  data: closed({ reason: Why }, 'ClusterDecommissioned'),
});

export const CLUSTER_EVENTS = [
  ClusterRegistered,
  ClusterDescriptionChanged,
  ClusterEnabled,
  ClusterDisabled,
  ClusterDecommissioned,
  ...SERVICE_EVENTS,
] as const;

export const clusterCatalogue = catalogue(CLUSTER_EVENTS);

export type ClusterEvent = EventsOf<typeof clusterCatalogue>;
