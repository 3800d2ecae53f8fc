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

/** What waits for a second person, or was approved and is not done yet. */
export interface ApprovalState {
  readonly open: ReadonlyMap<string, OpenApproval>;
}

export const noApprovals: ApprovalState = { open: new Map() };

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
  }
};

/** What expired before this event is forgotten: nothing can be done with it any more. */
export const evolveApproval = (state: ApprovalState, recorded: Recorded<ApprovalEvent>): ApprovalState => {
  const open = new Map([...state.open].filter(([, { expires }]) => expires > recorded.recordedAt));
  evolveOpen(open, recorded);
  return { open };
};
