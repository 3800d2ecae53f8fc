import type * as T from 'fp-ts/lib/Task.js';
import type { Canonicalize, Clock, EventSigner, EventStore, Hashing, VerifyEd25519 } from '../ports.js';
import type { StreamId } from './envelope.js';
import type { Keyring } from './keyring.js';

/** The pure engines that checking an entry needs. */
export interface EntryEngines {
  readonly hashing: Hashing;
  readonly canonicalize: Canonicalize;
  readonly verifyEd25519: VerifyEd25519;
}

/** What reading streams needs. `keyring` answers with the newest one known. */
export interface LedgerReader extends EntryEngines {
  readonly store: EventStore;
  readonly keyring: () => Keyring;
}

/** What the write path needs. */
export interface LedgerWriter extends LedgerReader {
  /** The key that signs from now on. What another one signed, and was not handed to the store yet, is signed again. */
  readonly signer: () => EventSigner;
  readonly clock: Clock;
  /** Runs the works of one stream one after another, so that this process does not conflict with itself. */
  readonly inTurn: <A>(stream: StreamId, work: T.Task<A>) => T.Task<A>;
}
