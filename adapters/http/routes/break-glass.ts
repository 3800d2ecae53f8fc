import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { APPROVAL_STREAM, reviewBreakGlass } from '../../../domain/approval/approvals.js';
import type { ApprovalsRow } from '../../../projections/approvals.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import { ApprovalPath, BreakGlassAnswer, ReviewBreakGlass } from '../codecs/approvals.js';
import { AsOfQuery } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { asOf, moment } from '../moment.js';
import { shownOf } from '../out-of-scope.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

type Rows = ReadonlyMap<string, ApprovalsRow>;

/** How often somebody acted alone and nobody looked at it yet. */
export const unreviewedIn = (rows: Rows): number =>
  [...rows.values()].filter((row) => row.kind === 'break-glass' && row.reviewed === null).length;

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: '/v1/break-glass',
    operation: 'listBreakGlass',
    summary: 'What one person did alone that needs two, why, and who reviewed it; newest first.',
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer: BreakGlassAnswer,
    handle: ({ query, principal }) =>
      pipe(
        moment(api, query),
        TE.bindTo('at'),
        TE.bind('rows', ({ at }) => TE.fromEither<ApiError, Rows>(api.reads.approvals.rowsAt(at.index))),
        TE.bind('shown', ({ rows }) => {
          const broken = [...rows.values()].filter((row) => row.kind === 'break-glass');
          return shownOf(api, principal, broken, ({ used }) => used.by);
        }),
        TE.map(({ at, rows, shown }) => {
          const breakGlass = [...shown].sort((a, b) => b.used.index - a.used.index);
          return { body: { asOf: asOf(at), unreviewed: unreviewedIn(rows), breakGlass } };
        }),
      ),
  });

const review = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: '/v1/break-glass/{id}/review',
    operation: 'reviewBreakGlass',
    summary: 'Says, as another person, what was found of what one did alone.',
    params: ApprovalPath,
    body: ReviewBreakGlass,
    stream: () => APPROVAL_STREAM,
    work: (by, { params, body }) => reviewBreakGlass(api.deps)({ ...by, ...params, ...body }),
  });

export const breakGlassRoutes = (api: Api): ReadonlyArray<Route> => [list(api), review(api)];
