import * as t from 'io-ts';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { ListUpTo, SafeInt, Sha256Hex, Text } from '../../../domain/encoding/primitives.js';
import { Uuid } from '../../../domain/ledger/envelope.js';
import { Subject } from '../../access/tokens.js';
import { Approvable } from '../approvable.js';
import { AsOf } from './answers.js';

export const ApprovalPath = closed({ id: Uuid }, 'ApprovalPath');

/** `digest` names the request that the approver read. */
export const GiveApproval = closed({ digest: Sha256Hex }, 'GiveApproval');

const A_MONTH = 31 * 86_400;

export const ApprovalPolicy = closedWith(
  {
    operations: ListUpTo(Approvable, 64),
    lifetimeSeconds: t.refinement(SafeInt, (n) => n >= 60 && n <= A_MONTH, 'Lifetime(60 s to 31 days)'),
  },
  /** Who may carry out alone what needs two people; nobody unless named. */
  { breakGlass: ListUpTo(Subject, 32) },
  'ApprovalPolicy',
);

/** The answer to a request that now waits for a second person. */
export const ApprovalPending = t.type(
  {
    approval: t.type({ id: t.string, operation: t.string, digest: t.string, summary: t.string, expires: t.string }),
  },
  'ApprovalPending',
);
export type ApprovalPending = t.TypeOf<typeof ApprovalPending>;

const Act = t.type({ by: t.string, time: t.string, index: t.number });
const Approval = t.type(
  {
    id: t.string,
    operation: t.string,
    permission: t.string,
    digest: t.string,
    summary: t.string,
    expires: t.string,
    status: t.keyof({ waiting: null, given: null, rejected: null, used: null, expired: null }),
    requested: Act,
    answered: t.union([t.null, Act]),
    reason: t.union([t.null, t.string]),
    used: t.union([t.null, Act]),
  },
  'Approval',
);
export type Approval = t.TypeOf<typeof Approval>;

export const ApprovalsAnswer = t.type(
  {
    asOf: AsOf,
    policy: t.type({
      operations: t.readonlyArray(t.string),
      lifetimeSeconds: t.number,
      breakGlass: t.readonlyArray(t.string),
    }),
    approvals: t.readonlyArray(Approval),
  },
  'ApprovalsAnswer',
);

export const ApprovalAnswer = t.type({ asOf: AsOf, approval: Approval, request: t.unknown }, 'ApprovalAnswer');

export const ReviewBreakGlass = closed({ finding: Text(512) }, 'ReviewBreakGlass');

const BreakGlass = t.type(
  {
    id: t.string,
    operation: t.string,
    permission: t.string,
    digest: t.string,
    summary: t.string,
    reason: t.string,
    used: Act,
    /** When what was asked for was done; null: it was not. */
    done: t.union([t.null, Act]),
    reviewed: t.union([t.null, t.intersection([Act, t.type({ finding: t.string })])]),
  },
  'BreakGlass',
);

export const BreakGlassAnswer = t.type(
  { asOf: AsOf, unreviewed: t.number, breakGlass: t.readonlyArray(BreakGlass) },
  'BreakGlassAnswer',
);
