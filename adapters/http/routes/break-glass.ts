import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { APPROVAL_STREAM, reviewBreakGlass } from '../../../domain/approval/approvals.js';
import type { ApprovalsRow } from '../../../projections/approvals.js';
import type { Api } from '../api.js';
import { ApprovalPath, BreakGlassAnswer, ReviewBreakGlass } from '../codecs/approvals.js';
import { AsOfQuery } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { asOf, moment } from '../moment.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

/** How often somebody acted alone and nobody looked at it yet. */
export const unreviewedIn = (rows: ReadonlyMap<string, ApprovalsRow>): number =>
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
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither((at) =>
          pipe(
            api.reads.approvals.rowsAt(at.index),
            E.map((rows) => {
              const breakGlass = [...rows.values()]
                .filter((row) => row.kind === 'break-glass')
                .sort((a, b) => b.used.index - a.used.index);
              return { body: { asOf: asOf(at), unreviewed: unreviewedIn(rows), breakGlass } };
            }),
          ),
        ),
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
