import type { HostContext } from '../appraisal/appraiser.js';
import type { AppliedConfig } from '../cluster/membership-commands.js';
import { evolveReleases, noReleases, type ReleaseMemory, withoutUses } from '../key-release/release-memory.js';
import type { Recorded } from '../ledger/envelope.js';
import type { EventOf } from '../ledger/event-type.js';
import { followsOn } from './continuity.js';
import { type CurrentVerdict, currentVerdictOf } from './current-verdict.js';
import type { AttestationKeyCertified, HostEvent } from './events.js';
import { noneUsed, type UsedOnce, withUsed } from './used-once.js';

export type CertifiedKey = EventOf<typeof AttestationKeyCertified>['data'];

type Previous = NonNullable<HostContext['previous']>;

/** What the authority knows of one host, as far as decisions need it. */
export interface HostState {
  readonly status: 'unknown' | 'enrolled' | 'retired';
  /** Why, if trust is withheld whatever the evidence says. */
  readonly quarantine: string | undefined;
  /** Digest of the one endorsement key that is this host's: pinned when enrolled, or the first that proved itself. */
  readonly endorsementKey: string | undefined;
  readonly attestationKey: CertifiedKey | undefined;
  /** Clock and boot PCRs of the AK's last believed quote. */
  readonly previous: Previous | undefined;
  readonly used: UsedOnce;
  /** Of the AK that is certified now: with another one, the host has to show itself again. */
  readonly current: CurrentVerdict | undefined;
  readonly releases: ReleaseMemory;
  /** The one cluster that it is in. Whether the cluster counts, its own stream says. */
  readonly cluster: string | undefined;
  /** What it was last said to apply in this cluster, and by whom. */
  readonly applied: AppliedConfig | undefined;
  /** `recordedAt` of the newest event: time never runs back within a host. */
  readonly recordedAt: string | undefined;
}

export const unknownHost: HostState = {
  status: 'unknown',
  quarantine: undefined,
  endorsementKey: undefined,
  attestationKey: undefined,
  previous: undefined,
  used: noneUsed,
  current: undefined,
  releases: noReleases,
  cluster: undefined,
  applied: undefined,
  recordedAt: undefined,
};

const withKey = (state: HostState, key: CertifiedKey, now: string): HostState => ({
  ...state,
  endorsementKey: key.endorsementKey,
  attestationKey: key,
  previous: undefined,
  current: undefined,
  used: withUsed(state.used, now, key.activation, key.activationExpires),
});

type Judged = Recorded<Extract<HostEvent, { readonly type: 'HostAttested' | 'AttestationRefused' }>>;

/** A quote that goes back in time was the host's own, yet it must not become what the next one is measured by. */
const withVerdict = (state: HostState, recorded: Judged): HostState => {
  const { event, recordedAt } = recorded;
  const { challenge, challengeExpires, record } = event.data;
  const quoted = record.clock === null ? undefined : { clock: record.clock, bootPcrs: record.bootPcrs };
  const believed = event.type === 'HostAttested' || (quoted !== undefined && followsOn(state.previous, quoted));
  return {
    ...state,
    previous: believed && quoted !== undefined ? quoted : state.previous,
    used: withUsed(state.used, recordedAt, challenge, challengeExpires),
    current: currentVerdictOf(recorded),
    releases: withoutUses(state.releases),
  };
};

const withoutKey = (state: HostState): HostState => ({
  ...state,
  attestationKey: undefined,
  previous: undefined,
  current: undefined,
});

const evolveEvent = (state: HostState, recorded: Recorded<HostEvent>): HostState => {
  const { event, recordedAt } = recorded;
  switch (event.type) {
    case 'HostEnrolled':
      return { ...state, status: 'enrolled', endorsementKey: event.data.endorsementKey ?? undefined };
    case 'AttestationKeyCertified':
      return withKey(state, event.data, recordedAt);
    case 'HostAttested':
    case 'AttestationRefused':
      return withVerdict(state, { ...recorded, event });
    case 'HostQuarantined':
      return { ...state, quarantine: event.data.reason };
    case 'HostReleased':
      return { ...state, quarantine: undefined };
    case 'EndorsementKeyReplaced':
      return withoutKey({ ...state, endorsementKey: event.data.new });
    case 'HostRetired':
      return withoutKey({ ...state, status: 'retired', cluster: undefined, applied: undefined });
    case 'HostJoined':
      return { ...state, cluster: event.data.cluster, applied: undefined };
    case 'HostLeft':
      return { ...state, cluster: undefined, applied: undefined };
    case 'AppliedConfigObserved':
      return { ...state, applied: { services: event.data.services, by: event.data.by } };
    case 'KeyReleaseAuthorised':
    case 'KeyReleaseRefused':
    case 'KeyDelivered':
    case 'KeyDeliveryFailed':
      return { ...state, releases: evolveReleases(state.releases, { ...recorded, event }) };
    case 'ForeignEvidenceSummarised':
    case 'RelayedReportAppraised':
      return state;
  }
};

export const evolveHost = (state: HostState, recorded: Recorded<HostEvent>): HostState => ({
  ...evolveEvent(state, recorded),
  recordedAt: recorded.recordedAt,
});

/** What an appraiser may know of the host. */
export const contextOf = (state: HostState): HostContext => ({
  certifiedAkName: state.attestationKey?.akName,
  boundEndorsementKey: state.attestationKey?.endorsementKey,
  previous: state.previous,
});
