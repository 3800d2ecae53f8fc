import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { SafeInt, Text } from '../encoding/primitives.js';
import { eventType } from '../ledger/event-type.js';

const Why = Text(512);
export const PrimaryKeyId = Text(128);

/** How a primary key ended; `compromised` is a revocation that says why nobody may trust it again. */
export const PrimaryKeyEnd = t.keyof({ revoked: null, compromised: null, destroyed: null });
export type PrimaryKeyEnd = t.TypeOf<typeof PrimaryKeyEnd>;

/** Nothing is wrapped or unwrapped by it from then on, whether or not the key servers were told yet. */
export const PrimaryKeyRevoked = eventType({
  type: 'PrimaryKeyRevoked',
  version: 1,
  data: closed({ primaryKey: PrimaryKeyId, compromised: t.boolean, reason: Why }, 'PrimaryKeyRevoked'),
});

/**
 * Durable before the key servers are asked, because it can't be undone. `keysInUse`: keys that nothing else unwraps, and that
 * are lost with it, counted when entry `countedAt` was the ledger's last.
 */
export const PrimaryKeyDestructionOrdered = eventType({
  type: 'PrimaryKeyDestructionOrdered',
  version: 1,
  data: closed(
    { primaryKey: PrimaryKeyId, keysInUse: SafeInt, countedAt: SafeInt, forced: t.boolean, reason: Why },
    'PrimaryKeyDestructionOrdered',
  ),
});

/** The key servers did it. Until this is recorded they are told again. */
export const PrimaryKeyEndConfirmed = eventType({
  type: 'PrimaryKeyEndConfirmed',
  version: 1,
  data: closed({ primaryKey: PrimaryKeyId, end: PrimaryKeyEnd }, 'PrimaryKeyEndConfirmed'),
});
