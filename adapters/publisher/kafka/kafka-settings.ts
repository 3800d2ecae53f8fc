import type { SASLOptions } from 'kafkajs';

/** How to reach a cluster, and which topics are meant. Nothing here may be logged: `sasl` holds a password. */
export interface KafkaSettings {
  readonly brokers: ReadonlyArray<string>;
  readonly topic: string;
  readonly checkpointTopic: string;
  /** Undefined: plain text. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl: SASLOptions | undefined;
}
