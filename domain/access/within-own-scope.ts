import * as E from 'fp-ts/lib/Either.js';
import type { Actor } from '../ledger/envelope.js';
import { isWithin, type Scope } from './scope.js';
import { type AccessState, standingOf } from './state.js';

/** Who is limited to a part has nothing to say about those who may do more. */
export interface ScopeTooWide {
  readonly _tag: 'ScopeTooWide';
  readonly subject: string;
  readonly scope: Scope;
}

/**
 * Refuses whatever is about somebody who reaches, or would reach, further than who does it: else who is limited could make themselves
 * somebody who is not. The authority itself gives the first ones, before anybody has a scope.
 */
export const withinOwnScope = (
  state: AccessState,
  by: Actor,
  subject: string,
  scope: Scope,
): E.Either<ScopeTooWide, true> => {
  const standing = standingOf(state, by.subject);
  const reaches = standing !== undefined && isWithin(scope, standing.scope);
  return by.role === 'authority' || reaches ? E.right(true) : E.left({ _tag: 'ScopeTooWide', subject, scope });
};

/** The same of somebody who has a role now. */
export const withinScopeOfHolder = (state: AccessState, by: Actor, subject: string): E.Either<ScopeTooWide, true> =>
  withinOwnScope(state, by, subject, state.operators.get(subject)?.scope ?? null);
