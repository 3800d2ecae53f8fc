import * as TE from 'fp-ts/lib/TaskEither.js';
import type { StoreError } from '../../domain/ports.js';
import type { KurrentLedger } from '../event-store/kurrent/open-kurrent-ledger.js';
import { ledgerFaultText } from '../text/ledger-fault-text.js';

const unavailable = (detail: string): TE.TaskEither<StoreError, void> => TE.left({ _tag: 'StoreUnavailable', detail });

/** A node that is cut off from the cluster can record nothing, so it has no verdict and no key to give. */
export const reachesLedger =
  (cluster: Pick<KurrentLedger, 'fault' | 'connected'> | undefined): TE.TaskEither<StoreError, void> =>
  () => {
    if (cluster === undefined) return TE.right(undefined)();
    const fault = cluster.fault();
    if (fault !== undefined) return unavailable(`EventStoreDB: ${ledgerFaultText(fault)}`)();
    return (cluster.connected() ? TE.right(undefined) : unavailable('EventStoreDB can not be reached'))();
  };
