import type { Json } from '../encoding/json.js';

/** In what a verdict made again is not the recorded one, or why it could not be made. */
export type Difference =
  /** `field` is a dotted path in the verdict record; null: absent. */
  | { readonly _tag: 'ValueDiffers'; readonly field: string; readonly then: Json; readonly now: Json }
  | { readonly _tag: 'EvidenceMissing'; readonly what: EvidencePart; readonly sha256: string }
  | { readonly _tag: 'EvidenceDamaged'; readonly what: EvidencePart; readonly sha256: string; readonly rule: string }
  | { readonly _tag: 'AppraiserUnknown'; readonly version: number }
  /** More than are listed. */
  | { readonly _tag: 'MoreDifferences'; readonly count: number };

export type EvidencePart = 'manifest' | 'evidence' | 'claims' | 'reference values';

const MOST = 32;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const asJson = (value: unknown): Json => (value === undefined ? null : (value as Json));

/** Lists and objects alike, member by member; absent and undefined are the same. */
const compare = (path: string, then: unknown, now: unknown, found: Array<Difference>): void => {
  if (then === now) return;
  if (!isObject(then) || !isObject(now) || Array.isArray(then) !== Array.isArray(now)) {
    found.push({ _tag: 'ValueDiffers', field: path, then: asJson(then), now: asJson(now) });
    return;
  }
  for (const key of new Set([...Object.keys(then), ...Object.keys(now)])) {
    compare(path === '' ? key : `${path}.${key}`, then[key], now[key], found);
  }
};

/** Every field that differs, by name. */
export const differencesOf = (then: unknown, now: unknown): ReadonlyArray<Difference> => {
  const found: Array<Difference> = [];
  compare('', then, now, found);
  return found.length <= MOST
    ? found
    : [...found.slice(0, MOST), { _tag: 'MoreDifferences', count: found.length - MOST }];
};
