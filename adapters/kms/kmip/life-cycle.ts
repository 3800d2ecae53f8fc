import * as E from 'fp-ts/lib/Either.js';
import { type Answered, type Unanswered, unsent } from './exchange.js';
import type { KmipServer } from './kmip-server.js';
import { STATES } from './messages/enumerations.js';
import { activate, destroy, revoke } from './operations/change-key.js';
import { createSymmetricKey } from './operations/create-symmetric-key.js';
import { locateByName } from './operations/locate-by-name.js';
import { attributesOf, checkPrimaryKey, unusableKey } from './primary-key.js';

/** The key is made: whatever goes wrong from here, another server must not make a second one. */
const made = ({ fault }: Unanswered): Unanswered => ({ fault, mayBeDone: true });

const activated = async (server: KmipServer, id: string): Promise<Answered<string>> => {
  const active = await server.ask(activate(id));
  const checked = E.isLeft(active) ? active : await checkPrimaryKey(server, id);
  if (E.isRight(checked)) return E.right(id);
  // A key that nobody has activated can be destroyed at once; if that fails too, it stays behind, unused.
  if (E.isLeft(active)) await server.ask(destroy(id));
  return E.left(made(checked.left));
};

/** Names are one provider's: a second key of the same name could be taken for the first. */
export const createPrimaryKey = async (server: KmipServer, name: string): Promise<Answered<string>> => {
  const taken = await server.ask(locateByName(name));
  if (E.isLeft(taken)) return taken;
  if (taken.right) {
    const reason = 'NonUniqueNameAttribute';
    return unsent({ _tag: 'KeyServerRefused', server: server.address.name, operation: 'Create', reason });
  }
  const id = await server.ask(createSymmetricKey(name));
  return E.isLeft(id) ? id : activated(server, id.right);
};

const REVOKED: ReadonlySet<number> = new Set([STATES.Deactivated, STATES.Compromised]);

/** Revoking what is revoked is done: the answer to the first request may have been lost. */
export const revokePrimaryKey = async (
  server: KmipServer,
  id: string,
  compromisedAt: bigint | undefined,
): Promise<Answered<void>> => {
  const found = await attributesOf(server, id);
  if (E.isLeft(found)) return found;
  const { state } = found.right;
  const isDone = state === STATES.Compromised || (compromisedAt === undefined && REVOKED.has(state ?? 0));
  return isDone ? E.right(undefined) : server.ask(revoke(id, compromisedAt));
};

export const destroyPrimaryKey = async (server: KmipServer, id: string): Promise<Answered<void>> => {
  const found = await attributesOf(server, id);
  if (E.isLeft(found)) return found;
  const { state } = found.right;
  if (state === STATES.Active) return unsent(unusableKey(id, 'must be revoked before it is destroyed'));
  if (state === STATES.Destroyed || state === STATES.DestroyedCompromised) return E.right(undefined);
  return server.ask(destroy(id));
};
