import type { HostContext } from '../appraisal/appraiser.js';
import type { LedgerEvent } from '../catalogue.js';
import type { HostEvent } from '../host/events.js';
import { hostOfStream } from '../host/host-id.js';
import { contextOf, evolveHost, type HostState, unknownHost } from '../host/state.js';
import type { Recorded, StreamId } from '../ledger/envelope.js';
import type { ReferenceEvent } from '../reference/events.js';
import { evolveReference, noReferenceValues, type ReferenceState } from '../reference/state.js';

export type VerdictEvent = Extract<HostEvent, { readonly type: 'HostAttested' | 'AttestationRefused' }>;

/** A recorded verdict with all that it was made from but the evidence. */
export interface VerdictCase {
  readonly host: string;
  readonly recorded: Recorded<VerdictEvent>;
  /** What was known of the host just before. */
  readonly context: HostContext;
  readonly basis: { readonly stream: StreamId; readonly revision: number; readonly state: ReferenceState };
}

/** Folds a ledger in its order; each verdict comes out as a case. */
export interface History {
  readonly take: (recorded: Recorded<LedgerEvent>) => VerdictCase | undefined;
}

export const isVerdict = (recorded: Recorded<HostEvent>): recorded is Recorded<VerdictEvent> =>
  recorded.event.type === 'HostAttested' || recorded.event.type === 'AttestationRefused';

/** The reference stream and revision that a decision read. */
export const basisOf = ({ basis }: Recorded): { readonly stream: StreamId; readonly revision: number } => {
  const [found] = Object.entries(basis).filter(([stream]) => stream.startsWith('reference/'));
  return found === undefined ? { stream: '', revision: -1 } : { stream: found[0], revision: found[1] };
};

export const createHistory = (): History => {
  const hosts = new Map<string, HostState>();
  const reference = new Map<StreamId, Array<ReferenceState>>();
  const takeReference = (recorded: Recorded<ReferenceEvent>): void => {
    const states = reference.get(recorded.stream) ?? [];
    states.push(evolveReference(states.at(-1) ?? noReferenceValues, recorded));
    reference.set(recorded.stream, states);
  };
  const takeHost = (host: string, recorded: Recorded<HostEvent>): VerdictCase | undefined => {
    const before = hosts.get(host) ?? unknownHost;
    hosts.set(host, evolveHost(before, recorded));
    if (!isVerdict(recorded)) return undefined;
    const { stream, revision } = basisOf(recorded);
    const state = reference.get(stream)?.[revision] ?? noReferenceValues;
    return { host, recorded, context: contextOf(before), basis: { stream, revision, state } };
  };
  return {
    take: (recorded) => {
      if (recorded.stream.startsWith('reference/')) {
        takeReference(recorded as Recorded<ReferenceEvent>);
        return;
      }
      const host = hostOfStream(recorded.stream);
      return host === undefined ? undefined : takeHost(host, recorded as Recorded<HostEvent>);
    },
  };
};
