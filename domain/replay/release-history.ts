import type { LedgerEvent } from '../catalogue.js';
import { clusterOfStream, clusterStream } from '../cluster/cluster-id.js';
import type { ClusterEvent } from '../cluster/events.js';
import { type ClusterState, evolveCluster, isServed, unknownCluster } from '../cluster/state.js';
import type { HostEvent } from '../host/events.js';
import { hostOfStream } from '../host/host-id.js';
import { evolveHost, type HostState, unknownHost } from '../host/state.js';
import { type KeyState, keyDecider, unknownKey } from '../key/decider.js';
import type { KeyEvent } from '../key/events.js';
import { keyOfStream, keyStream } from '../key/key-id.js';
import type { ProviderEvent } from '../key-provider/events.js';
import { providerOfStream, providerStream } from '../key-provider/provider-id.js';
import { evolveProvider, type ProviderState, unknownProvider } from '../key-provider/state.js';
import type { ReleaseAsked, ReleaseEvent } from '../key-release/events.js';
import type { ReleaseGrounds } from '../key-release/judge-release.js';
import type { Basis, Recorded, StreamId } from '../ledger/envelope.js';
import type { ReferenceEvent } from '../reference/events.js';
import { evolveReference, noReferenceValues, type ReferenceState } from '../reference/state.js';

/** A recorded decision about a release, with all that it was made from. */
export interface ReleaseDecision {
  readonly host: string;
  readonly recorded: Recorded<ReleaseEvent>;
  /** The host as it was just before. */
  readonly before: HostState;
  readonly grounds: ReleaseGrounds;
  /** The trusted and enabled cluster that the host was in. */
  readonly cluster: string | null;
}

/** Folds a ledger in its order; each decision about a release comes out with its grounds. */
export interface ReleaseHistory {
  readonly take: (recorded: Recorded<LedgerEvent>) => ReleaseDecision | undefined;
}

/** The states of many streams, each at every revision: a basis may name one that is not the newest. */
interface States<S, Ev extends LedgerEvent> {
  readonly take: (recorded: Recorded<Ev>) => void;
  readonly at: (stream: StreamId, basis: Basis) => S;
}

const createStates = <S, Ev extends LedgerEvent>(
  initial: S,
  evolve: (state: S, recorded: Recorded<Ev>) => S,
): States<S, Ev> => {
  const streams = new Map<StreamId, Array<S>>();
  return {
    take: (recorded) => {
      const states = streams.get(recorded.stream) ?? [];
      states.push(evolve(states.at(-1) ?? initial, recorded));
      streams.set(recorded.stream, states);
    },
    at: (stream, basis) => {
      const revision = basis[stream];
      return revision === undefined ? initial : (streams.get(stream)?.[revision] ?? initial);
    },
  };
};

const isRelease = (recorded: Recorded<HostEvent>): recorded is Recorded<ReleaseEvent> => {
  const { type } = recorded.event;
  return (
    type === 'KeyReleaseAuthorised' ||
    type === 'KeyReleaseRefused' ||
    type === 'KeyDelivered' ||
    type === 'KeyDeliveryFailed'
  );
};

const askedIn = ({ event }: Recorded<ReleaseEvent>, { releases }: HostState): ReleaseAsked | undefined =>
  event.type === 'KeyReleaseAuthorised' || event.type === 'KeyReleaseRefused'
    ? event.data.asked
    : releases.open.get(event.data.release);

export const createReleaseHistory = (): ReleaseHistory => {
  const hosts = new Map<string, HostState>();
  const reference = createStates<ReferenceState, ReferenceEvent>(noReferenceValues, evolveReference);
  const providers = createStates<ProviderState, ProviderEvent>(unknownProvider, evolveProvider);
  const clusters = createStates<ClusterState, ClusterEvent>(unknownCluster, evolveCluster);
  const keys = createStates<KeyState, KeyEvent>(unknownKey, keyDecider.evolve);

  const groundsOf = (recorded: Recorded<ReleaseEvent>, before: HostState): ReleaseGrounds => {
    const { basis } = recorded;
    const asked = askedIn(recorded, before);
    const group = Object.keys(basis).find((stream) => stream.startsWith('reference/')) ?? '';
    const key = asked?.key ?? null;
    return {
      reference: reference.at(group, basis),
      provider: providers.at(providerStream(asked?.provider ?? ''), basis),
      key: key === null ? undefined : keys.at(keyStream(key), basis),
    };
  };

  const clusterOf = ({ basis }: Recorded<ReleaseEvent>, { cluster }: HostState): string | null =>
    cluster !== undefined && isServed(clusters.at(clusterStream(cluster), basis)) ? cluster : null;

  const takeHost = (host: string, recorded: Recorded<HostEvent>): ReleaseDecision | undefined => {
    const before = hosts.get(host) ?? unknownHost;
    hosts.set(host, evolveHost(before, recorded));
    return isRelease(recorded)
      ? { host, recorded, before, grounds: groundsOf(recorded, before), cluster: clusterOf(recorded, before) }
      : undefined;
  };

  return {
    take: (recorded) => {
      const host = hostOfStream(recorded.stream);
      if (host !== undefined) return takeHost(host, recorded as Recorded<HostEvent>);
      if (recorded.stream.startsWith('reference/')) reference.take(recorded as Recorded<ReferenceEvent>);
      else if (providerOfStream(recorded.stream) !== undefined) providers.take(recorded as Recorded<ProviderEvent>);
      else if (clusterOfStream(recorded.stream) !== undefined) clusters.take(recorded as Recorded<ClusterEvent>);
      else if (keyOfStream(recorded.stream) !== undefined) keys.take(recorded as Recorded<KeyEvent>);
      return undefined;
    },
  };
};
