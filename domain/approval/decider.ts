import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { requirePermission } from '../access/require-permission.js';
import { mayBeOnePerson } from '../access/state.js';
import { plusSeconds } from '../encoding/instant.js';
import type { Decider } from '../ledger/decider.js';
import type { ApprovalCommand, ApprovalRejection } from './commands.js';
import { decideBreakGlass } from './decide-break-glass.js';
import type { ApprovalEvent } from './events.js';
import { type ApprovalState, evolveApproval, noApprovals, type OpenApproval } from './state.js';

type Decided = E.Either<ApprovalRejection, ReadonlyArray<ApprovalEvent>>;
type Of<T extends ApprovalCommand['type']> = Extract<ApprovalCommand, { readonly type: T }>;

const MOST_WAITING = 256;

/** The same request sent again while it waits says nothing new. */
const request = (command: Of<'RequestApproval'>, state: ApprovalState): Decided => {
  const { by, id, operation, permission, own, digest, summary, now, lifetimeSeconds } = command;
  const open = [...state.open.values()].filter(({ expires }) => expires > now);
  if (open.some((each) => each.digest === digest && each.requester === by.subject)) return E.right([]);
  if (open.length >= MOST_WAITING) return E.left({ _tag: 'TooManyWaiting', most: MOST_WAITING });
  const expires = plusSeconds(now, lifetimeSeconds);
  return pipe(
    own ? E.right(true) : requirePermission(by, permission),
    E.map(() => [{ type: 'ApprovalRequested', data: { id, operation, permission, digest, summary, expires } }]),
  );
};

const openOne = (state: ApprovalState, id: string, now: string): E.Either<ApprovalRejection, OpenApproval> => {
  const held = state.open.get(id);
  return held === undefined || held.expires <= now ? E.left({ _tag: 'ApprovalUnknown', id }) : E.right(held);
};

/** Who approves must be allowed to do it themselves, and be somebody else, whatever names the two go by. */
const give = (command: Of<'GiveApproval'>, held: OpenApproval): Decided => {
  const { by, id, digest, persons } = command;
  if (held.approver !== undefined) return E.right([]);
  if (digest !== held.digest) return E.left({ _tag: 'ApprovalDiffers', id });
  return mayBeOnePerson({ persons }, by.subject, held.requester)
    ? E.left({ _tag: 'SamePerson', what: held.operation })
    : E.right([{ type: 'ApprovalGiven', data: { id, digest } }]);
};

const answer = (command: Of<'GiveApproval' | 'RejectApproval'>, state: ApprovalState): Decided =>
  pipe(
    requirePermission(command.by, 'ApproveChanges'),
    E.flatMap(() => openOne(state, command.id, command.now)),
    E.flatMap((held) =>
      pipe(
        requirePermission(command.by, held.permission),
        E.flatMap((): Decided => {
          if (command.type === 'GiveApproval') return give(command, held);
          return E.right([{ type: 'ApprovalRejected', data: { id: command.id, reason: command.reason } }]);
        }),
      ),
    ),
  );

/** What needs two people: one asks, another one approves or rejects, and what was asked for is done once. */
export const approvalDecider: Decider<ApprovalState, ApprovalCommand, ApprovalEvent, ApprovalRejection> = {
  initial: noApprovals,
  decide: (command, state) => {
    switch (command.type) {
      case 'RequestApproval':
        return request(command, state);
      case 'GiveApproval':
      case 'RejectApproval':
        return answer(command, state);
      case 'UseApproval':
        return state.open.get(command.id)?.approver === undefined && state.glass.get(command.id)?.done !== false
          ? E.left({ _tag: 'ApprovalUnknown', id: command.id })
          : E.right([{ type: 'ApprovalUsed', data: { id: command.id } }]);
      case 'BreakGlass':
      case 'ReviewBreakGlass':
        return decideBreakGlass(command, state);
    }
  },
  evolve: evolveApproval,
};
