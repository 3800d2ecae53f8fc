import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { ACCESS_STREAM } from '../../../domain/access/access-stream.js';
import { changeApprovalPolicy } from '../../../domain/access/change-operators.js';
import { noOperators } from '../../../domain/access/state.js';
import { APPROVAL_STREAM, giveApproval, rejectApproval } from '../../../domain/approval/approvals.js';
import { APPROVAL_POLICY_KEY, type ApprovalRow, type ApprovalsRow } from '../../../projections/approvals.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import {
  type Approval,
  ApprovalAnswer,
  ApprovalPath,
  ApprovalPolicy,
  ApprovalsAnswer,
  GiveApproval,
} from '../codecs/approvals.js';
import { WithReason } from '../codecs/hosts.js';
import { AsOfQuery } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { readKept } from '../kept-request.js';
import { asOf, moment } from '../moment.js';
import { shownOf } from '../out-of-scope.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

type Rows = ReadonlyMap<string, ApprovalsRow>;

/** What nobody answered, or did, in time came to nothing. */
const viewOf = (row: ApprovalRow, now: string): Approval => {
  const isOver = row.expires <= now && (row.status === 'waiting' || row.status === 'given');
  const { id, operation, permission, digest, summary, expires, requested, answered, reason, used } = row;
  const status = isOver ? 'expired' : row.status;
  return { id, operation, permission, digest, summary, expires, status, requested, answered, reason, used };
};

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/approvals',
    operation: 'listApprovals',
    summary: 'What needs a second person by policy, and what was asked for; newest first.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: ApprovalsAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, query),
        TE.bindTo('at'),
        TE.bind('rows', ({ at }) => TE.fromEither<ApiError, Rows>(api.reads.approvals.rowsAt(at.index))),
        TE.bind('shown', ({ rows }) => {
          const asked = [...rows.values()].filter((row) => row.kind === 'approval');
          return shownOf(api, principal, asked, ({ requested }) => requested.by);
        }),
        TE.map(({ at, rows, shown }) => {
          const kept = rows.get(APPROVAL_POLICY_KEY);
          const { operations, lifetimeSeconds, breakGlass } = kept?.kind === 'policy' ? kept : noOperators.approvals;
          const approvals = [...shown]
            .sort((a, b) => b.requested.index - a.requested.index)
            .map((row) => viewOf(row, at.judgedAt));
          return { body: { asOf: asOf(at), policy: { operations, lifetimeSeconds, breakGlass }, approvals } };
        }),
      ),
  });

const show = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/approvals/{id}',
    operation: 'showApproval',
    summary: 'One request for approval with everything that would be done.',
    params: ApprovalPath,
    query: AsOfQuery,
    body: NoBody,
    answer: ApprovalAnswer,
    handle: ({ params: { id }, query }) =>
      pipe(
        moment(api, query),
        TE.bindTo('at'),
        TE.bind('row', ({ at }) =>
          TE.fromEither(
            pipe(
              api.reads.approvals.rowAt(id, at.index),
              E.flatMap(
                (row): E.Either<ApiError, ApprovalRow> =>
                  row?.kind === 'approval' ? E.right(row) : E.left({ _tag: 'ApprovalUnknown', id }),
              ),
            ),
          ),
        ),
        TE.bind('request', ({ row }) => readKept(api, row.digest)),
        TE.map(({ at, row, request }) => ({
          body: { asOf: asOf(at), approval: viewOf(row, at.judgedAt), request },
        })),
      ),
  });

const commands = (api: Api): ReadonlyArray<Route> => [
  commandRoute({
    method: 'POST',
    path: '/v1/approvals/{id}/approve',
    operation: 'giveApproval',
    summary: 'Approves what another person asked for; `digest` names the request that was read.',
    params: ApprovalPath,
    body: GiveApproval,
    stream: () => APPROVAL_STREAM,
    work: (by, { params, body }) => giveApproval(api.deps)({ ...by, ...params, ...body }),
  }),
  commandRoute({
    method: 'POST',
    path: '/v1/approvals/{id}/reject',
    operation: 'rejectApproval',
    summary: 'Rejects what was asked for, or takes it back.',
    params: ApprovalPath,
    body: WithReason,
    stream: () => APPROVAL_STREAM,
    work: (by, { params, body }) => rejectApproval(api.deps)({ ...by, ...params, ...body }),
  }),
  commandRoute({
    method: 'PUT',
    path: '/v1/approval-policy',
    operation: 'changeApprovalPolicy',
    summary: 'Says which operations need a second person, and how long an approval may wait and then count.',
    params: Nothing,
    body: ApprovalPolicy,
    stream: () => ACCESS_STREAM,
    work: (by, { body: { breakGlass = [], ...body } }) =>
      changeApprovalPolicy(api.deps)({ ...by, ...body, breakGlass }),
  }),
];

export const approvalRoutes = (api: Api): ReadonlyArray<Route> => [list(api), show(api), ...commands(api)];
