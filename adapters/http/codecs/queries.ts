import * as t from 'io-ts';
import { closedWith } from '../../../domain/encoding/closed.js';
import { Instant } from '../../../domain/encoding/primitives.js';

const DIGITS = /^(?:0|[1-9]\d{0,15})$/;

/** A whole number as query text. */
export const SafeIntText = new t.Type<number, string, unknown>(
  'SafeIntText',
  (u): u is number => typeof u === 'number' && Number.isSafeInteger(u) && u >= 0,
  (u, c) =>
    typeof u === 'string' && DIGITS.test(u) && Number.isSafeInteger(Number(u)) ? t.success(Number(u)) : t.failure(u, c),
  String,
);

export const YesNo = t.keyof({ yes: null, no: null }, 'yes or no');

/** A moment to read as of, by ledger index or by time; one of both at most. */
const moment = { index: SafeIntText, at: Instant };

const oneMoment = (query: { readonly index?: number | undefined; readonly at?: string | undefined }): boolean =>
  query.index === undefined || query.at === undefined;

export const AsOfQuery = t.refinement(
  closedWith({}, moment, 'AsOfQuery'),
  oneMoment,
  'AsOfQuery(index or at, not both)',
);
export type AsOfQuery = t.TypeOf<typeof AsOfQuery>;

const MOST = 500;

/** How many rows a page holds: at most 500, 100 unless told. */
export const limitOf = ({ limit }: { readonly limit?: number | undefined }): number =>
  Math.min(Math.max(1, limit ?? 100), MOST);
