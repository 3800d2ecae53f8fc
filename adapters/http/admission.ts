import * as E from 'fp-ts/lib/Either.js';
import { mayRole } from '../../domain/access/roles.js';
import type { Authenticate, Shown } from '../access/authenticate.js';
import type { Principal } from '../access/tokens.js';
import type { ApiError } from './api-error.js';
import type { HostGate } from './host-gate.js';
import { accessOf, type Operation } from './permissions.js';

/** Who may come in. */
export interface AccessControl {
  /** Who it is that the ledger grants a role now. */
  readonly authenticate: Authenticate;
  readonly gate: HostGate;
  /** Operations that this authority lets everybody do, whatever the table says. */
  readonly open?: ReadonlySet<Operation>;
}

/** Decided before a byte of the body is read. `host`: whom the request speaks for, if it brings evidence. */
export const admit = async (
  { authenticate, gate, open }: AccessControl,
  operation: Operation,
  shown: Shown,
  address: string,
  host?: string,
): Promise<E.Either<ApiError, Principal | undefined>> => {
  const access = open?.has(operation) === true ? 'public' : accessOf(operation);
  if (access === 'public') return E.right(undefined);
  if (access === 'host') {
    const wait = gate.enter(address) || (host === undefined ? 0 : gate.speakFor(address, host));
    return wait > 0 ? E.left({ _tag: 'RateLimited', retryAfterSeconds: Math.ceil(wait) }) : E.right(undefined);
  }
  const admitted = await authenticate(shown);
  if (E.isLeft(admitted)) return admitted;
  const { role } = admitted.right;
  return access === 'operator' || mayRole(role, access)
    ? admitted
    : E.left({ _tag: 'RoleNotAllowed', role, permission: access });
};
