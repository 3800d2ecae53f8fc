import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { referenceStream } from '../../../domain/reference/state.js';
import { type OfferedEntry, trustEndorsementKeys } from '../../../domain/reference/trust-endorsement-keys.js';
import { type Api, recorded, requestOf } from '../api.js';
import type { ApiError } from '../api-error.js';
import { ImportedKeys, TrustEndorsementKeys } from '../codecs/reference.js';
import { offeredKeyOf } from '../offered-key.js';
import { Nothing, type Route, route } from '../route.js';

type Body = (typeof TrustEndorsementKeys._A)['keys'];

const entriesOf = (keys: Body): E.Either<ApiError, ReadonlyArray<OfferedEntry>> =>
  pipe(
    keys,
    E.traverseArray(({ name, ...form }) =>
      pipe(
        offeredKeyOf(form),
        E.map((key) => ({ name, key })),
      ),
    ),
  );

const importKeys = (api: Api): Route =>
  route({
    method: 'POST',
    path: '/v1/endorsement-keys/import',
    operation: 'trustEndorsementKeys',
    summary:
      'Puts many endorsement keys on the list at once, and says of each what became of it. Sent again, it lists nothing twice.',
    params: Nothing,
    query: Nothing,
    body: TrustEndorsementKeys,
    answer: ImportedKeys,
    handle: (request) =>
      pipe(
        TE.fromEither(entriesOf(request.body.keys)),
        TE.flatMap((entries) => trustEndorsementKeys(api.deps)({ ...requestOf(request), entries })),
        TE.flatMap(({ executed, entries }) =>
          pipe(
            recorded(referenceStream(api.deps.group), TE.right(executed)),
            TE.map(({ body }) => ({ body: { ...body, entries } })),
          ),
        ),
      ),
  });

export const endorsementKeyImportRoutes = (api: Api): ReadonlyArray<Route> => [importKeys(api)];
