import { closed } from '../encoding/closed.js';
import { Text } from '../encoding/primitives.js';
import { HostId } from '../host/host-id.js';
import { catalogue, type EventsOf, eventType } from '../ledger/event-type.js';

/** One endorsement key, one host: whoever proves first that it holds the key. */
export const EndorsementKeyBound = eventType({
  type: 'EndorsementKeyBound',
  version: 1,
  data: closed({ host: HostId }, 'EndorsementKeyBound'),
});

export const EndorsementKeyUnbound = eventType({
  type: 'EndorsementKeyUnbound',
  version: 1,
  data: closed({ host: HostId, reason: Text(512) }, 'EndorsementKeyUnbound'),
});

export const BINDING_EVENTS = [EndorsementKeyBound, EndorsementKeyUnbound] as const;

export const bindingCatalogue = catalogue(BINDING_EVENTS);

export type BindingEvent = EventsOf<typeof bindingCatalogue>;
