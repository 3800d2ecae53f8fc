import type { ChainTip } from './chain.js';
import type { CommandMemory } from './command-memory.js';
import type { StreamId } from './envelope.js';

/** A stream's folded state at its tip (null: no such stream yet). A cache, never evidence: it can be dropped at any time. */
export interface CachedState<State> {
  readonly state: State;
  readonly tip: ChainTip | null;
  readonly commands: CommandMemory;
}

/** Keeps hot streams folded. One cache belongs to one decider. */
export interface StateCache<State> {
  readonly get: (stream: StreamId) => CachedState<State> | undefined;
  readonly set: (stream: StreamId, cached: CachedState<State>) => void;
  readonly drop: (stream: StreamId) => void;
}
