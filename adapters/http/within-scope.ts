import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Json } from '../../domain/encoding/json.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import { parseBody } from './json-body.js';
import { limitsOf } from './limits.js';
import { outOfScope } from './out-of-scope.js';
import { REACH } from './reach.js';
import type { RawRequest, Route } from './route.js';

type Reply = ReturnType<Route['run']>;

/** Only a request that its route would understand says what it is about. */
const admitted = (api: Api, route: Route, raw: RawRequest): TE.TaskEither<ApiError, unknown> =>
  pipe(
    api.settled,
    TE.flatMapEither(() => route.check(raw)),
    TE.flatMapEither(() =>
      raw.body === undefined || raw.body.length === 0 ? E.right<ApiError, Json>(null) : parseBody(raw.body),
    ),
    TE.flatMap((body) => {
      const limits = limitsOf(api, raw.principal);
      const asked = { operation: route.operation, params: raw.params, body };
      return pipe(
        outOfScope(api, limits, asked, raw.principal?.subject),
        TE.flatMap((beyond) =>
          beyond === undefined
            ? TE.right(undefined)
            : TE.left<ApiError>({ _tag: 'OutOfScope', scope: limits.scope, ...beyond }),
        ),
      );
    }),
  );

/**
 * Whoever is limited to a part of the authority is let through where everything that the request names is in it, before anything
 * waits for a second person, glass is broken, or an event says who came. Lists hold what is in scope by themselves.
 */
export const withinScope =
  (api: Api) =>
  (route: Route): Route => {
    const run = (raw: RawRequest): Reply => {
      const scope = raw.principal?.scope ?? null;
      if (scope === null) return route.run(raw);
      const reach = REACH[route.operation];
      if (reach === 'whole') return TE.left({ _tag: 'OutOfScope', scope, what: undefined });
      if (reach === 'questions') return route.run(raw);
      return pipe(
        admitted(api, route, raw),
        TE.flatMap(() => route.run(raw)),
      );
    };
    return { ...route, run };
  };
