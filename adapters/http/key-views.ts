import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { KeyProviderRow } from '../../projections/key-provider-row.js';
import { type HoldingRow, type KeyLedgerRows, type KeyRow, keyRow } from '../../projections/key-row.js';
import { type KeyState, keyStateAt } from '../../projections/primary-keys-at.js';
import type { Api } from './api.js';
import type { ApiError } from './api-error.js';
import { type Moment, moment } from './moment.js';

/** Keys, holdings and providers as of one moment: a key's state is its own and its primary key's. */
export interface KeyViews {
  readonly at: Moment;
  readonly rows: KeyLedgerRows;
  readonly providers: ReadonlyMap<string, KeyProviderRow>;
}

export const keyViews = (api: Api, asked: Parameters<typeof moment>[1]): TE.TaskEither<ApiError, KeyViews> =>
  pipe(
    moment(api, asked),
    TE.flatMapEither((at) =>
      pipe(
        E.right({ at }),
        E.bind('rows', () => api.reads.keyLedger.rowsAt(at.index)),
        E.bind('providers', () => api.reads.keyProviders.rowsAt(at.index)),
      ),
    ),
  );

export const keyView = ({ providers }: KeyViews, row: KeyRow): KeyRow & { readonly state: KeyState } => ({
  ...row,
  state: keyStateAt(providers, row),
});

/** A key is known before anybody gets it. */
export const holdingView = (
  { rows, providers }: KeyViews,
  row: HoldingRow,
): HoldingRow & { readonly state: KeyState | 'unknown' } => {
  const key = keyRow(rows, row.key);
  return { ...row, state: key === undefined ? 'unknown' : keyStateAt(providers, key) };
};
