import * as E from 'fp-ts/lib/Either.js';
import { mayRole } from '../../domain/access/roles.js';
import type { Principal } from '../access/tokens.js';
import type { HostGate } from './host-gate.js';
import { accessOf, type Operation } from './permissions.js';
import type { RequestError } from './request-error.js';

/** Who may come in. */
export interface AccessControl {
  /** Undefined: no such token, or the ledger no longer grants its holder that role. */
  readonly authenticate: (token: string) => Promise<Principal | undefined>;
  readonly gate: HostGate;
  /** Operations that this authority lets everybody do, whatever the table says. */
  readonly open?: ReadonlySet<Operation>;
}

const BEARER = /^Bearer ([A-Za-z0-9_-]{1,128})$/i;

/** Decided before a byte of the body is read. `host`: whom the request speaks for, if it brings evidence. */
export const admit = async (
  { authenticate, gate, open }: AccessControl,
  operation: Operation,
  authorization: string | undefined,
  address: string,
  host?: string,
): Promise<E.Either<RequestError, Principal | undefined>> => {
  const access = open?.has(operation) === true ? 'public' : accessOf(operation);
  if (access === 'public') return E.right(undefined);
  if (access === 'host') {
    const wait = gate.enter(address) || (host === undefined ? 0 : gate.speakFor(address, host));
    return wait > 0 ? E.left({ _tag: 'RateLimited', retryAfterSeconds: Math.ceil(wait) }) : E.right(undefined);
  }
  const token = BEARER.exec(authorization ?? '')?.[1];
  const principal = token === undefined ? undefined : await authenticate(token);
  if (principal === undefined) return E.left({ _tag: 'Unauthenticated' });
  if (mayRole(principal.role, access)) return E.right(principal);
  return E.left({ _tag: 'RoleNotAllowed', role: principal.role, permission: access });
};
