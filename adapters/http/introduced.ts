import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { introduceIdentity } from '../../domain/access/change-operators.js';
import { type Api, requestOf } from './api.js';
import { isReading, type Route } from './route.js';

/** Before somebody with an issuer's token changes anything, the ledger says who they are: from then on they count as somebody. */
export const introduced =
  (api: Api) =>
  (route: Route): Route =>
    isReading(route)
      ? route
      : {
          ...route,
          run: (raw) => {
            const { principal } = raw;
            if (principal?.identity === undefined) return route.run(raw);
            const request = requestOf({ principal, commandId: raw.newCommandId() });
            return pipe(
              introduceIdentity(api.deps)({ ...request, identity: principal.identity }),
              TE.flatMap(() => route.run(raw)),
            );
          },
        };
