import type { Recorded } from '../ledger/envelope.js';
import type { BlindReason, InventoryEvent } from './events.js';
import type { SeenCluster, SeenHost } from './observation.js';

/** What a management server said last. */
export interface InventoryState {
  /** Undefined: never read. */
  readonly instance: string | undefined;
  readonly clusters: ReadonlyMap<string, SeenCluster>;
  readonly hosts: ReadonlyMap<string, SeenHost>;
  /** Undefined: it could be read the last time. */
  readonly blind: BlindReason | undefined;
  /** When a reading was last recorded, with or without a change. */
  readonly read: string | undefined;
}

export const unreadInventory: InventoryState = {
  instance: undefined,
  clusters: new Map(),
  hosts: new Map(),
  blind: undefined,
  read: undefined,
};

const without = <V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> =>
  new Map([...map].filter(([each]) => each !== key));

const withOne = <V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> =>
  new Map([...map, [key, value]]);

const applied = (state: InventoryState, event: InventoryEvent): InventoryState => {
  const { clusters, hosts } = state;
  switch (event.type) {
    case 'InventoryIntroduced':
      return { ...state, instance: event.data.instance };
    case 'InventoryClusterSeen':
      return { ...state, clusters: withOne(clusters, event.data.key, event.data) };
    case 'InventoryClusterGone':
      return { ...state, clusters: without(clusters, event.data.key) };
    case 'InventoryHostSeen':
      return { ...state, hosts: withOne(hosts, event.data.key, event.data) };
    case 'InventoryHostGone':
      return { ...state, hosts: without(hosts, event.data.key) };
    case 'InventoryBlind':
      return { ...state, blind: event.data.reason };
    case 'InventorySighted':
      return { ...state, blind: undefined };
    case 'InventoryConfirmed':
      return state;
  }
};

export const evolveInventory = (
  state: InventoryState,
  { event, recordedAt }: Recorded<InventoryEvent>,
): InventoryState => {
  const next = applied(state, event);
  return event.type === 'InventoryBlind' ? next : { ...next, read: recordedAt };
};
