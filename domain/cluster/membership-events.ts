import { closed } from '../encoding/closed.js';
import { Text } from '../encoding/primitives.js';
import { eventType } from '../ledger/event-type.js';
import { ClusterId } from './cluster-id.js';

/**
 * The host is in this cluster, and in no other, from now on. In the host's own stream, where releases of keys are decided as
 * well: neither can pass the other.
 */
export const HostJoined = eventType({
  type: 'HostJoined',
  version: 1,
  data: closed({ cluster: ClusterId }, 'HostJoined'),
});

export const HostLeft = eventType({
  type: 'HostLeft',
  version: 1,
  data: closed({ cluster: ClusterId, reason: Text(512) }, 'HostLeft'),
});
