import * as t from 'io-ts';
import { ClusterId } from '../../../domain/cluster/cluster-id.js';
import { Hostname, Port, ServiceKind, Services } from '../../../domain/cluster/service.js';
import { closed, closedWith } from '../../../domain/encoding/closed.js';
import { ListUpTo, SafeInt, Text } from '../../../domain/encoding/primitives.js';
import { Pem } from '../../text/pem-text.js';
import { AsOf, Recorded } from './answers.js';
import { Act } from './reads.js';

const orNull = <C extends t.Mixed>(codec: C): t.UnionC<[t.NullC, C]> => t.union([t.null, codec]);

/** `trustedCa`: the certificates that its TLS chain may end in, PEM. */
export const OfferedService = closed(
  { kind: ServiceKind, hostname: Hostname, port: Port, group: Text(64), trustedCa: ListUpTo(Pem, 8) },
  'OfferedService',
);

export const WithdrawService = closedWith(
  { kind: ServiceKind, hostname: Hostname, port: Port, reason: Text(512) },
  { whileUsed: t.boolean },
  'WithdrawService',
);

export const AttachServices = closed({ from: ClusterId }, 'AttachServices');

/** What an authority offers, as a file that is carried to whoever shall use it. */
export const ServicesFile = closed(
  {
    type: t.literal('sekisho-services'),
    v: t.literal(1),
    /** Key id of the authority that exported it. */
    authority: Text(64),
    cluster: ClusterId,
    services: ListUpTo(OfferedService, 32),
  },
  'ServicesFile',
);
export type ServicesFile = t.TypeOf<typeof ServicesFile>;

export const AppliedConfig = closed({ services: Services }, 'AppliedConfig');

/** `seconds`: how long hosts have; an hour unless told. */
export const RemediateCluster = closedWith({}, { seconds: SafeInt }, 'RemediateCluster');

export const ServiceView = t.type(
  {
    kind: t.string,
    hostname: t.string,
    port: t.number,
    group: t.string,
    trustedCa: t.readonlyArray(t.string),
  },
  'Service',
);

const Difference = t.type({ service: t.string, what: t.string }, 'ServiceDifference');

/**
 * What a host shall apply, to the host that said what it does apply. `remediation`: the job that tells it to do so now;
 * then the certificates come too that `trustedCa` names by digest, PEM.
 */
export const ReportAnswer = t.intersection(
  [
    Recorded,
    t.type({
      desired: orNull(t.readonlyArray(ServiceView)),
      differences: t.readonlyArray(Difference),
      remediation: orNull(t.string),
      certificates: t.readonlyArray(t.string),
    }),
  ],
  'ReportAnswer',
);
export type ReportAnswer = t.TypeOf<typeof ReportAnswer>;

export const RemediationAnswer = t.intersection([Recorded, t.type({ job: t.string })], 'RemediationAnswer');

export const DesiredView = t.type(
  {
    services: t.readonlyArray(ServiceView),
    from: orNull(t.string),
    file: orNull(t.string),
    attached: Act,
  },
  'DesiredServices',
);

export const DriftAnswer = t.type(
  {
    asOf: AsOf,
    cluster: t.string,
    health: t.string,
    desired: orNull(DesiredView),
    hosts: t.readonlyArray(
      t.type(
        {
          host: t.string,
          health: t.string,
          since: t.string,
          by: orNull(t.string),
          differences: t.readonlyArray(Difference),
        },
        'HostDrift',
      ),
    ),
  },
  'DriftAnswer',
);
export type DriftAnswer = t.TypeOf<typeof DriftAnswer>;

const Health = orNull(t.string);

/** `before`, `after`: OK, ERROR or NONE; null: the host was, or is, not in the cluster. */
export const DriftTransition = t.type(
  {
    host: t.string,
    before: Health,
    after: Health,
    /** Of which something else is true than before; null: the host neither shall use it nor does. */
    services: t.readonlyArray(
      t.type(
        { service: t.string, before: Health, after: Health, what: t.readonlyArray(t.string) },
        'ServiceTransition',
      ),
    ),
    cause: t.intersection([Act, t.type({ type: t.string })], 'Cause'),
  },
  'DriftTransition',
);
export type DriftTransition = t.TypeOf<typeof DriftTransition>;

export const DriftHistoryAnswer = t.type(
  { asOf: AsOf, cluster: t.string, transitions: t.readonlyArray(DriftTransition), nextCursor: orNull(t.number) },
  'DriftHistoryAnswer',
);
export type DriftHistoryAnswer = t.TypeOf<typeof DriftHistoryAnswer>;

export const TopologyAnswer = t.type(
  {
    asOf: AsOf,
    authorities: t.readonlyArray(
      t.type({
        id: t.string,
        site: orNull(t.string),
        status: t.string,
        hosts: t.number,
        services: t.readonlyArray(t.intersection([ServiceView, t.type({ since: Act })])),
        /** Trusted clusters that shall use at least one of them. */
        usedBy: t.readonlyArray(t.string),
      }),
    ),
    trusted: t.readonlyArray(
      t.type({
        id: t.string,
        site: orNull(t.string),
        status: t.string,
        hosts: t.number,
        health: t.string,
        desired: orNull(DesiredView),
      }),
    ),
  },
  'TopologyAnswer',
);
export type TopologyAnswer = t.TypeOf<typeof TopologyAnswer>;

export const JobView = t.type(
  {
    id: t.string,
    kind: t.string,
    cluster: t.string,
    status: t.string,
    hosts: t.number,
    done: t.number,
    /** The first of those that are not done. */
    waiting: t.readonlyArray(t.string),
    deadline: t.string,
    started: Act,
    ended: orNull(Act),
  },
  'Job',
);
export type JobView = t.TypeOf<typeof JobView>;

export const JobAnswer = t.type({ asOf: AsOf, job: JobView }, 'JobAnswer');
