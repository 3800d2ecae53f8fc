import type { BrokerFault } from '../../domain/publication/ports.js';
import type { SettleFault } from './settle.js';

/** `behind`: entries are missing that the log signed. `halted`: only a person can help. */
export type FollowerPhase = 'connecting' | 'following' | 'waiting' | 'behind' | 'halted' | 'stopped';

export type FollowerFault =
  | BrokerFault
  | SettleFault
  /** The log signed an entry that the topic does not bring, reading it from its beginning included. */
  | { readonly _tag: 'EntryMissing'; readonly index: number };

export interface FollowerStatus {
  readonly phase: FollowerPhase;
  /** So many entries, from the first on, are verified and shown. */
  readonly verified: number;
  /** The newest size that the log signed, as far as is known. */
  readonly signed: number;
  readonly repeated: number;
  /** What was refused, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly fault: FollowerFault | undefined;
}
