import * as E from 'fp-ts/lib/Either.js';
import type { Actor, Role } from '../ledger/envelope.js';
import type { Permission } from './permissions.js';
import { mayRole } from './roles.js';

export interface PermissionRequired {
  readonly _tag: 'PermissionRequired';
  readonly permission: Permission;
  readonly role: Role;
}

/** Deciders ask this themselves: a surface that forgets to ask can't change what decides trust. */
export const requirePermission = (by: Actor, permission: Permission): E.Either<PermissionRequired, true> =>
  mayRole(by.role, permission) ? E.right(true) : E.left({ _tag: 'PermissionRequired', permission, role: by.role });
