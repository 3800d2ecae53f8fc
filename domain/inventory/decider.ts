import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { requirePermission } from '../access/require-permission.js';
import { plusSeconds } from '../encoding/instant.js';
import type { Decider } from '../ledger/decider.js';
import type { InventoryCommand, InventoryRejection } from './commands.js';
import type { InventoryEvent } from './events.js';
import type { Observation, SeenHost } from './observation.js';
import { evolveInventory, type InventoryState, unreadInventory } from './state.js';

type Events = ReadonlyArray<InventoryEvent>;
type Decided = E.Either<InventoryRejection, Events>;
type Of<T extends InventoryCommand['type']> = Extract<InventoryCommand, { readonly type: T }>;

/** What one command records at most; what is left is said by the next reading. */
export const MOST_CHANGES = 200;
const CONFIRM_AFTER_SECONDS = 6 * 3600;

const repeated = (keys: ReadonlyArray<string>): boolean => new Set(keys).size < keys.length;

const contradiction = ({ clusters, hosts }: Observation): string | undefined => {
  const known = new Set(clusters.map(({ key }) => key));
  if (known.size < clusters.length) return 'names one cluster twice';
  if (repeated(hosts.map(({ key }) => key))) return 'names one host twice';
  return hosts.some(({ cluster }) => cluster !== null && !known.has(cluster))
    ? 'has a host in a cluster that it does not name'
    : undefined;
};

const isSame = (a: SeenHost, b: SeenHost | undefined): boolean =>
  a.name === b?.name && a.uuid === b.uuid && a.cluster === b.cluster && a.tpm === b.tpm && a.verdict === b.verdict;

/** Clusters before the hosts in them, and the other way round when they go. */
const changesOf = ({ clusters, hosts }: InventoryState, seen: Observation): Events => {
  const [clusterKeys, hostKeys] = [
    new Set(seen.clusters.map(({ key }) => key)),
    new Set(seen.hosts.map(({ key }) => key)),
  ];
  return [
    ...seen.clusters
      .filter(({ key, name }) => clusters.get(key)?.name !== name)
      .map((data) => ({ type: 'InventoryClusterSeen' as const, data })),
    ...[...hosts.keys()]
      .filter((key) => !hostKeys.has(key))
      .map((key) => ({ type: 'InventoryHostGone' as const, data: { key } })),
    ...seen.hosts
      .filter((host) => !isSame(host, hosts.get(host.key)))
      .map((data) => ({ type: 'InventoryHostSeen' as const, data })),
    ...[...clusters.keys()]
      .filter((key) => !clusterKeys.has(key))
      .map((key) => ({ type: 'InventoryClusterGone' as const, data: { key } })),
  ];
};

const firstSight = (state: InventoryState, { instance, product }: Observation): Events => [
  ...(state.instance === undefined
    ? [{ type: 'InventoryIntroduced' as const, data: { kind: 'vsphere' as const, instance, product } }]
    : []),
  ...(state.blind === undefined ? [] : [{ type: 'InventorySighted' as const, data: {} }]),
];

const observe = (inventory: string, { now, observation }: Of<'ObserveInventory'>, state: InventoryState): Decided => {
  const rule = contradiction(observation);
  if (rule !== undefined) return E.left({ _tag: 'InventoryContradictory', rule });
  if (state.instance !== undefined && state.instance !== observation.instance) {
    return E.left({ _tag: 'InventoryOfOtherServer', inventory });
  }
  const events = [...firstSight(state, observation), ...changesOf(state, observation)];
  if (events.length > 0) return E.right(events.slice(0, MOST_CHANGES));
  const due = state.read === undefined || plusSeconds(state.read, CONFIRM_AFTER_SECONDS) <= now;
  const data = { clusters: observation.clusters.length, hosts: observation.hosts.length };
  return E.right(due ? [{ type: 'InventoryConfirmed', data }] : []);
};

const decideByType = (inventory: string, command: InventoryCommand, state: InventoryState): Decided => {
  switch (command.type) {
    case 'ObserveInventory':
      return observe(inventory, command, state);
    case 'ReportBlind': {
      const { reason, since } = command;
      return E.right(state.blind === reason ? [] : [{ type: 'InventoryBlind', data: { reason, since } }]);
    }
  }
};

/**
 * What a management server says is written down as its word and as nothing else: no host is enrolled, joins a cluster or
 * is trusted by it, and none loses anything.
 */
export const inventoryDecider = (
  inventory: string,
): Decider<InventoryState, InventoryCommand, InventoryEvent, InventoryRejection> => ({
  initial: unreadInventory,
  decide: (command, state) =>
    pipe(
      requirePermission(command.by, 'RelayReports'),
      E.flatMap(() => decideByType(inventory, command, state)),
    ),
  evolve: evolveInventory,
});
