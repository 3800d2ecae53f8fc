import type { FieldFault } from '../encoding/explain.js';
import type { StreamId } from './envelope.js';

/** Where a store keeps an entry. */
export interface Place {
  readonly index: number;
  readonly stream: StreamId;
  readonly revision: number;
}

/** What the next event of a stream must continue. `ordinal` counts within the events of `command`. */
export interface ChainTip {
  readonly revision: number;
  readonly leaf: string;
  readonly recordedAt: string;
  readonly command: string;
  readonly ordinal: number;
}

/** A stored entry is not what was written at its place. */
export type ChainFault =
  | { readonly _tag: 'EntryTooLarge'; readonly at: Place; readonly size: number }
  | { readonly _tag: 'NotCanonical'; readonly at: Place; readonly rule: string }
  | { readonly _tag: 'DuplicateKey'; readonly at: Place; readonly offset: number }
  | { readonly _tag: 'EnvelopeInvalid'; readonly at: Place; readonly faults: ReadonlyArray<FieldFault> }
  | { readonly _tag: 'ForeignStream'; readonly at: Place; readonly found: StreamId }
  | { readonly _tag: 'RevisionGap'; readonly at: Place; readonly expected: number; readonly found: number }
  | { readonly _tag: 'PreviousMismatch'; readonly at: Place }
  | { readonly _tag: 'TimeWentBack'; readonly at: Place; readonly earlier: string; readonly found: string }
  | { readonly _tag: 'IdMismatch'; readonly at: Place; readonly expected: string; readonly found: string }
  | { readonly _tag: 'UnknownKey'; readonly at: Place; readonly kid: string }
  | { readonly _tag: 'KeyNotValidHere'; readonly at: Place; readonly kid: string }
  | { readonly _tag: 'SignatureInvalid'; readonly at: Place; readonly kid: string };
