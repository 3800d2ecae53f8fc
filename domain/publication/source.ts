import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { BrokerFault } from './ports.js';
import type { ReceivedMessage } from './read-message.js';

export type TopicKind = 'events' | 'checkpoints';

/** Messages of one partition, in its order. `next` is where to go on behind them, as the brokers count. */
export interface ReceivedBatch {
  readonly kind: TopicKind;
  readonly partition: number;
  readonly messages: ReadonlyArray<ReceivedMessage>;
  readonly next: string;
}

export interface SourceReader {
  /** Where to go on, by partition; those that are not named begin at their oldest message. */
  readonly offsets: (kind: TopicKind) => ReadonlyMap<number, string>;
  /** What it received MUST be durable when it ends: only then is the place given up at the brokers. */
  readonly onBatch: (batch: ReceivedBatch) => Promise<void>;
  /** The connection is spent, for this reason. */
  readonly onLost: (fault: BrokerFault) => void;
}

export interface SourceSession {
  readonly stop: () => Promise<void>;
}

/** Where messages come from. Any library fits behind this. */
export interface MessageSource {
  readonly open: (reader: SourceReader) => TE.TaskEither<BrokerFault, SourceSession>;
}
