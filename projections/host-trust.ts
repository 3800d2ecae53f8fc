import type { LedgerEvent } from '../domain/catalogue.js';
import type { HostEvent } from '../domain/host/events.js';
import { hostOfStream } from '../domain/host/host-id.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import { evolveHostRow } from './evolve-host-row.js';
import { type HostTrustRow, type HostTrustRows, hostKey, hostRow, type TakenBackRow } from './host-trust-row.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { isUndercutBy, type TakenBack, takenBackBy } from './undercut.js';

type Row = HostTrustRow | TakenBackRow;

/** Only host streams hold these. */
const asHostEvent = (recorded: Recorded<LedgerEvent>): Recorded<HostEvent> => recorded as Recorded<HostEvent>;

/** Whoever was trusted because of it is trusted no more, from this very event on. */
const takeBack = (rows: HostTrustRows, takenBack: TakenBack): ReadonlyArray<Change<Row>> => {
  const { undercut } = takenBack.row;
  const changes: Array<Change<Row>> = [[takenBack.key, takenBack.row]];
  for (const [key, row] of rows) {
    if (row.kind === 'host' && isUndercutBy(row, takenBack)) {
      changes.push([key, { ...row, undercut, since: { index: undercut.index, time: undercut.time } }]);
    }
  }
  return changes;
};

/** Which hosts are trusted, and why or why not. */
export const hostTrust: Projection<Row, LedgerEvent> = {
  name: 'host-trust',
  version: 2,
  evolve: (rows, recorded) => {
    const host = hostOfStream(recorded.stream);
    if (host !== undefined) {
      const before = hostRow(rows, host);
      const row = evolveHostRow(rows, before, asHostEvent(recorded), host);
      return row === undefined || row === before ? NOTHING : [[hostKey(host), row]];
    }
    const takenBack = takenBackBy(recorded);
    return takenBack === undefined ? NOTHING : takeBack(rows, takenBack);
  },
};
