import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import { DEFAULT_POLICY } from '../../../domain/appraisal/policy.js';
import type { StoreError } from '../../../domain/ports.js';
import type { AccessRow } from '../../../projections/access-row.js';
import type { ReferenceRow } from '../../../projections/reference-row.js';
import { isStaleModel } from '../../../projections/stale-models.js';
import type { Api } from '../api.js';
import { AsOfQuery } from '../codecs/queries.js';
import { EndorsementKeysAnswer, OperatorsAnswer, TpmCasAnswer, TpmModelsAnswer } from '../codecs/reads.js';
import { asOf, type Moment, moment } from '../moment.js';
import type { Operation } from '../permissions.js';
import { NoBody, Nothing, type Route, route } from '../route.js';

type Of<K extends ReferenceRow['kind']> = Extract<ReferenceRow, { readonly kind: K }>;

/** Rows of one kind as they were, in the order of their names. */
export const rowsOf = <K extends ReferenceRow['kind']>(
  api: Api,
  kind: K,
  { index }: Moment,
): E.Either<StoreError, ReadonlyArray<Of<K>>> =>
  pipe(
    api.reads.reference.rowsAt(index),
    E.map((rows) =>
      [...rows]
        .filter((pair): pair is [string, Of<K>] => pair[1].kind === kind)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, row]) => row),
    ),
  );

const list = <A>(
  api: Api,
  path: string,
  operation: Operation,
  summary: string,
  answer: t.Type<A, unknown>,
  read: (at: Moment) => E.Either<StoreError, A>,
): Route =>
  route({
    method: 'GET',
    path,
    operation,
    summary,
    params: Nothing,
    query: AsOfQuery,
    body: NoBody,
    answer,
    handle: ({ query }) =>
      pipe(
        moment(api, query),
        TE.flatMapEither(read),
        TE.map((body) => ({ body })),
      ),
  });

const tpmModels = (api: Api): Route =>
  list(
    api,
    '/v1/tpm-models',
    'listTpmModels',
    'TPM models, listed and delisted, and which were listed so long ago that policy wants them looked up again.',
    TpmModelsAnswer,
    (at) =>
      pipe(
        E.Do,
        E.bind('rows', () => rowsOf(api, 'tpm-model', at)),
        E.bind('policies', () => rowsOf(api, 'policy', at)),
        E.map(({ rows, policies }) => {
          const policy = policies[0]?.policy ?? DEFAULT_POLICY;
          const tpmModels = rows.map((row) => ({ ...row, stale: isStaleModel(row, policy, at.judgedAt) }));
          const stale = tpmModels.filter((each) => each.stale).length;
          return { asOf: asOf(at), tpmModels, stale, maxAgeDays: policy.modelListMaxAgeDays ?? null };
        }),
      ),
  );

/** By operator. */
const boundAccounts = (rows: Iterable<AccessRow>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const found = new Map<string, ReadonlyArray<string>>();
  for (const row of rows)
    if (row.kind === 'account' && row.bound !== null)
      found.set(row.subject, [...(found.get(row.subject) ?? []), row.account].sort());
  return found;
};

export const referenceRoutes = (api: Api): ReadonlyArray<Route> => [
  list(api, '/v1/tpm-cas', 'listTpmCas', 'TPM CAs, trusted and revoked.', TpmCasAnswer, (at) =>
    pipe(
      rowsOf(api, 'tpm-ca', at),
      E.map((tpmCas) => ({ asOf: asOf(at), tpmCas })),
    ),
  ),
  list(
    api,
    '/v1/endorsement-keys',
    'listEndorsementKeys',
    'Endorsement keys, listed and revoked.',
    EndorsementKeysAnswer,
    (at) =>
      pipe(
        rowsOf(api, 'endorsement-key', at),
        E.map((endorsementKeys) => ({ asOf: asOf(at), endorsementKeys })),
      ),
  ),
  tpmModels(api),
  list(api, '/v1/operators', 'listOperators', 'Who holds which role.', OperatorsAnswer, (at) =>
    pipe(
      E.Do,
      E.bind('rows', () => api.reads.operators.rowsAt(at.index)),
      E.bind('accounts', () =>
        pipe(
          api.reads.identities.rowsAt(at.index),
          E.map((held) => boundAccounts(held.values())),
        ),
      ),
      E.map(({ rows, accounts }) => ({
        asOf: asOf(at),
        operators: [...rows.values()]
          .sort((a, b) => (a.subject < b.subject ? -1 : 1))
          .map((row) => ({ ...row, accounts: accounts.get(row.subject) ?? [] })),
      })),
    ),
  ),
];
