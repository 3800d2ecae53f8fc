import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Message } from './message.js';

export type BrokerFault =
  /** No answer, or none in time: what was sent may have arrived. */
  | { readonly _tag: 'BrokerUnavailable'; readonly detail: string }
  /** The brokers answered with a no that will not change by itself: credentials, rights. */
  | { readonly _tag: 'BrokerRefused'; readonly detail: string }
  /** A topic is not there, or would lose what is published. */
  | { readonly _tag: 'TopicUnfit'; readonly topic: string; readonly rule: string };

export interface Batch {
  readonly events: ReadonlyArray<Message>;
  readonly checkpoints: ReadonlyArray<Message>;
}

/** An open connection to the brokers. After a Left it is spent: close it and open another one. */
export interface BrokerSession {
  /** What a person should know of the topics, such as how long they keep messages. */
  readonly warnings: ReadonlyArray<string>;
  /** Whether the events' topic was begun anew since `published` events were sent to it. */
  readonly holdsFewerThan: (published: number) => boolean;
  /** Right only when every replica that has to hold the messages does. Order within a key is that of the batch. */
  readonly send: (batch: Batch) => TE.TaskEither<BrokerFault, void>;
  readonly close: () => Promise<void>;
}

/** Where messages go. Any library fits behind this. */
export interface Broker {
  readonly open: TE.TaskEither<BrokerFault, BrokerSession>;
}

export type LeaseFault =
  /** Another node publishes, with a newer epoch. */
  | { readonly _tag: 'PublisherFenced'; readonly epoch: number }
  | { readonly _tag: 'LeaseUnavailable'; readonly detail: string };

/** How far one publisher came. `published`: so many events, from the first on, are in the topic for sure. */
export interface PublisherTurn {
  readonly published: number;
  /** Durable when right. Left `PublisherFenced`: this publisher's turn is over, and it MUST send nothing more. */
  readonly advance: (published: number) => TE.TaskEither<LeaseFault, void>;
  /** Whether it still is this publisher's turn. Asked before every batch. */
  readonly holds: TE.TaskEither<LeaseFault, boolean>;
}

/**
 * One publisher at a time. Two would not harm what consumers believe, since the tree decides on order and the id on
 * repetitions; they would send everything twice. Beginning a turn ends every earlier one.
 */
export interface PublisherLease {
  /** Undefined: it is another node's turn. */
  readonly begin: TE.TaskEither<LeaseFault, PublisherTurn | undefined>;
  /** How far whoever's turn it is came, for those who wait for theirs. */
  readonly published: TE.TaskEither<LeaseFault, number>;
}
