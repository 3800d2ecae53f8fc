import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { Sha256Hex, Text } from '../../../domain/encoding/primitives.js';
import { HostId } from '../../../domain/host/host-id.js';

export const HostPath = closed({ id: HostId }, 'HostPath');

export const EnrolHost = closedWith({ id: HostId }, { displayName: Text(256), endorsementKey: Sha256Hex }, 'EnrolHost');

/** Why, for those who read the history. */
export const WithReason = closed({ reason: Text(512) }, 'WithReason');
