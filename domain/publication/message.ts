import type { StreamId } from '../ledger/envelope.js';

/** One message as a broker carries it: bytes that nobody changes, and what is said about them beside them. */
export interface Message {
  /** Messages of one key keep their order. */
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** An event as its message places it in the log. Nothing vouches for the place before the tree does. */
export interface PlacedEntry {
  readonly index: number;
  readonly stream: StreamId;
  readonly revision: number;
  readonly id: string;
  readonly bytes: Uint8Array;
  /** RFC 6962 leaf hash of the bytes, hexadecimal. */
  readonly leaf: string;
}

/** Types of messages: an event's carries the event's own type and version behind the prefix. */
export const TYPE_PREFIX = 'sekisho.';
export const CHECKPOINT_TYPE = 'sekisho.checkpoint';
