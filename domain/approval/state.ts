import type { Permission } from '../access/permissions.js';
import type { Recorded } from '../ledger/envelope.js';
import type { ApprovalEvent } from './events.js';

export interface OpenApproval {
  readonly id: string;
  readonly operation: string;
  readonly permission: Permission;
  readonly digest: string;
  readonly requester: string;
  /** Undefined: nobody approved it yet. */
  readonly approver: string | undefined;
  readonly expires: string;
}

/** What one person did, or may still do, alone; kept until another one reviewed it. */
export interface BrokenGlass {
  readonly id: string;
  readonly operation: string;
  readonly permission: Permission;
  readonly digest: string;
  readonly by: string;
  readonly expires: string;
  /** What was asked for is done: nothing more can be done with it. */
  readonly done: boolean;
}

/** What waits for a second person, or was approved and is not done yet; and what was done without one and nobody reviewed. */
export interface ApprovalState {
  readonly open: ReadonlyMap<string, OpenApproval>;
  readonly glass: ReadonlyMap<string, BrokenGlass>;
}

export const noApprovals: ApprovalState = { open: new Map(), glass: new Map() };

const evolveOpen = (open: Map<string, OpenApproval>, { event, actor }: Recorded<ApprovalEvent>): void => {
  const { id } = event.data;
  const held = open.get(id);
  switch (event.type) {
    case 'ApprovalRequested': {
      const { operation, permission, digest, expires } = event.data;
      open.set(id, { id, operation, permission, digest, expires, requester: actor.subject, approver: undefined });
      return;
    }
    case 'ApprovalGiven':
      if (held !== undefined) open.set(id, { ...held, approver: actor.subject });
      return;
    case 'ApprovalRejected':
    case 'ApprovalUsed':
      open.delete(id);
      return;
    case 'BreakGlassUsed':
    case 'BreakGlassReviewed':
  }
};

const evolveGlass = (state: ApprovalState, { event, actor }: Recorded<ApprovalEvent>): ApprovalState['glass'] => {
  const { id } = event.data;
  const held = state.glass.get(id);
  if (event.type === 'BreakGlassUsed') {
    const { operation, permission, digest, expires } = event.data;
    return new Map([
      ...state.glass,
      [id, { id, operation, permission, digest, expires, by: actor.subject, done: false }],
    ]);
  }
  if (event.type === 'BreakGlassReviewed') return new Map([...state.glass].filter(([each]) => each !== id));
  return event.type === 'ApprovalUsed' && held !== undefined
    ? new Map([...state.glass, [id, { ...held, done: true }]])
    : state.glass;
};

/** What expired before this event is forgotten: nothing can be done with it any more. */
export const evolveApproval = (state: ApprovalState, recorded: Recorded<ApprovalEvent>): ApprovalState => {
  const open = new Map([...state.open].filter(([, { expires }]) => expires > recorded.recordedAt));
  evolveOpen(open, recorded);
  return { open, glass: evolveGlass(state, recorded) };
};
