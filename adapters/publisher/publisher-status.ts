import type { StoreError } from '../../domain/ports.js';
import type { BrokerFault, LeaseFault } from '../../domain/publication/ports.js';

export const PUBLISHER_STATES = ['connecting', 'publishing', 'waiting', 'standing-by', 'halted', 'stopped'] as const;

/**
 * `waiting`: the brokers don't answer, it tries again. `standing-by`: another node publishes. `halted`: only a person can help.
 */
export type PublisherState = (typeof PUBLISHER_STATES)[number];

export type PublisherFault = BrokerFault | LeaseFault | StoreError;

export interface PublisherStatus {
  readonly state: PublisherState;
  /** So many events, from the first on, are in the topic for sure. */
  readonly published: number;
  /** How many events the ledger holds beyond these. */
  readonly lagEvents: number;
  /** How long the oldest of these waits. */
  readonly lagSeconds: number;
  /** Size of the newest checkpoint that was published; null: none yet. */
  readonly checkpoint: number | null;
  readonly fault: PublisherFault | undefined;
  readonly warnings: ReadonlyArray<string>;
  /** Sent since the start, repetitions included. */
  readonly sent: number;
  readonly failures: number;
}

export const publisherFaultText = (fault: PublisherFault): string => {
  switch (fault._tag) {
    case 'BrokerUnavailable':
      return `the brokers do not answer (${fault.detail})`;
    case 'BrokerRefused':
      return fault.detail;
    case 'TopicUnfit':
      return `topic ${fault.topic} ${fault.rule}`;
    case 'PublisherFenced':
      return `another publisher took over (epoch ${String(fault.epoch)})`;
    case 'LeaseUnavailable':
      return fault.detail;
    case 'StoreDamaged':
      return `the ledger at ${fault.where} ${fault.rule}`;
    case 'StoreUnavailable':
      return fault.detail;
    case 'StoreRefused':
      return `${fault.what} ${fault.rule}`;
    case 'Conflict':
      return `conflict on ${fault.stream}`;
  }
};
