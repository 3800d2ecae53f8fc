import * as E from 'fp-ts/lib/Either.js';
import type { Actor, Role } from '../ledger/envelope.js';

export interface RoleRequired {
  readonly _tag: 'RoleRequired';
  readonly anyOf: ReadonlyArray<Role>;
  readonly actual: Role;
}

/** Deciders ask this themselves: a surface that forgets to ask can't change what decides trust. */
export const requireRole = (by: Actor, anyOf: ReadonlyArray<Role>): E.Either<RoleRequired, true> =>
  anyOf.includes(by.role) ? E.right(true) : E.left({ _tag: 'RoleRequired', anyOf, actual: by.role });
