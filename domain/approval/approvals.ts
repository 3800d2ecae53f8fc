import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ACCESS_STREAM, currentAccess } from '../access/access-stream.js';
import type { Permission } from '../access/permissions.js';
import { mayRole } from '../access/roles.js';
import { mayBeOnePerson, standingOf } from '../access/state.js';
import type { AuthorityDeps, Request } from '../authority-deps.js';
import { type CurrentState, currentState } from '../current-state.js';
import { utf8 } from '../encoding/bytes.js';
import { uuidOf } from '../ledger/event-id.js';
import { type Executed, type ExecuteFault, execute, type Prepared } from '../ledger/execute.js';
import type { Approval } from '../ledger/ledger.js';
import type { LoadFault } from '../ledger/load-stream.js';
import type { ApprovalCommand, ApprovalRejection } from './commands.js';
import { approvalDecider } from './decider.js';
import { type ApprovalEvent, approvalCatalogue } from './events.js';
import type { ApprovalState } from './state.js';

export const APPROVAL_STREAM = 'approvals';

export type ApprovalOutcome = TE.TaskEither<ApprovalRejection | ExecuteFault, Executed<ApprovalState, ApprovalEvent>>;

const run = (
  deps: AuthorityDeps,
  { by, commandId }: Request,
  prepare: () => TE.TaskEither<LoadFault, Prepared<ApprovalCommand>>,
): ApprovalOutcome =>
  execute(deps)({
    decider: approvalDecider,
    catalogue: approvalCatalogue,
    cache: deps.caches.approval,
    stream: APPROVAL_STREAM,
    commandId,
    actor: by,
    prepare,
  });

const plainly = (command: ApprovalCommand) => () => TE.right({ command, basis: {} });

export const currentApprovals = (deps: AuthorityDeps): TE.TaskEither<LoadFault, CurrentState<ApprovalState>> =>
  currentState(deps)(
    { decider: approvalDecider, catalogue: approvalCatalogue, cache: deps.caches.approval },
    APPROVAL_STREAM,
  );

/** `digest` names the request in the evidence store already. */
export const requestApproval =
  (deps: AuthorityDeps) =>
  (
    input: Request & {
      readonly operation: string;
      readonly permission: Permission;
      readonly own: boolean;
      readonly digest: string;
      readonly summary: string;
    },
  ): ApprovalOutcome =>
    run(deps, input, () =>
      pipe(
        currentAccess(deps),
        TE.map(({ state, revision }) => {
          const { by, commandId: id, operation, permission, own, digest, summary } = input;
          const { lifetimeSeconds } = state.approvals;
          const asked = { by, id, operation, permission, own, digest, summary, now: deps.clock.now(), lifetimeSeconds };
          return { command: { type: 'RequestApproval', ...asked }, basis: { [ACCESS_STREAM]: revision } };
        }),
      ),
    );

export const giveApproval =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly id: string; readonly digest: string }): ApprovalOutcome =>
    run(deps, input, () =>
      pipe(
        currentAccess(deps),
        TE.map(({ state: { persons }, revision }) => {
          const { by, id, digest } = input;
          const command = { type: 'GiveApproval', by, id, digest, persons, now: deps.clock.now() } as const;
          return { command, basis: { [ACCESS_STREAM]: revision } };
        }),
      ),
    );

export const rejectApproval =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly id: string; readonly reason: string }): ApprovalOutcome => {
    const { by, id, reason } = input;
    return run(deps, input, plainly({ type: 'RejectApproval', by, id, reason, now: deps.clock.now() }));
  };

/** Recorded once what was approved is durable. */
export const useApproval =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly id: string }): ApprovalOutcome =>
    run(deps, input, plainly({ type: 'UseApproval', by: input.by, id: input.id }));

/** Whom the request of this digest may count on now: approved, not expired, by somebody who may still do it and is still another person. */
export const approvalFor =
  (deps: AuthorityDeps) =>
  (requester: string, digest: string): TE.TaskEither<LoadFault, (Approval & { readonly id: string }) | undefined> =>
    pipe(
      TE.Do,
      TE.bind('access', () => currentAccess(deps)),
      TE.bind('approvals', () => currentApprovals(deps)),
      TE.map(({ access: { state }, approvals }) => {
        const now = deps.clock.now();
        for (const { id, approver = '', expires, permission, ...held } of approvals.state.open.values()) {
          const role = standingOf(state, approver)?.role;
          const fits = held.digest === digest && held.requester === requester && expires > now;
          const able = role !== undefined && mayRole(role, permission);
          if (fits && able && !mayBeOnePerson(state, approver, requester))
            return { id, by: approver, basis: { [APPROVAL_STREAM]: approvals.revision } };
        }
        return undefined;
      }),
    );

/** Recorded, and durable, before anything is done alone. */
export const breakGlass =
  (deps: AuthorityDeps) =>
  (
    input: Request & {
      readonly operation: string;
      readonly permission: Permission;
      readonly digest: string;
      readonly summary: string;
      readonly reason: string;
    },
  ): ApprovalOutcome =>
    run(deps, input, () =>
      pipe(
        currentAccess(deps),
        TE.map(({ state, revision }) => {
          const { by, commandId: id, operation, permission, digest, summary, reason } = input;
          const asked = { by, id, operation, permission, digest, summary, reason, now: deps.clock.now() };
          const named = state.approvals.breakGlass;
          return { command: { type: 'BreakGlass', ...asked, named }, basis: { [ACCESS_STREAM]: revision } };
        }),
      ),
    );

export const reviewBreakGlass =
  (deps: AuthorityDeps) =>
  (input: Request & { readonly id: string; readonly finding: string }): ApprovalOutcome =>
    run(deps, input, () =>
      pipe(
        currentAccess(deps),
        TE.map(({ state: { persons }, revision }) => {
          const { by, id, finding } = input;
          return {
            command: { type: 'ReviewBreakGlass', by, id, finding, persons },
            basis: { [ACCESS_STREAM]: revision },
          };
        }),
      ),
    );

/** What this person may do alone now, of this very request: the glass is broken, it is not done yet, and they are still named for it. */
export const glassFor =
  (deps: AuthorityDeps) =>
  (by: string, digest: string): TE.TaskEither<LoadFault, (Approval & { readonly id: string }) | undefined> =>
    pipe(
      TE.Do,
      TE.bind('access', () => currentAccess(deps)),
      TE.bind('approvals', () => currentApprovals(deps)),
      TE.map(({ access, approvals: { state, revision } }) => {
        const now = deps.clock.now();
        const named = access.state.approvals.breakGlass.includes(by);
        const held = [...state.glass.values()].find(
          (each) => each.by === by && each.digest === digest && !each.done && each.expires > now,
        );
        return named && held !== undefined
          ? { id: held.id, by: undefined, basis: { [APPROVAL_STREAM]: revision } }
          : undefined;
      }),
    );

const APPROVED_COMMAND = utf8('sekisho/approved-command/v1\u0000');

/**
 * The id of the command that an approval leads to: always the same, so that sending it again records nothing twice, and known to
 * nobody before, so that no other command can have taken it.
 */
export const approvedCommandId = ({ hashing, challengeKey }: AuthorityDeps, id: string): string =>
  uuidOf(hashing.hmac('sha256', challengeKey, APPROVED_COMMAND, utf8(id)), 8);
