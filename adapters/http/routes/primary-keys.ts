import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { destroyPrimaryKey, revokePrimaryKey } from '../../../domain/key-provider/end-primary-key.js';
import { providerStream } from '../../../domain/key-provider/provider-id.js';
import { type PrimaryKeyRow, primaryKeysAt } from '../../../projections/primary-keys-at.js';
import type { Api } from '../api.js';
import type { ApiError } from '../api-error.js';
import {
  DestroyPrimaryKey,
  PrimaryKeyPath,
  PrimaryKeysAnswer,
  ProviderPath,
  RevokePrimaryKey,
} from '../codecs/key-providers.js';
import { AsOfQuery } from '../codecs/queries.js';
import { commandRoute } from '../command-route.js';
import { keyViews } from '../key-views.js';
import { asOf, type Moment } from '../moment.js';
import { NoBody, type Route, route } from '../route.js';

const PATH = '/v1/key-providers/{id}/primary-keys';
const stream = ({ id }: { readonly id: string }): string => providerStream(id);

interface Counted {
  readonly at: Moment;
  readonly primaryKeys: ReadonlyArray<PrimaryKeyRow>;
}

const primaryKeysOf = (
  api: Api,
  provider: string,
  asked: Parameters<typeof keyViews>[1],
): TE.TaskEither<ApiError, Counted> =>
  pipe(
    keyViews(api, asked),
    TE.flatMapEither(({ at, rows, providers }): E.Either<ApiError, Counted> => {
      const row = providers.get(provider);
      return row === undefined
        ? E.left({ _tag: 'ProviderUnknown' })
        : E.right({ at, primaryKeys: primaryKeysAt(rows, providers, row) });
    }),
  );

const list = (api: Api): Route =>
  route({
    method: 'GET',
    path: PATH,
    operation: 'listPrimaryKeys',
    summary: 'Every primary key of a provider: how many keys depend on it, and whether it was revoked or destroyed.',
    params: ProviderPath,
    query: AsOfQuery,
    body: NoBody,
    answer: PrimaryKeysAnswer,
    handle: ({ params, query }) =>
      pipe(
        primaryKeysOf(api, params.id, query),
        TE.map(({ at, primaryKeys }) => ({ body: { asOf: asOf(at), primaryKeys } })),
      ),
  });

const revoke = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/{key}/revoke`,
    operation: 'revokePrimaryKey',
    summary: 'Nothing is wrapped or unwrapped by it from then on; the key servers are told as well.',
    params: PrimaryKeyPath,
    body: RevokePrimaryKey,
    stream,
    work: (by, { params, body: { reason, compromised = false } }) =>
      revokePrimaryKey(api.deps)({ ...by, provider: params.id, primaryKey: params.key, reason, compromised }),
  });

/** How many keys would be lost is for the decision, with the entry up to which they were counted. */
const destroy = (api: Api): Route =>
  commandRoute({
    method: 'POST',
    path: `${PATH}/{key}/destroy`,
    operation: 'destroyPrimaryKey',
    summary: 'Destroys a revoked primary key for ever; refused while keys depend on it, unless forced.',
    params: PrimaryKeyPath,
    body: DestroyPrimaryKey,
    stream,
    work: (by, { params: { id, key }, body: { reason, force = false } }) =>
      pipe(
        primaryKeysOf(api, id, {}),
        TE.flatMap(({ at, primaryKeys }) => {
          const keysInUse = primaryKeys.find(({ primaryKey }) => primaryKey === key)?.keysInUse ?? 0;
          const counted = { keysInUse, countedAt: at.index };
          return destroyPrimaryKey(api.deps)({ ...by, provider: id, primaryKey: key, reason, force, ...counted });
        }),
      ),
  });

export const primaryKeyRoutes = (api: Api): ReadonlyArray<Route> => [list(api), revoke(api), destroy(api)];
