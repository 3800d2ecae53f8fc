import type { Measurement } from './boot-log.js';
import { EV } from './event-types.js';
import { viewOf } from './little-endian.js';

const HEAD = 8;

export interface TaggedEvent {
  readonly id: number;
  readonly payload: Uint8Array;
}

/** TCG_PCClientTaggedEvent, one to the event and consumed exactly; undefined if it is not that. */
export const parseTaggedEvent = (entry: Measurement): TaggedEvent | undefined => {
  if (entry.type !== EV.EVENT_TAG || entry.data.length < HEAD) return undefined;
  const view = viewOf(entry.data);
  return view.getUint32(4, true) === entry.data.length - HEAD
    ? { id: view.getUint32(0, true), payload: entry.data.subarray(HEAD) }
    : undefined;
};
