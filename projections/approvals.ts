import { APPROVAL_STREAM } from '../domain/approval/approvals.js';
import type { ApprovalEvent } from '../domain/approval/events.js';
import type { LedgerEvent } from '../domain/catalogue.js';
import type { Recorded } from '../domain/ledger/envelope.js';
import { type Change, NOTHING, type Projection } from './projection.js';
import { actOf } from './reference.js';
import type { Act } from './reference-row.js';

/** Something that needed a second person, and what became of it. Whether it expired is the reader's to say: no event does. */
export interface ApprovalRow {
  readonly kind: 'approval';
  readonly id: string;
  readonly operation: string;
  readonly permission: string;
  /** Of the request in the evidence store. */
  readonly digest: string;
  readonly summary: string;
  readonly expires: string;
  readonly status: 'waiting' | 'given' | 'rejected' | 'used';
  readonly requested: Act;
  readonly answered: Act | null;
  readonly reason: string | null;
  readonly used: Act | null;
}

export interface ApprovalPolicyRow {
  readonly kind: 'policy';
  readonly operations: ReadonlyArray<string>;
  readonly lifetimeSeconds: number;
  readonly breakGlass: ReadonlyArray<string>;
}

export type ApprovalsRow = ApprovalRow | ApprovalPolicyRow | BreakGlassRow;

type Row = ApprovalsRow;

/** What one person did alone, and who looked at it afterwards. */
export interface BreakGlassRow {
  readonly kind: 'break-glass';
  readonly id: string;
  readonly operation: string;
  readonly permission: string;
  readonly digest: string;
  readonly summary: string;
  readonly reason: string;
  readonly expires: string;
  readonly used: Act;
  /** When what was asked for was done; null: it was not. */
  readonly done: Act | null;
  readonly reviewed: (Act & { readonly finding: string }) | null;
}

export const APPROVAL_POLICY_KEY = 'policy';

type Changes = ReadonlyArray<Change<Row>>;

const evolveApproval = (rows: ReadonlyMap<string, Row>, recorded: Recorded<ApprovalEvent>): Changes => {
  const { event } = recorded;
  const act = actOf(recorded);
  const change = (next: Partial<ApprovalRow>): Changes => {
    const row = rows.get(event.data.id);
    return row?.kind === 'approval' ? [[row.id, { ...row, ...next }]] : NOTHING;
  };
  switch (event.type) {
    case 'ApprovalRequested': {
      const none = { answered: null, reason: null, used: null } as const;
      return [[event.data.id, { kind: 'approval', ...event.data, status: 'waiting', requested: act, ...none }]];
    }
    case 'ApprovalGiven':
      return change({ status: 'given', answered: act });
    case 'ApprovalRejected':
      return change({ status: 'rejected', answered: act, reason: event.data.reason });
    case 'ApprovalUsed': {
      const row = rows.get(event.data.id);
      return row?.kind === 'break-glass' ? [[row.id, { ...row, done: act }]] : change({ status: 'used', used: act });
    }
    case 'BreakGlassUsed':
      return [[event.data.id, { kind: 'break-glass', ...event.data, used: act, done: null, reviewed: null }]];
    case 'BreakGlassReviewed': {
      const row = rows.get(event.data.id);
      const reviewed = { ...act, finding: event.data.finding };
      return row?.kind === 'break-glass' ? [[row.id, { ...row, reviewed }]] : NOTHING;
    }
  }
};

/** What needs a second person by policy, and everything that was ever asked for. */
export const approvals: Projection<Row, LedgerEvent> = {
  name: 'approvals',
  version: 2,
  evolve: (rows, recorded): Changes => {
    const { event, stream } = recorded;
    if (event.type === 'ApprovalPolicyChanged') return [[APPROVAL_POLICY_KEY, { kind: 'policy', ...event.data }]];
    return stream === APPROVAL_STREAM ? evolveApproval(rows, recorded as Recorded<ApprovalEvent>) : NOTHING;
  },
};
