import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Permission } from '../access/permissions.js';
import { requirePermission } from '../access/require-permission.js';
import { joinCluster, leaveCluster, observeApplied } from '../cluster/decide-membership.js';
import type { ReleaseCommand } from '../key-release/commands.js';
import { decideRelease } from '../key-release/decide-release.js';
import type { Decider } from '../ledger/decider.js';
import type { Actor } from '../ledger/envelope.js';
import type { HostCommand, HostRejection } from './commands.js';
import { attest, certify } from './decide-attestation.js';
import type { HostEvent } from './events.js';
import { evolveHost, type HostState, unknownHost } from './state.js';

type Decided = E.Either<HostRejection, ReadonlyArray<HostEvent>>;
type Of<T extends HostCommand['type']> = Extract<HostCommand, { readonly type: T }>;

const record = (event: HostEvent): Decided => E.right([event]);
const reject = (rejection: HostRejection): Decided => E.left(rejection);

const allowed = (by: Actor, permission: Permission, decide: () => Decided): Decided =>
  pipe(requirePermission(by, permission), E.flatMap(decide));

/** Pinning an endorsement key only narrows: whether that key is trusted is still up to the reference values. */
const enrol = ({ by, displayName, endorsementKey }: Of<'EnrolHost'>, state: HostState): Decided =>
  allowed(by, 'ManageWorkload', () => {
    if (state.status === 'retired') return reject({ _tag: 'HostRetired' });
    if (state.status === 'enrolled') return reject({ _tag: 'HostAlreadyEnrolled' });
    const data = { displayName: displayName ?? null, endorsementKey: endorsementKey ?? null };
    return record({ type: 'HostEnrolled', data });
  });

/** Asked before a report is kept. */
export const mayReport = (state: HostState, by: Actor): E.Either<HostRejection, true> => {
  if (state.status === 'unknown') return E.left({ _tag: 'HostNotEnrolled' });
  return state.status === 'retired' ? E.left({ _tag: 'HostRetired' }) : requirePermission(by, 'RelayReports');
};

const replaceKey = ({ endorsementKey, reason }: Of<'ReplaceEndorsementKey'>, state: HostState): Decided =>
  state.endorsementKey === endorsementKey
    ? reject({ _tag: 'EndorsementKeyUnchanged' })
    : record({
        type: 'EndorsementKeyReplaced',
        data: { old: state.endorsementKey ?? null, new: endorsementKey, reason },
      });

type Enrolled = Exclude<HostCommand, ReleaseCommand | Of<'EnrolHost' | 'LeaveCluster'>>;

const decideEnrolled = (command: Enrolled, state: HostState): Decided => {
  switch (command.type) {
    case 'CertifyAttestationKey':
      return certify(command, state);
    case 'Attest':
      return attest(command, state);
    case 'QuarantineHost':
      return allowed(command.by, 'QuarantineHosts', () =>
        state.quarantine === undefined
          ? record({ type: 'HostQuarantined', data: { reason: command.reason } })
          : reject({ _tag: 'HostAlreadyQuarantined' }),
      );
    case 'ReleaseHost':
      return allowed(command.by, 'QuarantineHosts', () =>
        state.quarantine === undefined
          ? reject({ _tag: 'HostNotQuarantined' })
          : record({ type: 'HostReleased', data: { reason: command.reason } }),
      );
    case 'RetireHost':
      return allowed(command.by, 'ManageWorkload', () =>
        record({ type: 'HostRetired', data: { reason: command.reason } }),
      );
    case 'ReplaceEndorsementKey':
      return allowed(command.by, 'ConfigureHostCertificates', () => replaceKey(command, state));
    case 'JoinCluster':
      return joinCluster(command, state.cluster);
    case 'ObserveAppliedConfig':
      return observeApplied(command, state);
    case 'SummariseForeignEvidence': {
      const { from, to, counts } = command;
      return counts.length === 0
        ? E.right([])
        : record({ type: 'ForeignEvidenceSummarised', data: { from, to, counts } });
    }
    case 'RecordRelayedReport':
      return allowed(command.by, 'RelayReports', () =>
        record({ type: 'RelayedReportAppraised', data: { report: command.report, record: command.record } }),
      );
  }
};

const isRelease = (command: HostCommand): command is ReleaseCommand =>
  command.type === 'AskForKey' || command.type === 'DeliverKey' || command.type === 'FailDelivery';

/** One host, from enrolment to retirement. A retired name is never used again: its history stays one machine's. */
export const hostDecider: Decider<HostState, HostCommand, HostEvent, HostRejection> = {
  initial: unknownHost,
  decide: (command, state) => {
    if (command.type === 'EnrolHost') return enrol(command, state);
    if (state.status === 'unknown') return reject({ _tag: 'HostNotEnrolled' });
    // Also of a retired host: that its token was tried is worth knowing.
    if (isRelease(command)) return decideRelease(command, state);
    if (command.type === 'LeaveCluster') return leaveCluster(command, state.cluster);
    return state.status === 'retired' ? reject({ _tag: 'HostRetired' }) : decideEnrolled(command, state);
  },
  evolve: evolveHost,
};
