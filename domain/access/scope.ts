import * as t from 'io-ts';
import { ListUpTo } from '../encoding/primitives.js';

const PART = /^(?:cluster|key-provider)\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}$|^host\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}\*?$/;
const isPart = (u: unknown): u is string => typeof u === 'string' && PART.test(u);

/** One part of what an authority looks after, as its stream is called; hosts also by how their names begin. */
export const ScopePart = new t.Type<string>(
  'ScopePart (cluster/NAME, key-provider/NAME, host/NAME or host/BEGINNING*)',
  isPart,
  (u, c) => (isPart(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const Parts = t.refinement(ListUpTo(ScopePart, 64), (parts) => parts.length > 0, 'Scope(1 to 64 parts)');

/** What somebody's role is limited to; null: to nothing, it is for the whole authority. */
export const Scope = t.union([t.null, Parts], 'Scope');
export type Scope = t.TypeOf<typeof Scope>;

const covers = (outer: string, inner: string): boolean =>
  outer === inner || (outer.endsWith('*') && inner.startsWith(outer.slice(0, -1)));

/** Whether whoever is limited to `outer` has to do with this part. A cluster's hosts are for its caller to look up. */
export const inScope = (outer: Scope, part: string): boolean =>
  outer === null || outer.some((each) => covers(each, part));

/** Whether nothing of `inner` is outside `outer`: what one may give to others, and say about them. */
export const isWithin = (inner: Scope, outer: Scope): boolean =>
  outer === null || inner?.every((part) => inScope(outer, part)) === true;

export const sameScope = (one: Scope, other: Scope): boolean => isWithin(one, other) && isWithin(other, one);

/** For people. */
export const scopeText = (scope: Scope): string => (scope === null ? 'everything' : scope.join(', '));
