import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type Executed, type ExecuteFault, execute } from '../ledger/execute.js';
import type { InventoryCommand, InventoryRejection } from './commands.js';
import { inventoryDecider } from './decider.js';
import { type BlindReason, type InventoryEvent, inventoryCatalogue } from './events.js';
import { inventoryStream } from './inventory-id.js';
import type { Observation } from './observation.js';
import type { InventoryState } from './state.js';

type Outcome = TE.TaskEither<InventoryRejection | ExecuteFault, Executed<InventoryState, InventoryEvent>>;
type Named = Request & { readonly inventory: string };

const change = (deps: AuthorityDeps, { by, commandId, inventory }: Named, command: () => InventoryCommand): Outcome =>
  execute(deps)({
    decider: inventoryDecider(inventory),
    catalogue: inventoryCatalogue,
    cache: deps.caches.inventory,
    stream: inventoryStream(inventory),
    commandId,
    actor: by,
    prepare: () => TE.right({ command: command(), basis: {} }),
  });

/** Records what differs from the reading before, up to a bound; asked again, it goes on. */
export const observeInventory =
  (deps: AuthorityDeps) =>
  (input: Named & { readonly observation: Observation }): Outcome =>
    change(deps, input, () => ({
      type: 'ObserveInventory',
      by: input.by,
      now: deps.clock.now(),
      observation: input.observation,
    }));

/** Records once that, and why, a management server can't be read. */
export const reportBlind =
  (deps: AuthorityDeps) =>
  (input: Named & { readonly reason: BlindReason; readonly since: string }): Outcome =>
    change(deps, input, () => ({ type: 'ReportBlind', by: input.by, reason: input.reason, since: input.since }));
