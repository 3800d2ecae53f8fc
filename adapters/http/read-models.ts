import type { HostTrustRow, TakenBackRow } from '../../projections/host-trust-row.js';
import type { OperatorRow } from '../../projections/operators.js';
import type { ReferenceRow } from '../../projections/reference-row.js';
import type { LedgerTimes } from '../projection-store/ledger-times.js';
import type { View } from '../projection-store/view.js';

/** The read side as routes see it: three projections and the ledger's time. */
export interface ReadModels {
  readonly hosts: View<HostTrustRow | TakenBackRow>;
  readonly reference: View<ReferenceRow>;
  readonly operators: View<OperatorRow>;
  readonly times: LedgerTimes;
  /** How many entries the views show. */
  readonly size: () => number;
}
