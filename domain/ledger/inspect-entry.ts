import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { StoredEntry } from '../ports.js';
import type { ChainFault } from './chain.js';
import type { Envelope } from './envelope.js';
import { eventId } from './event-id.js';
import type { DecodeFault } from './event-type.js';
import { leafOf } from './leaf.js';
import type { EntryEngines } from './ledger.js';
import { type ReadEntry, readEntry } from './read-entry.js';
import { isSignedWith, type Links } from './verify-entry.js';

/** What an entry whose form is right says, as far as the entries beside it are about that too. */
export interface Inspected extends Links, Pick<Envelope, 'kid'> {
  /** The id that the first event of its command has. */
  readonly firstId: string;
  /** Whether the key of that id made the signature. `unchecked`: the key was not among those known. */
  readonly signature: 'valid' | 'invalid' | 'unchecked';
  /** Why its data is no event; null: it is one. */
  readonly event: DecodeFault | null;
}

/**
 * All that can be found out about an entry from its bytes alone: in any order and on any thread, which is where nearly all
 * the work of checking a ledger is. Plain data. Whether the entry is in its place is for `createAudit` to say.
 */
export interface Inspection {
  /** Hexadecimal. */
  readonly leaf: string;
  readonly read: E.Either<ChainFault, Inspected>;
}

export interface InspectionEngines extends EntryEngines {
  /** Undefined: what is signed need not be an event of ours. */
  readonly events?: {
    readonly decode: (type: string, version: number, data: unknown) => E.Either<DecodeFault, unknown>;
  };
}

/** Public keys by their ids. A keyring never puts another key in the place of one, so an older one is no danger. */
export type PublicKeys = ReadonlyMap<string, { readonly publicKey: Uint8Array }>;

const eventFault = ({ events }: InspectionEngines, { type, typeVersion, data }: Envelope): DecodeFault | null => {
  const event = events?.decode(type, typeVersion, data);
  return event !== undefined && E.isLeft(event) ? event.left : null;
};

const signatureOf = (engines: InspectionEngines, keys: PublicKeys, entry: ReadEntry): Inspected['signature'] => {
  const key = keys.get(entry.envelope.kid);
  if (key === undefined) return 'unchecked';
  return isSignedWith(engines, key.publicKey, entry) ? 'valid' : 'invalid';
};

export const inspectEntry = (engines: InspectionEngines, keys: PublicKeys, stored: StoredEntry): Inspection => ({
  leaf: leafOf(engines.hashing, stored.bytes),
  read: pipe(
    readEntry(engines.canonicalize, stored),
    E.map((entry): Inspected => {
      const { id, stream, revision, recordedAt, previous, command, kid } = entry.envelope;
      const firstId = eventId(engines.hashing, stream, command, 0);
      const [signature, event] = [signatureOf(engines, keys, entry), eventFault(engines, entry.envelope)];
      return { id, stream, revision, recordedAt, previous, command, kid, firstId, signature, event };
    }),
  ),
});
