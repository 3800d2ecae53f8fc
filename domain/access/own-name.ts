import type { Actor } from '../ledger/envelope.js';
import { mayRole } from './roles.js';
import { type AccessState, mayBeOnePerson } from './state.js';

/** Both operators of the ledger: of others it is never certain that they are one. */
const sameLedgerPerson = (state: AccessState, one: string, other: string): boolean =>
  state.operators.has(one) && state.operators.has(other) && mayBeOnePerson(state, one, other);

/**
 * Whoever says what lets people in under a name can act as that name from then on. So one may do it for one's own, or, giving names
 * away, for one that still counts as oneself; never for another person's.
 */
export const isOwnName = (state: AccessState, by: Actor, subject: string): boolean =>
  by.subject === subject || (mayRole(by.role, 'ManageOperators') && sameLedgerPerson(state, by.subject, subject));
