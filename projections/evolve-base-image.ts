import type { Recorded } from '../domain/ledger/envelope.js';
import type { ReferenceEvent } from '../domain/reference/events.js';
import { type Change, NOTHING } from './projection.js';
import { type Act, type ReferenceRow, referenceKey } from './reference-row.js';

type ImageEvent = Extract<ReferenceEvent, { readonly type: `BaseImage${string}` }>;

/** A version's newest proposal takes the place of the withdrawn one before it; the history keeps both. */
export const evolveBaseImage = (
  rows: ReadonlyMap<string, ReferenceRow>,
  { event }: Recorded<ImageEvent>,
  act: Act,
): ReadonlyArray<Change<ReferenceRow>> => {
  const key = referenceKey('base-image', event.data.version);
  if (event.type === 'BaseImageProposed') {
    const { kind: imageKind, ...data } = event.data;
    const fresh = { status: 'proposed', proposed: act, approved: null, withdrawn: null } as const;
    return [[key, { kind: 'base-image', imageKind, ...data, ...fresh }]];
  }
  const row = rows.get(key);
  if (row?.kind !== 'base-image') return NOTHING;
  return event.type === 'BaseImageApproved'
    ? [[key, { ...row, status: 'approved', approved: act }]]
    : [[key, { ...row, status: 'withdrawn', withdrawn: { ...act, reason: event.data.reason } }]];
};
