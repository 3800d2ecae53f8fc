import * as t from 'io-ts';
import { closed } from '../encoding/closed.js';
import { Instant, ListUpTo, SafeInt, Sha256Hex, Text } from '../encoding/primitives.js';
import { HostId } from '../host/host-id.js';
import { Uuid } from '../ledger/envelope.js';
import { eventType } from '../ledger/event-type.js';
import { ClusterId } from './cluster-id.js';
import { Hostname, Port, Service, ServiceKind, Services } from './service.js';

const Why = Text(512);

/** What an authority cluster offers, from now on. */
export const AuthorityServiceAdvertised = eventType({
  type: 'AuthorityServiceAdvertised',
  version: 1,
  data: closed({ service: Service }, 'AuthorityServiceAdvertised'),
});

export const AuthorityServiceWithdrawn = eventType({
  type: 'AuthorityServiceWithdrawn',
  version: 1,
  data: closed({ kind: ServiceKind, hostname: Hostname, port: Port, reason: Why }, 'AuthorityServiceWithdrawn'),
});

/**
 * What the hosts of a trusted cluster shall use, all of it: the desired configuration. `from`: the authority cluster of this
 * ledger that offers it; `file`: the digest of the services file that it was read from.
 */
export const ServicesAttached = eventType({
  type: 'ServicesAttached',
  version: 1,
  data: closed(
    { services: Services, from: t.union([t.null, ClusterId]), file: t.union([t.null, Sha256Hex]) },
    'ServicesAttached',
  ),
});

export const ServicesDetached = eventType({
  type: 'ServicesDetached',
  version: 1,
  data: closed({ reason: Why }, 'ServicesDetached'),
});

/** The hosts of the plan are told to apply what is desired, until the deadline. The plan is a document in the evidence store. */
export const RemediationStarted = eventType({
  type: 'RemediationStarted',
  version: 1,
  data: closed({ job: Uuid, hosts: SafeInt, plan: Sha256Hex, deadline: Instant }, 'RemediationStarted'),
});

/** Every host of the plan that is still in the cluster applies what is desired. */
export const ClusterRemediated = eventType({
  type: 'ClusterRemediated',
  version: 1,
  data: closed({ job: Uuid, hosts: SafeInt }, 'ClusterRemediated'),
});

/** The deadline passed first. `first`: the first of those that apply something else. */
export const RemediationFailed = eventType({
  type: 'RemediationFailed',
  version: 1,
  data: closed({ job: Uuid, hosts: SafeInt, failed: SafeInt, first: ListUpTo(HostId, 64) }, 'RemediationFailed'),
});

export const SERVICE_EVENTS = [
  AuthorityServiceAdvertised,
  AuthorityServiceWithdrawn,
  ServicesAttached,
  ServicesDetached,
  RemediationStarted,
  ClusterRemediated,
  RemediationFailed,
] as const;

/** Who says what a host applies: itself over its own channel, or somebody about it. */
export const ObservedBy = t.keyof({ host: null, relayed: null });

/** What a host applies, recorded when it changed. In the host's own stream. */
export const AppliedConfigObserved = eventType({
  type: 'AppliedConfigObserved',
  version: 1,
  data: closed({ cluster: ClusterId, services: Services, by: ObservedBy }, 'AppliedConfigObserved'),
});
