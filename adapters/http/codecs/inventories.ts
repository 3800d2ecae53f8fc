import * as t from 'io-ts';
import { closed } from '../../../domain/encoding/closed.js';
import { Instant } from '../../../domain/encoding/primitives.js';
import { BlindReason } from '../../../domain/inventory/events.js';
import { InventoryId } from '../../../domain/inventory/inventory-id.js';
import { AsOf } from './answers.js';
import { Act } from './reads.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

export const InventoryPath = closed({ id: InventoryId }, 'InventoryPath');

export const BlindReport = closed({ reason: BlindReason, since: Instant }, 'BlindReport');

const Blind = t.type(
  { by: t.string, time: t.string, index: t.number, revision: t.number, reason: t.string, since: t.string },
  'Blind',
);

const InventoryView = t.type(
  {
    id: t.string,
    server: orNull(t.type({ instance: t.string, product: t.string })),
    introduced: orNull(Act),
    /** The last reading that something was recorded of; unchanged ones are recorded every six hours. */
    read: orNull(Act),
    blind: orNull(Blind),
    /** Neither blind nor read for more than twice as long as it takes until an unchanged reading is recorded. */
    silent: t.boolean,
    hosts: t.number,
    findings: t.number,
  },
  'InventoryView',
);
export type InventoryView = t.TypeOf<typeof InventoryView>;

export const InventoriesAnswer = t.type(
  { asOf: AsOf, inventories: t.readonlyArray(InventoryView) },
  'InventoriesAnswer',
);
export type InventoriesAnswer = t.TypeOf<typeof InventoriesAnswer>;

const Finding = t.type(
  { code: t.string, host: t.string, there: orNull(t.string), here: orNull(t.string) },
  'InventoryFinding',
);

const HostSeen = t.type(
  {
    key: t.string,
    name: t.string,
    uuid: orNull(t.string),
    cluster: orNull(t.string),
    tpm: t.string,
    verdict: t.string,
    seen: Act,
    gone: orNull(Act),
  },
  'InventoryHost',
);

export const InventoryAnswer = t.type(
  { asOf: AsOf, inventory: InventoryView, hosts: t.readonlyArray(HostSeen), findings: t.readonlyArray(Finding) },
  'InventoryAnswer',
);
export type InventoryAnswer = t.TypeOf<typeof InventoryAnswer>;
