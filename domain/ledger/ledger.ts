import type * as T from 'fp-ts/lib/Task.js';
import type { Canonicalize, Clock, EventSigner, EventStore, Hashing, VerifyEd25519 } from '../ports.js';
import type { Basis, StreamId } from './envelope.js';
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

/** That a second person approved a command, or that somebody broke the glass. */
export interface Approval {
  /** Their subject; undefined: nobody did, and one person acts alone. */
  readonly by: string | undefined;
  /** Where the ledger says so: every event of the command names it. */
  readonly basis: Basis;
}

/** What the write path needs. */
export interface LedgerWriter extends LedgerReader {
  /** The key that signs from now on. What another one signed, and was not handed to the store yet, is signed again. */
  readonly signer: () => EventSigner;
  readonly clock: Clock;
  /** The approval under which a command is carried out, while it is. */
  readonly approvalOf?: (commandId: string) => Approval | undefined;
  /** Runs the works of one stream one after another, so that this process does not conflict with itself. */
  readonly inTurn: <A>(stream: StreamId, work: T.Task<A>) => T.Task<A>;
}
