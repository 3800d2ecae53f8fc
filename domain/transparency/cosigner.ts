import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { SignedCheckpoint } from './log-state.js';
import type { PlaceUnavailable } from './ports.js';
import type { Hashes } from './tile-edge.js';
import type { ProofFault } from './tree-proof.js';

/** Why one witness did not cosign. */
export type WitnessFault =
  | { readonly _tag: 'WitnessUnreachable'; readonly detail: string }
  | { readonly _tag: 'WitnessRefused'; readonly status: number }
  /** It has seen a larger tree of this log than the log itself remembers: a rolled-back record, or a witness that lies. */
  | { readonly _tag: 'WitnessAhead'; readonly size: number }
  | { readonly _tag: 'WitnessAnswerInvalid'; readonly rule: string }
  | ProofFault<PlaceUnavailable>;

/** Fewer witnesses cosigned than the policy asks for; those that did not are named with their reasons. */
export interface QuorumNotReached {
  readonly _tag: 'QuorumNotReached';
  readonly size: number;
  readonly cosignedBy: ReadonlyArray<string>;
  readonly failures: ReadonlyArray<{ readonly witness: string; readonly fault: WitnessFault }>;
}

/** Consistency proof from an older size of this log to a newer one. */
export type ProveConsistency = (older: number, size: number) => TE.TaskEither<ProofFault<PlaceUnavailable>, Hashes>;

/** What cosigning came to: the note with the log's signature and every cosignature that verified. */
export interface Cosigned {
  readonly bytes: Uint8Array;
  readonly cosignedBy: ReadonlyArray<string>;
  readonly failures: QuorumNotReached['failures'];
}

/** Collects cosignatures until the policy's quorum is met. */
export type Cosigner = (signed: SignedCheckpoint, prove: ProveConsistency) => TE.TaskEither<QuorumNotReached, Cosigned>;
